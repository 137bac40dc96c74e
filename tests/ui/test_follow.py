"""A page that follows a search: shown while it runs, over once, forgotten where nobody knows it any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ui.client import ApiProblem
from ui.parts.search import gained


def page() -> None:
    import streamlit as st

    from ui.parts.search import follow

    state = st.session_state
    if state.get("search"):
        follow("the plan", state["look"], state["stop"], "stop.button", state["ended"], state["gone"])


def following(look: Callable[[], Any]) -> tuple[AppTest, list[Any]]:
    """The page after its first run, and what it has done besides."""
    done: list[Any] = []
    test = AppTest.from_function(page, default_timeout=30)

    def over(what: Any) -> None:
        done.append(what)
        test.session_state["search"] = False

    state = test.session_state
    state["search"], state["look"] = True, look
    state["stop"], state["ended"], state["gone"] = (lambda: done.append("stopped")), over, (lambda: over("gone"))
    return test.run(), done


def search(state: str) -> dict[str, Any]:
    return {"state": state, "progress": [], "time_limit_seconds": 10.0}


def unknown() -> Any:
    raise ApiProblem(404, "Unknown job", "no job of that id")


def away() -> Any:
    raise ApiProblem(0, "The API cannot be reached", "nobody answers")


@pytest.mark.parametrize("state", ["queued", "running"])
def test_while_it_runs_its_progress_is_shown_and_it_can_be_stopped(state: str) -> None:
    test, done = following(lambda: search(state))
    assert [m.label for m in test.metric] == ["Plan", "Better than the first plan found"]
    assert done == []
    test.button[0].click().run()
    assert done == ["stopped"]


def test_how_much_better_a_plan_has_become_is_a_share_of_the_first() -> None:
    def at(*costs: float) -> list[Any]:
        return [{"seconds": n, "cost": cost} for n, cost in enumerate(costs)]

    assert gained(at(200.0, 150.0)) == 0.25
    assert gained(at(200.0)) == 0.0
    assert gained(at(0.0, 0.0)) == 0.0


@pytest.mark.parametrize(("look", "said"), [(unknown, ["gone"]), (away, [])])
def test_one_that_nobody_knows_is_forgotten_and_one_out_of_reach_is_not(
    look: Callable[[], Any], said: list[str]
) -> None:
    test, done = following(look)
    assert "ask how far the plan is" in test.error[0].value
    assert done == said
