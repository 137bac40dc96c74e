"""Webhooks over HTTP: subscribed, signed, delivered whatever dies, looked after."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook as Verifier

from scheduler.ingest import scenario_zip
from scheduler.solving.warm import warm_kernels
from tests.api.processes import started
from tests.api.served import down, load_tiny, planned, wait_until
from tests.builders import tiny_plan, tiny_plant
from tests.connect.receiver import Receiver, receiving


def subscribe(client: httpx.Client, path: str, mes: Receiver, *types: str) -> dict[str, Any]:
    answer = client.post(f"{path}/webhooks", json={"url": mes.url, "types": types or ["plan.released"]})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{path}/webhooks/{made['id']}"
    return made


def verified(mes: Receiver, secret: str) -> list[dict[str, Any]]:
    """What came, each signature verified by the reference library."""
    return [Verifier(secret).verify(body, headers) for headers, body in mes.got]


def test_a_released_plan_is_told_signed_and_its_secret_is_never_told_again(client: httpx.Client) -> None:
    path = load_tiny(client, "hooked")
    with receiving() as mes:
        made = subscribe(client, path, mes)
        client.patch(path, json={"mode": "auto"})
        planned(client, path)
        wait_until(lambda: mes.got)
        told = verified(mes, made["secret"])[0]
        assert (told["type"], told["data"]["plant"], told["data"]["plan"]) == ("plan.released", "hooked", 1)
        assert told["data"]["cause"] == "planned: first plan"
        assert mes.got[0][0]["webhook-id"].startswith(f"msg_{made['id']}_")
        shown = wait_until(lambda: (w := client.get(f"{path}/webhooks/{made['id']}").json())["delivered_at"] and w)
        assert (shown["waiting"], shown["dead_letters"], shown["failing_since"]) == (0, 0, None)
        assert made["secret"] not in client.get(f"{path}/webhooks").text
        assert "secret" not in shown
        assert 'rejig_webhook_deliveries_total{plant="hooked",result="delivered"}' in client.get("/metrics").text


def test_a_ping_comes_by_the_new_and_by_the_old_secret_after_a_rotation(client: httpx.Client) -> None:
    path = load_tiny(client, "pinged")
    with receiving() as mes:
        made = subscribe(client, path, mes)
        new = client.post(f"{path}/webhooks/{made['id']}/rotate").json()["secret"]
        answer = client.post(f"{path}/webhooks/{made['id']}/ping")
        assert answer.status_code == 202
        wait_until(lambda: mes.got)
        for secret in (made["secret"], new):
            assert verified(mes, secret)[0]["type"] == "webhook.ping"
        assert mes.got[0][0]["webhook-id"] == answer.json()["message"]


def test_what_a_gone_address_missed_is_listed_with_the_reason_and_sent_again(client: httpx.Client) -> None:
    path = load_tiny(client, "gone")
    with receiving() as mes:
        mes.answers = [410]
        made = subscribe(client, path, mes)
        place = f"{path}/webhooks/{made['id']}"
        client.post(f"{place}/ping")
        wait_until(lambda: client.get(place).json()["state"] == "disabled")
        (letter,) = client.get(f"{place}/dead-letters").json()["dead_letters"]
        assert letter["reason"] == "given up after 1 attempt: answered 410"
        assert letter["payload"]["type"] == "webhook.ping"
        figures = client.get("/metrics").text
        assert 'rejig_webhook_dead_letters{plant="gone"} 1.0' in figures
        assert 'rejig_webhook_waiting_messages{plant="gone"} 0.0' in figures
        refused = client.post(f"{place}/dead-letters/resend")
        assert (refused.status_code, "make it active" in refused.json()["detail"]) == (409, True)
        mes.answers = [200]
        assert client.patch(place, json={"active": True}).json()["state"] == "active"
        assert client.post(f"{place}/dead-letters/resend", json={"messages": [letter["message"]]}).json() == {
            "resent": 1
        }
        wait_until(lambda: len(mes.got) == 2)
        assert mes.got[0][0]["webhook-id"] == mes.got[1][0]["webhook-id"]
        assert client.delete(place).status_code == 204
        assert client.get(place).json()["type"] == "/problems/unknown-webhook"


def test_a_wrong_address_or_type_is_refused_with_its_field(client: httpx.Client) -> None:
    path = load_tiny(client, "wrong")
    for body, field in (
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "ftp://mes/x"}, "url"),
        ({"url": "http://mes/x", "types": ["plan.release"]}, "types"),
    ):
        answer = client.post(f"{path}/webhooks", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_release_is_told_though_the_server_was_killed_before_it_could(database_url: str, tmp_path: Path) -> None:
    warm_kernels()
    environment = {"REJIG_DATA": str(tmp_path), "REJIG_DATABASE_URL": database_url, "REJIG_WORKERS": "1"}
    with receiving() as mes:
        # Who only answers calls sends nothing: the release is in the database, and nobody has told of it.
        with started(environment | {"REJIG_DESKS": "off"}) as server:
            path = load_tiny(server.client, "killed")
            made = subscribe(server.client, path, mes, "plan.released", "event.accepted")
            brought = scenario_zip(tiny_plant(plan=tiny_plan().operations))
            assert server.client.put(path, content=brought).json()["plan_in_force"] == 1
            server.client.post(f"{path}/events", json=down("d", "lathe"))
            server.end(signal.SIGKILL)
        assert mes.got == []
        with started(environment):
            wait_until(lambda: "plan.released" in [m["type"] for m in verified(mes, made["secret"])])
        released = [m["data"] for m in verified(mes, made["secret"]) if m["type"] == "plan.released"]
        assert released[0]["plan"] == 1
        ids = [headers["webhook-id"] for headers, _ in mes.got]
        assert len(ids) == len(set(ids))
