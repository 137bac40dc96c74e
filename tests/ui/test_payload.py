"""What the canvas is given: whole minutes in columns, rows as they are filtered, ghosts where work has moved."""

import copy
import json

from tests.ui.small_plant import board, large_board, machines
from ui.views.payload import board_payload, offsets


def test_columns_are_minutes_after_the_origin_and_the_plan_stays_within_its_span() -> None:
    made = board_payload(board(), machines())
    assert made["machines"] == ["mill-1", "mill-2", "saw-1"]
    assert made["op"]["start"] == [360, 420, 480, 600]
    assert made["op"]["machine"] == [2, 2, 0, 1]
    assert made["op"]["late"] == [-120, 60, -120, 60]
    assert made["op"]["state"] == [2, 1, 0, 0]  # done, running, frozen, planned
    assert [f & 1 for f in made["op"]["flags"]] == [0, 0, 1, 0]
    assert made["op"]["setup"] == [-1, -1, 460, -1]
    assert made["op"]["link"] == [[], [], [0], [1]]
    assert (made["first"], made["last"]) == (360, 960)  # from the first start to eight hours after now
    assert made["now"] == 480
    assert made["frozen"] == 540


def test_work_that_stands_still_has_a_state_of_its_own() -> None:
    shown = board(statuses=["done", "paused", "frozen", "planned"])
    assert board_payload(shown, machines())["op"]["state"] == [2, 3, 0, 0]


def test_closed_time_and_breakdowns_stand_on_their_rows() -> None:
    made = board_payload(board(), machines())
    assert made["closed"] == {"machine": [0], "start": [0], "end": [360]}
    assert made["down"] == {"machine": [1], "start": [480], "end": [600], "kind": [1], "reason": ["spindle"]}
    assert made["out"] == [False, True, False], "mill-2 is down now, at 08:00"
    assert board_payload(board(now=479), machines())["out"] == [False, False, False], "it goes down at 08:00"
    assert board_payload(board(now=600), machines())["out"] == [False, False, False], "it is up again at 10:00"


def test_a_work_center_leaves_the_other_rows_out_and_chains_stay_inside() -> None:
    made = board_payload(board(), machines(), work_center="mill")
    assert made["machines"] == ["mill-1", "mill-2"]
    assert made["op"]["number"] == [20, 20]
    assert made["op"]["link"] == [[], []]  # their predecessors run on the saw
    assert made["board"] != board_payload(board(), machines())["board"]


def test_a_ghost_stands_where_the_compared_plan_has_it_and_only_for_what_moved() -> None:
    before = copy.deepcopy(board(plan=6))
    before["operations"]["start"][3], before["operations"]["end"][3] = 480, 600  # MO-2/20 two hours earlier
    before["operations"]["machine"][3] = 0  # and on mill-1
    made = board_payload(board(), machines(), compared=before)
    assert made["ghost"] == {"op": [3], "machine": [0], "start": [480], "end": [600]}
    assert [f & 4 for f in made["op"]["flags"]] == [0, 0, 0, 4]
    assert made["comparedWith"] == "plan 6"


def test_a_ghost_from_another_origin_is_shifted() -> None:
    before = copy.deepcopy(board(plan=6, origin="2026-03-01T00:00+01:00"))
    for column in ("start", "end"):
        before["operations"][column] = [m + 1440 for m in board()["operations"][column]]
    assert board_payload(board(), machines(), compared=before)["ghost"]["op"] == []


def test_the_same_board_gives_the_same_payload() -> None:
    first = json.dumps(board_payload(board(), machines()))
    assert first == json.dumps(board_payload(board(), machines()))
    assert json.dumps(board_payload(board(), machines(), focus=("MO-1/10", 1))) != first


def test_the_clock_goes_forward_on_29_march() -> None:
    origin = 13776480 - 60  # 2026-03-12T00:00+01:00 in minutes since 2000-01-01T00:00Z
    found = offsets("Europe/Zurich", origin, 0, 20 * 1440)
    assert found["offset"] == [60, 120]
    assert (found["from"][1] + origin) % 1440 == 60  # at 01:00 UTC


def test_ten_thousand_operations_fit_a_message_of_two_megabytes() -> None:
    made = board_payload(*large_board(10_000))
    assert len(made["op"]["start"]) == 10_000
    assert len(json.dumps(made)) < 2_000_000


def test_pinned_work_is_marked_and_its_machines_are_rows() -> None:
    made = board_payload(board(pinned=[3]), machines())
    assert [f & 2 for f in made["op"]["flags"]] == [0, 0, 0, 2]
    assert [made["eligible"][k] for k in made["op"]["eligible"]] == [[2], [2], [0, 1], [0, 1]]
    mills = board_payload(board(), machines(), work_center="mill")
    assert [mills["eligible"][k] for k in mills["op"]["eligible"]] == [[0, 1], [0, 1]]
