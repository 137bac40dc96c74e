"""Roles, keys, whose word counts, and the chain of the audit: without storage, without HTTP."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.access.audit import FIRST, Deed, Entry, check_chain, hash_of
from scheduler.access.keys import Key, digest_of, fits, new_secret, parted
from scheduler.access.ownership import OWNERS, SIDES, refusal
from scheduler.access.roles import MAY, MEANING, RIGHTS, ROLES, may, who_may
from scheduler.domain.events import EVENT_TYPES

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_every_right_is_somebodys_and_every_role_has_one() -> None:
    assert set(MAY) == set(ROLES)
    assert set(MEANING) == set(RIGHTS)
    assert all(who_may(right) for right in RIGHTS)
    assert all(MAY.values())


def test_the_floor_posts_and_reads_lists_and_no_more() -> None:
    assert MAY["floor"] == {"report", "lists"}
    assert not may(("viewer", "finance", "sales"), "report")
    assert who_may("release") == ("supervisor", "admin")
    assert who_may("administer") == ("admin",)


def test_the_page_on_security_has_the_table_of_roles() -> None:
    rows = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(ROLES) + 2 and cells[0].strip("`") in RIGHTS:
            rows[cells[0].strip("`")] = {role for role, cell in zip(ROLES, cells[2:], strict=True) if cell}
    assert rows == {right: set(who_may(right)) for right in RIGHTS}


def test_each_event_has_an_owner_and_each_owner_a_voice() -> None:
    assert set(OWNERS) == set(EVENT_TYPES)
    voices = set().union(*SIDES.values())
    assert set().union(*OWNERS.values()) == voices


@pytest.mark.parametrize(
    ("role", "type", "owner"),
    [
        ("floor", "order.changed", "ERP or planning"),
        ("erp", "operation.finished", "shop floor"),
        ("planner", "routing.changed", "ERP"),
    ],
)
def test_the_wrong_side_is_told_whose_it_is(role: str, type: str, owner: str) -> None:
    told = refusal([role], type)  # type: ignore[list-item]
    assert told is not None
    assert f"belongs to {owner}" in told
    assert refusal(["admin"], type) is None


def test_an_unknown_type_is_left_to_who_reads_it() -> None:
    assert refusal(["floor"], "machine.exploded") is None


def test_a_secret_opens_its_key_and_no_other() -> None:
    (id, sent, digest), (_, other, _) = new_secret(), new_secret()
    key = Key(id, "m.keller", digest, ("planner",), (), (), NOON, "root")
    parts, others = parted(sent), parted(other)
    assert parts is not None
    assert others is not None
    assert parts[0] == id
    assert fits(key, parts[1])
    assert not fits(key, others[1])
    assert digest == digest_of(parts[1])
    assert parts[1] not in repr(key)


@pytest.mark.parametrize("sent", ["", "rejig", "rejig_", "rejig_a_", "rejig__b", "basic_a_b", "a b c"])
def test_what_is_no_key_has_no_parts(sent: str) -> None:
    assert parted(sent) is None


def test_a_key_ends_when_it_says_and_when_it_is_revoked() -> None:
    key = Key("a", "x", "", ("viewer",), (), (), NOON, "root", expires_at=NOON + dt.timedelta(hours=1))
    assert key.state(NOON) == "valid"
    assert key.state(NOON + dt.timedelta(hours=1)) == "expired"
    assert replace(key, revoked_at=NOON).state(NOON) == "revoked"


def chain(count: int) -> list[Entry]:
    entries, previous = [], FIRST
    for number in range(1, count + 1):
        deed = Deed(NOON, "m.keller", f"POST /v1/plants/alpine/plans/{number}/release", "alpine", None, "{}", 200, None)
        previous = hash_of(number, deed, previous)
        entries.append(Entry(number, deed, previous))
    return entries


def first_break(entries: list[Entry]) -> int | None:
    return check_chain(entries, (5, chain(5)[-1].hash)).first_break


def test_a_chain_as_written_holds() -> None:
    assert first_break(chain(5)) is None
    assert check_chain([], (0, FIRST)).first_break is None
    longer = check_chain(chain(7), (5, chain(5)[-1].hash))
    assert (longer.entries, longer.first_break, longer.head) == (7, None, chain(7)[-1].hash), "appended meanwhile"


@pytest.mark.parametrize("field", ["who", "act", "plant", "before", "after", "status", "asked", "at"])
def test_any_changed_field_breaks_the_chain_there(field: str) -> None:
    entries = chain(5)
    other = {"status": 403, "asked": 1, "at": NOON + dt.timedelta(seconds=1)}.get(field, "other")
    entries[2] = replace(entries[2], deed=replace(entries[2].deed, **{field: other}))  # type: ignore[arg-type]
    assert first_break(entries) == 3


def test_a_removed_entry_and_one_written_anew_break_the_chain() -> None:
    entries = chain(5)
    assert first_break(entries[:1] + entries[2:]) == 2
    forged = replace(entries[2].deed, who="nobody")
    entries[2] = Entry(3, forged, hash_of(3, forged, entries[1].hash))
    assert first_break(entries) == 4, "its own hash is right, and the next one's is not"
    assert first_break(chain(4)) == 5, "its end was cut off"
    other = chain(4)
    forged = replace(other[0].deed, who="nobody")
    assert first_break([*other, Entry(5, forged, hash_of(5, forged, other[3].hash))]) == 5, "another end"
