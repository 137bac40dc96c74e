"""A dispatch list on the screen, on paper and in a workbook."""

import datetime as dt
import io
from typing import cast

from openpyxl import load_workbook

from ui.answers import DispatchLine, DispatchList
from ui.views import dispatch


def listed() -> DispatchList:
    line = {
        "position": 1,
        "order": "MO-<2>",
        "operation": 20,
        "description": "Mill face",
        "machine": "mill-1",
        "material": "gear-17",
        "customer": "",
        "quantity": 10.0,
        "setup_family": "",
        "setup_start": "2026-03-02T07:40+01:00",
        "start": "2026-03-02T08:00+01:00",
        "end": "2026-03-02T10:00+01:00",
        "due": None,
        "running": False,
        "state": "next",
        "material_ready": False,
        "missing": [{"material": "bar-40", "quantity": 12.0, "expected": None, "source": ""}],
        "note": "",
    }
    found = {"target": "mill-1", "kind": "machine", "plan": 7, "version": "4c1f", "now": "2026-03-02T07:00+01:00"}
    return cast(DispatchList, found | {"acknowledged": None, "acknowledged_by": None, "lines": [line]})


def test_a_dispatch_list_says_what_is_missing_on_screen_and_on_paper() -> None:
    row = dispatch.rows(listed())[0]
    assert (row["Material"], row["Family"]) == ("✗ missing 12 bar-40", "–")
    assert (row["Start"], row["Changeover"]) == (dt.datetime(2026, 3, 2, 8), dt.datetime(2026, 3, 2, 7, 40))
    assert list(row)[:2] == ["#", "Start"], "a telephone shows what stands first"
    assert "Machine" not in row
    assert "Machine" in dispatch.rows(listed() | {"kind": "work center"})[0]
    head, line = dispatch.as_csv(listed()).splitlines()
    assert head.startswith("position,order,operation")
    assert head.endswith("missing,state")
    assert line.endswith("no,12 bar-40,next")
    assert dispatch.as_workbook(listed())[:2] == b"PK"


def test_a_dispatch_list_says_what_stands_still_and_what_is_being_set_up() -> None:
    (line,) = listed()["lines"]
    sets_up = listed() | {"lines": [line | {"state": "setting up"}]}
    assert dispatch.rows(sets_up)[0]["State"] == "setting up"
    paused = listed() | {"lines": [line | {"running": True, "state": "paused", "setup_start": None}]}
    assert (dispatch.rows(paused)[0]["State"], dispatch.rows(paused)[0]["Material"]) == ("paused", "issued")
    assert dispatch.as_csv(paused).splitlines()[1].endswith(",paused")


def test_what_is_on_its_way_is_told_with_its_delivery() -> None:
    (line,) = listed()["lines"]

    def words(expected: str) -> str:
        coming = [{"material": "bar-40", "quantity": 3.6, "expected": expected, "source": "PO-7123"}]
        return dispatch.material_words(cast(DispatchLine, line | {"missing": coming}))

    assert words("2026-03-02T08:00+01:00") == "arrives Mon 2 Mar 08:00, PO-7123 (3.6 bar-40)", "at its start"
    assert words("2026-03-02T08:01+01:00") == "✗ 3.6 bar-40 arrives Mon 2 Mar 08:01, PO-7123", "behind it"


def test_a_workbook_holds_real_dates_and_numbers() -> None:
    (line,) = listed()["lines"]
    sheet = load_workbook(io.BytesIO(dispatch.as_workbook(listed()))).active
    head, first = [[cell.value for cell in row] for row in sheet.iter_rows()]
    found = dict(zip(head, first, strict=True))
    assert found["Quantity"] == line["quantity"]
    assert found["Start"] == dt.datetime.fromisoformat(line["start"]).replace(tzinfo=None)
    assert found["Changeover"] == dt.datetime(2026, 3, 2, 7, 40)
