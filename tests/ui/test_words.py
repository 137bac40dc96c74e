"""The API's own names, in a planner's words."""

from tests.ui.test_views import plan
from ui.views.policy import changed_limits
from ui.views.why import headline
from ui.views.words import event_words, in_words, message_words, source_words


def test_names_of_the_api_are_said_in_a_planners_words() -> None:
    assert event_words("machine.down") == "Machine down"
    assert event_words("operation.finished, late") == "Operation finished, late"
    assert event_words("clock.ticked, not begun") == "Time passes, not begun"
    assert in_words("machine.up 'e-7': no machine 'mill-9'") == "no machine 'mill-9'"
    assert in_words("operation.put_aside is dated Mon 2 Mar") == "operation put aside is dated Mon 2 Mar"
    assert (source_words("/mes/hall-1"), source_words("")) == ("mes hall-1", "nobody")
    assert (message_words("plan.released"), message_words("plan.improved")) == ("plan released", "better plan")


def test_a_plan_is_named_by_how_it_was_made() -> None:
    causes = {
        "asked for": "Requested",
        "repaired after mill-1 down: its work is delayed or moved": "Repaired after mill-1 down: "
        "its work is delayed or moved",
        "fully re-planned after mill-1 down": "Full re-plan after mill-1 down",
        "what if: rush": "What-if: rush",
        "promoted from what-if: rush": "Adopted what-if: rush",
        "came with the scenario": "Came with the plant",
    }
    assert {cause: headline(plan(1, cause=cause)) for cause in causes} == causes


def test_only_what_has_been_changed_of_a_policy_is_sent() -> None:
    before = {"max_moves": None, "keep_machines": False, "improve_seconds": 10.0}
    assert changed_limits(before, before) == {}
    assert changed_limits(before, before | {"max_moves": 0}) == {"max_moves": 0}
