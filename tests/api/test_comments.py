"""What people say of orders and plans over HTTP: kept, paged, and refused in words."""

from __future__ import annotations

import httpx
import pytest

from tests.api.served import load_tiny
from tests.api.test_decisions import post, refused, released


def test_comments_stay_in_order_with_who_and_when(client: httpx.Client) -> None:
    path = load_tiny(client, "comments")
    plan = released(client, path)
    for about in ("orders/SHAFT-1", f"plans/{plan}"):
        assert client.get(f"{path}/{about}/comments").json() == {"comments": [], "more": False}
        for text in ("one", "two ", "three"):
            answer = client.post(f"{path}/{about}/comments", json={"by": "m.keller", "text": text})
            assert answer.status_code == 201, answer.text
        page = client.get(f"{path}/{about}/comments", params={"limit": 2}).json()
        assert [(c["by"], c["text"]) for c in page["comments"]] == [("m.keller", "three"), ("m.keller", "two")]
        assert page["more"]
        rest = client.get(f"{path}/{about}/comments", params={"before": page["comments"][-1]["number"]}).json()
        assert ([c["text"] for c in rest["comments"]], rest["more"]) == (["one"], False)
        assert rest["comments"][0]["at"].endswith("+00:00")


def test_what_was_said_of_an_order_outlives_it(client: httpx.Client) -> None:
    path = load_tiny(client, "comments-gone")
    client.post(f"{path}/orders/PIN-1/comments", json={"by": "ada", "text": "not wanted any more"})
    post(client, path, "order.cancelled", order="PIN-1")
    assert len(client.get(f"{path}/orders/PIN-1/comments").json()["comments"]) == 1


@pytest.mark.parametrize(
    ("about", "body", "status", "kind", "words"),
    [
        ("orders/SHAFT-9", {"by": "ada", "text": "x"}, 404, "unknown-order", "no order 'SHAFT-9'"),
        ("plans/99", {"by": "ada", "text": "x"}, 404, "unknown-plan", "99"),
        ("orders/SHAFT-1", {"by": "auto", "text": "x"}, 422, "bad-request", "Rejig decides itself"),
        ("orders/SHAFT-1", {"by": " ", "text": "x"}, 422, "bad-request", "the name of who says it"),
        ("orders/SHAFT-1", {"by": "ada", "text": "\n "}, 422, "bad-request", "nothing but blanks"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client: httpx.Client, about: str, body: dict[str, str], status: int, kind: str, words: str
) -> None:
    path = load_tiny(client, "comments-refused")
    refused(client.post(f"{path}/{about}/comments", json=body), status, kind, words)


def test_a_comment_has_a_length_that_it_may_have(client: httpx.Client) -> None:
    path = load_tiny(client, "comments-long")
    long, longer = ({"by": "ada", "text": "x" * length} for length in (2000, 2001))
    assert client.post(f"{path}/orders/SHAFT-1/comments", json=long).status_code == 201
    answer = client.post(f"{path}/orders/SHAFT-1/comments", json=longer)
    assert (answer.status_code, "at most 2,000" in answer.json()["detail"]) == (422, True)
