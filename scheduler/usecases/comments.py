"""What people say of an order or a plan: kept with who and when, and never changed."""

from __future__ import annotations

from scheduler.errors import BadRequest, UnknownOrder, did_you_mean
from scheduler.ports import Comment, Subject
from scheduler.usecases.release_plan import a_person
from scheduler.usecases.tools import Tools


def say(tools: Tools, plant: str, of: Subject, name: str, by: str, text: str) -> Comment:
    """Raises UnknownPlant, UnknownOrder, UnknownPlan; BadRequest where `by` is no person or nothing is said."""
    who, words = by.strip(), text.strip()
    if not who or not words:
        field = "text" if who else "by"
        raise BadRequest.of(field, "nothing but blanks", "words" if who else "the name of who says it")
    a_person(who)
    _known(tools, plant, of, name)
    return tools.ledger.add_comment(plant, of, name, who, tools.clock(), words)


def comments_of(
    tools: Tools, plant: str, of: Subject, name: str, before: int | None, limit: int
) -> tuple[list[Comment], bool]:
    """The newest first, and whether there are older ones. An order that is gone keeps what was said of it.

    Raises UnknownPlant; UnknownOrder, UnknownPlan where nothing was ever said of it either.
    """
    found = tools.ledger.comments(plant, of, name, before, limit + 1)
    if not found and before is None:
        _known(tools, plant, of, name)
    return found[:limit], len(found) > limit


def _known(tools: Tools, plant: str, of: Subject, name: str) -> None:
    state = tools.snapshot(plant).state
    if of == "plan":
        tools.ledger.get_plan(plant, int(name))
    elif name not in state.orders:
        raise UnknownOrder(f"no order '{name}' in the plant; {did_you_mean(name, state.orders)}")
