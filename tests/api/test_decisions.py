"""What a person decides over HTTP: release, roll back, adopt, take back; each is what was seen, or refused in words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.served import asked, down, final, load_tiny, planned, wait_until

LATHE_UNTIL_TEN = {"type": "machine.down", "data": {"machine": "lathe", "expected_up": "2026-03-02T10:00Z"}}
SAW_UNTIL_TEN = {"type": "machine.down", "data": {"machine": "saw", "expected_up": "2026-03-02T10:00Z"}}
RUSH = {
    "type": "order.created",
    "data": {"order": "RUSH", "material": "shaft", "routing": "shaft", "quantity": 1, "due": "2026-03-02T08:00Z"},
}
WHO = {"by": "m.keller", "reason": "Keller waits for it"}


def post(
    client: httpx.Client, path: str, type: str, time: str = "2026-03-02T06:00Z", id: str = "", **data: Any
) -> None:
    event = {
        "specversion": "1.0",
        "id": id or f"{type}-{time}",
        "source": "mes",
        "type": type,
        "time": time,
        "data": data,
    }
    answer = client.post(f"{path}/events", json=event)
    assert (answer.status_code, answer.json()["rejected"]) == (202, []), answer.text


def released(client: httpx.Client, path: str) -> int:
    """A plan that was asked for, put in force by a person."""
    number = asked(client, path)
    answer = client.post(f"{path}/plans/{number}/release", json=WHO)
    assert answer.status_code == 200, answer.text
    return number


def what_if(client: httpx.Client, path: str, *events: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    """Its address and what it is once it has ended."""
    wish = {"name": "an idea", "events": list(events), "time_limit_seconds": 0.5, **more}
    answer = client.post(f"{path}/what-ifs", json=wish)
    assert answer.status_code == 202, answer.text
    place = answer.headers["location"]
    ended: dict[str, Any] = wait_until(lambda: final(client, place))
    assert ended["state"] == "done", ended
    return place, ended


def starts(client: httpx.Client, path: str, machine: str) -> dict[tuple[str, int], str]:
    """When the dispatch list of a machine has each operation start: day and time."""
    lines = client.get(f"{path}/dispatch-lists/{machine}").json()["lines"]
    return {(line["order"], line["operation"]): line["start"][8:16] for line in lines}


def refused(answer: httpx.Response, status: int, kind: str, words: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}"), answer.text
    assert words in answer.json()["detail"]


# -- release ---------------------------------------------------------------------------------------------------------


def test_what_was_asked_for_waits_in_auto_and_goes_in_over_later_events(client: httpx.Client) -> None:
    path = load_tiny(client, "asked-in-auto", mode="auto")
    planned(client, path)
    number = asked(client, path)
    assert client.get(f"{path}/plans/{number}").json()["status"] == "proposed"
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T10:00Z")
    wait_until(lambda: client.get(path).json()["plan_is_current"])
    before = client.get(path).json()["plan_in_force"]
    answer = client.post(f"{path}/plans/{number}/release", json=WHO)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["status"], done["decided_by"], done["reason"]) == ("released", "m.keller", WHO["reason"])
    assert (done["kept_for"], done["asked"], done["made_from"]) == ("m.keller", number, number)
    assert done["retimed"], "it had work on the lathe before ten"
    assert done["revision"] == client.get(path).json()["revision"]
    assert done["cause"] == f"re-timed from plan {number} (asked for)"
    moved = {(m["order"], m["operation"]) for m in done["against_asked"]["moved"]}
    assert ("SHAFT-1", 20) in moved
    assert done["against_replaced"]["plan_before"] == before
    assert client.get(f"{path}/plans/{number}").json()["status"] == "superseded", "it has had its turn"
    notes = client.get(f"{path}/plans/{before}").json()["notes"]
    assert notes[-1]["text"] == f"replaced by plan {done['id']}, which m.keller released: {WHO['reason']}"
    assert min(starts(client, path, "lathe").values()) >= "02T10:00"


def test_what_still_holds_goes_in_as_it_stands(client: httpx.Client) -> None:
    path = load_tiny(client, "as-it-stands")
    number = asked(client, path)
    post(client, path, "order.changed", order="PIN-1", due="2026-03-05T14:00Z")
    done = client.post(f"{path}/plans/{number}/release", json=WHO).json()
    assert (done["id"], done["retimed"], done["revision"]) == (number, False, 2)
    assert (done["against_asked"], done["against_replaced"]) == (None, None)
    again = client.post(f"{path}/plans/{number}/release", json={"by": "somebody"}).json()
    assert (again["id"], again["decided_by"]) == (number, "m.keller"), "it is in force already"


def test_a_plan_of_an_earlier_revision_goes_in_over_a_later_one(client: httpx.Client) -> None:
    path = load_tiny(client, "earlier-revision")
    old = asked(client, path)
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T10:00Z")
    new = released(client, path)
    done = client.post(f"{path}/plans/{old}/release", json=WHO).json()
    assert (done["status"], done["made_from"], done["feasible"]) == ("released", old, True)
    assert client.get(f"{path}/plans/{new}").json()["status"] == "superseded"


def test_a_plan_of_which_nothing_is_left_is_refused(client: httpx.Client) -> None:
    path = load_tiny(client, "nothing-left")
    number = asked(client, path)
    for order in ("SHAFT-1", "SHAFT-2", "PIN-1"):
        post(client, path, "order.cancelled", id=order, order=order)
    answer = client.post(f"{path}/plans/{number}/release", json=WHO)
    refused(answer, 409, "plan-not-feasible", f"nothing of plan {number} is left to be done")


def test_a_release_is_what_was_seen_or_refused(client: httpx.Client) -> None:
    path = load_tiny(client, "seen")
    first = released(client, path)
    number = asked(client, path)
    seen = client.get(f"{path}/plans/{number}/preview").json()
    assert (seen["plan"], seen["plan_in_force"], seen["preview"]) == (number, first, f"1-{first}")
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T10:00Z")
    stale = client.post(f"{path}/plans/{number}/release", json={**WHO, "preview": seen["preview"]})
    refused(stale, 409, "stale-plan", "machine.down lathe has come since; look at the preview again")
    assert client.get(path).json()["plan_in_force"] == first
    again = client.get(f"{path}/plans/{number}/preview").json()
    assert again["retimed"]
    done = client.post(f"{path}/plans/{number}/release", json={**WHO, "preview": again["preview"]})
    assert done.status_code == 200, done.text
    never = client.post(f"{path}/plans/{first}/release", json={**WHO, "preview": "99-1"})
    refused(never, 422, "bad-request", "preview: found '99-1'")


def test_minutes_that_pass_and_work_that_starts_as_planned_leave_a_preview_fresh(client: httpx.Client) -> None:
    path = load_tiny(client, "passing")
    released(client, path)
    number = asked(client, path)
    seen = client.get(f"{path}/plans/{number}/preview").json()
    post(client, path, "operation.started", order="SHAFT-1", operation=10, machine="saw")
    post(client, path, "clock.ticked", "2026-03-02T06:05Z")
    done = client.post(f"{path}/plans/{number}/release", json={**WHO, "preview": seen["preview"]})
    assert done.status_code == 200, done.text
    assert done.json()["revision"] == 3


@pytest.mark.parametrize("by", ["auto", " Scenario", "check"])
def test_nobody_decides_under_a_name_of_the_product(client: httpx.Client, by: str) -> None:
    path = load_tiny(client, "names")
    number = asked(client, path)
    answer = client.post(f"{path}/plans/{number}/release", json={"by": by})
    refused(answer, 422, "bad-request", "by that name Rejig decides itself")
    assert client.get(f"{path}/plans/{number}").json()["status"] == "proposed"


def test_a_rejected_plan_keeps_its_reason(client: httpx.Client) -> None:
    path = load_tiny(client, "rejected")
    number = asked(client, path)
    client.post(f"{path}/plans/{number}/reject", json={"by": "ada", "reason": "too many moves"})
    plan = client.get(f"{path}/plans/{number}").json()
    assert (plan["status"], plan["decided_by"], plan["reason"]) == ("rejected", "ada", "too many moves")


def test_what_a_plan_must_gain_over_a_person_is_a_matter_of_policy(client: httpx.Client) -> None:
    path = load_tiny(client, "policy-of-gain")
    assert client.get(path).json()["policy"]["gain_over_person"] == 0.05
    changed = client.patch(path, json={"policy": {"gain_over_person": 0.1}}).json()
    assert changed["policy"]["gain_over_person"] == 0.1
    for wrong in (None, -0.1, 1.5):
        assert client.patch(path, json={"policy": {"gain_over_person": wrong}}).status_code == 422


# -- roll back -------------------------------------------------------------------------------------------------------


def test_an_earlier_plan_comes_back_as_it_is_now(client: httpx.Client) -> None:
    path = load_tiny(client, "rolled-back")
    first = released(client, path)
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T08:00Z")
    second = released(client, path)
    assert client.post(f"{path}/plans/{first}/roll-back", json={"by": "ada"}).status_code == 422, "it asks for a reason"
    seen = client.get(f"{path}/plans/{first}/preview").json()
    back = client.post(f"{path}/plans/{first}/roll-back", json={**WHO, "preview": seen["preview"]})
    assert back.status_code == 200, back.text
    done = back.json()
    assert (done["cause"], done["made_from"], done["reason"]) == (f"rolled back to plan {first}", first, WHO["reason"])
    assert (done["id"], done["status"], done["feasible"]) == (second + 1, "released", True)
    assert min(starts(client, path, "lathe").values()) >= "02T08:00", "it is down until then, whatever plan 1 said"
    refused(
        client.post(f"{path}/plans/{done['id']}/roll-back", json=WHO), 409, "conflict", "there is nothing to roll back"
    )


# -- what-ifs --------------------------------------------------------------------------------------------------------


def test_a_what_if_of_no_events_differs_in_nothing_from_doing_nothing(client: httpx.Client) -> None:
    path = load_tiny(client, "no-events")
    released(client, path)
    _, idea = what_if(client, path)
    columns, beside = idea["columns"], idea["against_do_nothing"]
    assert columns["what_if"] == columns["do_nothing"]
    assert set(beside["deltas"].values()) == {0.0}
    assert (beside["moved"], beside["changed"]) == ([], [])


def test_a_breakdown_stands_beside_doing_nothing_and_never_gains(client: httpx.Client) -> None:
    path = load_tiny(client, "three-columns")
    # The plan in force turns the shaft that counts less first, a day too late for both.
    post(client, path, "order.changed", order="SHAFT-2", due="2026-03-02T06:30Z", priority=6)
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-03T08:00Z", id="d")
    released(client, path)
    post(client, path, "machine.up", machine="lathe")
    for mode in ("repair", "full"):
        _, idea = what_if(client, path, SAW_UNTIL_TEN, mode=mode)
        in_force, nothing, with_ = (idea["columns"][name]["kpis"] for name in ("in_force", "do_nothing", "what_if"))
        assert nothing["cost"] < in_force["cost"], "doing nothing is searched too"
        assert with_["cost"] >= nothing["cost"]
        assert idea["against_do_nothing"]["deltas"]["cost"] == pytest.approx(with_["cost"] - nothing["cost"])
        assert idea["comparison"]["plan_before"] == idea["columns"]["in_force"]["plan"]
        beside = client.get(f"{path}/plans/{idea['columns']['do_nothing']['plan']}").json()
        assert (beside["what_if"], beside["status"]) == (idea["id"], "proposed")
        assert beside["cause"] == "do nothing, beside what if: an idea"


def test_what_a_what_if_is_held_against_stays_until_it_is_refreshed(client: httpx.Client) -> None:
    path = load_tiny(client, "base")
    first = released(client, path)
    place, idea = what_if(client, path, SAW_UNTIL_TEN)
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T12:00Z")
    second = released(client, path)
    later = client.get(place).json()
    assert (later["behind"], later["columns"], later["comparison"]) == (1, idea["columns"], idea["comparison"])
    assert later["columns"]["in_force"]["plan"] == first
    assert client.post(f"{place}/refresh").status_code == 202
    fresh = wait_until(lambda: final(client, place))
    assert (fresh["behind"], fresh["revision"], fresh["columns"]["in_force"]["plan"]) == (0, 2, second)


def test_the_plan_of_doing_nothing_can_be_released_and_that_of_assumptions_cannot(client: httpx.Client) -> None:
    path = load_tiny(client, "do-nothing")
    released(client, path)
    _, idea = what_if(client, path, SAW_UNTIL_TEN)
    nothing, with_ = (idea["columns"][name]["plan"] for name in ("do_nothing", "what_if"))
    refused(
        client.post(f"{path}/plans/{with_}/release", json=WHO),
        409,
        "conflict",
        f"assumptions of what-if '{idea['id']}'",
    )
    done = client.post(f"{path}/plans/{nothing}/release", json=WHO).json()
    assert (done["made_from"], done["what_if"], done["status"]) == (nothing, None, "released")


# -- adopt and take back ---------------------------------------------------------------------------------------------


def test_adopting_is_one_step_for_events_and_plan_and_stays_in_auto(client: httpx.Client) -> None:
    path = load_tiny(client, "adopted", mode="auto")
    before = planned(client, path)["id"]
    place, idea = what_if(client, path, SAW_UNTIL_TEN, RUSH)
    seen = client.get(f"{place}/preview").json()
    assert (seen["plan"], seen["plan_in_force"]) == (idea["plan_id"], client.get(path).json()["plan_in_force"])
    shown = {(s["order"], s["operation"]): s for s in seen["starts"]}
    assert shown["RUSH", 10]["machine_before"] is None
    assert shown["SHAFT-1", 10]["start_after"] >= "2026-03-02T10:00"
    assert {"saw", "lathe"} == set(seen["machines"])
    assert [o["order"] for o in seen["newly_late"]] == ["RUSH"]
    for body in ({"by": "ada"}, WHO, {**WHO, "reason": "", "preview": seen["preview"]}):
        assert client.post(f"{place}/adopt", json=body).status_code == 422, "a name, a reason, and what was seen"
    done = client.post(f"{place}/adopt", json={**WHO, "preview": seen["preview"]})
    assert done.status_code == 200, done.text
    adopted = done.json()
    assert (adopted["accepted"], adopted["revision"]) == (2, 3)
    plan = adopted["plan"]
    assert (plan["status"], plan["decided_by"], plan["reason"], plan["kept_for"]) == (
        "released", "m.keller", WHO["reason"], "m.keller",
    )  # fmt: skip
    assert (plan["cause"], plan["revision"], plan["made_from"]) == ("adopted from what-if: an idea", 3, idea["plan_id"])
    assert starts(client, path, "saw")["RUSH", 10] >= "02T10:00"
    log = client.get(f"{path}/events", params={"after": 1}).json()["events"]
    assert [e["event"]["type"] for e in log] == ["machine.down", "order.created"]
    after = client.get(place).json()
    assert after["promoted"]
    told = after["adoption"]
    assert (told["by"], told["reason"], told["plan"], told["plan_before"]) == (
        "m.keller", WHO["reason"], plan["id"], seen["plan_in_force"],
    )  # fmt: skip
    assert after["comparison"] == idea["comparison"], "what it was held against stays"
    assert before <= seen["plan_in_force"]
    post(client, path, "clock.ticked", "2026-03-02T06:01Z")
    wait_until(lambda: client.get(path).json()["plan_is_current"])
    assert client.get(f"{path}/plans/current").json()["kept_for"] == "m.keller", "auto goes on with it"
    refused(client.post(f"{place}/adopt", json={**WHO, "preview": seen["preview"]}), 409, "conflict", "adopted already")
    assert client.post(f"{place}/promote").status_code == 409


def test_a_stale_preview_adopts_nothing(client: httpx.Client) -> None:
    path = load_tiny(client, "stale-adoption")
    released(client, path)
    place, _ = what_if(client, path, SAW_UNTIL_TEN)
    seen = client.get(f"{place}/preview").json()
    post(client, path, "machine.down", machine="lathe", expected_up="2026-03-02T12:00Z")
    stale = client.post(f"{place}/adopt", json={**WHO, "preview": seen["preview"]})
    refused(stale, 409, "stale-plan", "machine.down lathe has come since")
    assert client.get(path).json()["revision"] == 2, "no event without its plan"
    again = client.get(f"{place}/preview").json()
    assert again["retimed"]
    done = client.post(f"{place}/adopt", json={**WHO, "preview": again["preview"]}).json()
    assert (done["plan"]["feasible"], done["plan"]["retimed"], done["revision"]) == (True, True, 3)
    assert min(starts(client, path, "lathe").values()) >= "02T12:00"


def test_what_was_not_adopted_cannot_be_taken_back(client: httpx.Client) -> None:
    path = load_tiny(client, "not-adopted")
    released(client, path)
    place, _ = what_if(client, path, SAW_UNTIL_TEN)
    refused(client.post(f"{place}/take-back", json=WHO), 409, "conflict", "has not been adopted")


def adopted(client: httpx.Client, path: str, *events: dict[str, Any]) -> str:
    """The address of a what-if that was adopted."""
    place, _ = what_if(client, path, *events)
    seen = client.get(f"{place}/preview").json()["preview"]
    done = client.post(f"{place}/adopt", json={"by": "ada", "reason": "to try it", "preview": seen})
    assert done.status_code == 200, done.text
    return place


def test_an_adoption_is_taken_back_by_inverse_events_and_the_plan_before(client: httpx.Client) -> None:
    path = load_tiny(client, "taken-back")
    first = released(client, path)
    was = starts(client, path, "saw")
    place = adopted(client, path, SAW_UNTIL_TEN, RUSH)
    assert starts(client, path, "saw") != was
    way = client.get(f"{place}/take-back").json()
    assert [e["type"] for e in way["events"]] == ["order.cancelled", "machine.up"], "the last one first"
    assert (way["left"], way["change"]["plan"]) == ([], first)
    done = client.post(f"{place}/take-back", json={**WHO, "preview": way["change"]["preview"]})
    assert done.status_code == 200, done.text
    back = done.json()
    assert (back["accepted"], back["left"], back["revision"]) == (2, [], 5)
    assert (back["plan"]["cause"], back["plan"]["made_from"]) == ("adoption taken back: an idea", first)
    assert starts(client, path, "saw") == was
    told = client.get(place).json()["adoption"]["taken_back"]
    assert (told["by"], told["reason"], told["plan"]) == ("m.keller", WHO["reason"], back["plan"]["id"])
    refused(client.post(f"{place}/take-back", json=WHO), 409, "conflict", "taken back already, by m.keller")


def test_what_can_no_longer_be_taken_back_is_told_and_the_rest_is(client: httpx.Client) -> None:
    path = load_tiny(client, "half-back")
    released(client, path)
    place = adopted(client, path, LATHE_UNTIL_TEN, RUSH)
    post(client, path, "operation.started", order="RUSH", operation=10, machine="saw")
    way = client.get(f"{place}/take-back").json()
    assert [e["type"] for e in way["events"]] == ["machine.up"]
    assert way["left"] == ["work on order 'RUSH' has begun"]
    done = client.post(f"{place}/take-back", json=WHO).json()
    assert (done["accepted"], done["left"]) == (1, ["work on order 'RUSH' has begun"])
    assert done["plan"]["feasible"]
    assert ("RUSH", 20) in starts(client, path, "lathe"), "it stays"


def test_an_adoption_of_which_nothing_can_be_taken_back_says_why(client: httpx.Client) -> None:
    path = load_tiny(client, "not-back")
    released(client, path)
    place = adopted(client, path, SAW_UNTIL_TEN)
    client.post(f"{path}/events", json=[
        {"specversion": "1.0", "id": "up", "source": "mes", "type": "machine.up", "time": "2026-03-02T06:01Z",
         "data": {"machine": "saw"}},
        down("again", "lathe", "2026-03-02T06:02Z"),
    ])  # fmt: skip
    revision = client.get(path).json()["revision"]
    assert client.get(f"{place}/take-back").json()["change"] is None
    answer = client.post(f"{place}/take-back", json=WHO)
    refused(answer, 409, "conflict", "'saw' is up again already. Roll back to a plan from before instead")
    assert client.get(path).json()["revision"] == revision
