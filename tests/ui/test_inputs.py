"""No input is changed by anything but its user: not by a new plan, not by a choice beside it, not by somebody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import button, clean, finished, happens
from ui.client import Client
from ui.views.assumptions import Prefill


@pytest.fixture
def two_deliveries(client: Client, planned: str) -> str:
    """PO-7 is expected on Tuesday at 10:00, PO-8 on Friday at 10:00."""
    happens(
        client,
        planned,
        "receipt.changed",
        "2026-03-02T06:01",
        receipt="PO-8",
        material="bar-40",
        quantity=50,
        expected="2026-03-06T10:00",
    )
    return planned


def field(test: AppTest, label: str) -> Any:
    kinds = (*test.text_input, *test.number_input, *test.selectbox, *test.radio, *test.checkbox, *test.datetime_input)
    return next(f for f in kinds if f.label == label)


def new_plans(client: Client, plant: str, count: int = 3) -> None:
    """Time passes and plans are made and released, as on a day like any other."""
    for n in range(count):
        happens(client, plant, "clock.ticked", f"2026-03-02T06:{20 + 10 * n}")
        client.release(plant, finished(client, plant, client.ask_for_plan(plant, 0.5)), "somebody else")


def begins(client: Client, plant: str, minute: int, order: str) -> None:
    at = f"2026-03-02T06:{minute}"
    happens(client, plant, "operation.started", at, order=order, operation=10, machine="saw-1")


def late_form(app: Any, plant: str) -> AppTest:
    return clean(app("what_if", plant, what_if__form=Prefill("late material")))


def rush_form(app: Any, plant: str) -> AppTest:
    return clean(app("what_if", plant, what_if__form=Prefill("rush order")))


def added(test: AppTest) -> Any:
    button(test, "Add to the what-if").click().run()
    (line,) = clean(test).session_state["what_if.lines"]
    return line


def test_a_breakdown_keeps_its_end_while_plans_are_made(app: Any, client: Client, planned: str) -> None:
    form = clean(app("what_if", planned, what_if__form=Prefill("breakdown")))
    id_before = field(form, "Down from now until").id
    new_plans(client, planned)
    clean(form.run())
    assert field(form, "Down from now until").id == id_before, "the very input in which somebody types"
    field(form, "Machine").set_value("turn-2")
    field(form, "Down from now until").set_value(dt.datetime(2026, 3, 3, 12))
    field(form, "Reason").set_value("spindle")
    assert added(form).words == "turn-2 is down until Tue 3 Mar 12:00 (spindle)"


def test_a_default_that_nobody_touched_stays_as_it_was_seen(app: Any, client: Client, planned: str) -> None:
    form = clean(app("what_if", planned, what_if__form=Prefill("breakdown")))
    assert field(form, "Down from now until").value == dt.datetime(2026, 3, 2, 14), "eight hours after 06:00"
    new_plans(client, planned, 1)
    assert field(clean(form.run()), "Down from now until").value == dt.datetime(2026, 3, 2, 14)


def test_a_quantity_that_was_entered_survives_another_product(app: Any, planned: str) -> None:
    form = rush_form(app, planned)
    field(form, "Quantity").set_value(40.0).run()
    field(form, "Product").set_value("shaft").run()
    assert field(clean(form), "Quantity").value == 40.0
    line = added(form)
    assert (line.data["material"], line.data["quantity"]) == ("shaft", 40.0)


def test_a_quantity_that_nobody_entered_follows_the_product_in_sight(app: Any, client: Client, planned: str) -> None:
    happens(
        client,
        planned,
        "order.created",
        "2026-03-02T06:05",
        order="B-1",
        material="bar-40",
        routing="shaft",
        quantity=120,
        due="2026-03-09T12:00",
    )
    form = rush_form(app, planned)
    assert (field(form, "Product").value, field(form, "Quantity").value) == ("bar-40", 120.0)
    field(form, "Product").set_value("shaft").run()
    usual = field(clean(form), "Quantity").value
    assert usual < 120
    assert any(f"usually ordered {usual:g} at a time" in c.value for c in form.caption)
    assert added(form).data["quantity"] == usual


def test_an_order_that_exists_cannot_be_entered_again(app: Any, planned: str) -> None:
    form = rush_form(app, planned)
    field(form, "Order").set_value("A-100").run()
    assert button(clean(form), "Add to the what-if").disabled


def test_another_delivery_brings_its_own_date(app: Any, two_deliveries: str) -> None:
    form = late_form(app, two_deliveries)
    assert field(form, "Comes").value == dt.datetime(2026, 3, 5, 10), "two days after Tuesday"
    field(form, "Delivery").set_value("PO-8").run()
    assert field(clean(form), "Comes").value == dt.datetime(2026, 3, 8, 10), "two days after Friday"
    assert any("2 d later than expected" in c.value for c in form.caption)
    assert added(form).words == "PO-8 (bar-40) comes Sun 8 Mar 10:00"


def test_a_date_that_was_entered_survives_another_delivery_and_says_what_it_means(
    app: Any, two_deliveries: str
) -> None:
    form = late_form(app, two_deliveries)
    field(form, "Comes").set_value(dt.datetime(2026, 3, 5, 12)).run()
    field(form, "Delivery").set_value("PO-8").run()
    assert field(clean(form), "Comes").value == dt.datetime(2026, 3, 5, 12)
    assert any("22 h earlier than expected now" in c.value for c in form.caption)
    field(form, "Comes").set_value(dt.datetime(2026, 3, 6, 10)).run()
    assert button(clean(form), "Add to the what-if").disabled, "no delay is no change"


def test_a_form_that_is_opened_again_begins_anew(app: Any, planned: str) -> None:
    form = rush_form(app, planned)
    field(form, "Quantity").set_value(40.0).run()
    assert added(form).data["quantity"] == 40.0
    button(form, "A rush order").click().run()
    assert field(clean(form), "Quantity").value != 40.0
    assert field(form, "Order").value == "RUSH-2", "RUSH-1 is taken by the first change"


def test_what_was_entered_for_the_policy_is_kept_and_nothing_else_is_sent(
    app: Any, client: Client, planned: str
) -> None:
    runs = clean(app("runs", planned, runs__part="Modes and limits"))
    client.change_plant(planned, mode="advise", policy={"improve_seconds": 33.0, "keep_machines": True})
    clean(runs.run())
    assert field(runs, "Keep machines").value is False, "as it was when the form was drawn"
    field(runs, "Maximum moves").set_value(12)
    button(runs, "Save limits").click().run()
    policy = client.plant(clean(runs) and planned)["policy"]
    assert (policy["max_moves"], policy["improve_seconds"], policy["keep_machines"]) == (12, 33.0, True)
    field(runs, "mill").set_value("auto")
    button(runs, "Save modes").click().run()
    detail = client.plant(clean(runs) and planned)
    assert (detail["mode"], detail["work_center_modes"]) == ("advise", {"mill": "auto"})


def test_the_board_does_not_change_back_a_mode_that_somebody_else_has_changed(
    app: Any, client: Client, planned: str
) -> None:
    board = clean(app("board", planned))
    client.change_mode(planned, "auto")
    clean(board.run())
    assert client.plant(planned)["mode"] == "auto"
    assert field(board, "After an event").value == "auto"
    field(board, "After an event").set_value("observe").run()
    assert client.plant(clean(board) and planned)["mode"] == "observe"


def test_limits_of_a_what_if_keep_what_was_entered(app: Any, client: Client, planned: str) -> None:
    what_if = rush_form(app, planned)
    button(what_if, "Add to the what-if").click().run()
    field(clean(what_if), "Maximum moves").set_value(7).run()
    client.change_plant(planned, policy={"max_moves": 99, "time_fence_minutes": 60})
    clean(what_if.run())
    assert (field(what_if, "Maximum moves").value, field(what_if, "Freeze the next … hours").value) == (7, 0.0)


def test_a_name_and_a_reason_stay_while_reports_come_in(app: Any, client: Client, planned: str) -> None:
    for minute, order in enumerate(("A-100", "A-101"), 10):
        happens(
            client, planned, "operation.started", f"2026-03-02T06:{minute}", order=order, operation=10, machine="saw-1"
        )
    today = clean(app("today", planned))
    next(t for t in today.toggle if "in doubt" in t.label).set_value(True).run()
    field(clean(today), "Your name").set_value("m.keller")
    field(today, "Reason").set_value("seen it").run()
    begins(client, planned, 14, "A-102")
    clean(today.run())
    assert any("2 reports in doubt" in t.label for t in today.toggle)
    assert (field(today, "Your name").value, field(today, "Reason").value) == ("m.keller", "seen it")
