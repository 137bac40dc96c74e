"""What is told to another system: the steps of its data file, each after a look at what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduler.connect.rest.client import Refused, RestClient, rows_of
from scheduler.connect.rest.conversions import Scope
from scheduler.connect.rest.system import Find, Step, System
from scheduler.connect.rest.templates import looked_up, written
from scheduler.connect_ports import Outgoing
from scheduler.errors import RejigError
from scheduler.messages import NotDelivered

NOTHING_TO_DO = "nothing to do over there"
FOREIGN = "none of theirs"
Row = Mapping[str, Any]


class Writer:
    """Tells messages, step by step."""

    def __init__(self, system: System, client: RestClient, scope: Scope) -> None:
        self._system = system
        self._client = client
        self._scope = scope
        self._planned: dict[tuple[str, str], Row] = {}

    def tell(self, message: Outgoing) -> str:
        """The other side's answer, in words. Raises NotDelivered."""
        steps = self._system.steps.get(message.kind, [])
        if message.kind == "plan":
            return self._tell_plan(message, steps)
        return self._tell_row(message, dict(message.body), steps)

    def _tell_plan(self, message: Outgoing, steps: list[Step]) -> str:
        """Only the operations that stand otherwise than in the plan that was told last.

        One that is not over there may be there at the next plan, so it is looked for again.
        """
        changed, refused = 0, list[NotDelivered]()
        for row in message.body.get("rows") or ():
            at = str(row["order"]), str(row["operation"])
            place = {name: row[name] for name in ("machine", "start", "end")}
            if self._planned.get(at) == place:
                continue
            try:
                told = self._tell_row(message, dict(row), steps)
            except NotDelivered as failed:
                cause = failed.__cause__
                if failed.retry_after is not None or not isinstance(cause, Refused) or cause.doubtful:
                    raise  # nobody is there: all wait. That one operation is refused keeps no other waiting.
                refused.append(failed)
                continue
            if told != FOREIGN:
                self._planned[at] = place
                changed += 1
        if refused and not changed:
            raise refused[0]
        return f"{changed} operations" + (f"; {len(refused)} refused, the first: {refused[0]}" if refused else "")

    def _tell_row(self, message: Outgoing, row: dict[str, Any], steps: list[Step]) -> str:
        what = row.get("what")
        if what == "started" and (row.get("quantity_good") or row.get("quantity_scrap")):
            what = row["what"] = "progressed"  # of a first report that has pieces already the start is implied
        if what in self._system.write.silent:
            return NOTHING_TO_DO
        mine = [step for step in steps if what is None or not step.what or what in step.what]
        if not mine:
            raise NotDelivered(
                f"{self._system.title} has no call for '{what}'; correct it over there, then drop this message",
                gone=True,
            )
        told = [self._step(step, {**row, "key": message.lasting_key, **self._scope}) for step in mine]
        return "; ".join(dict.fromkeys(told))

    def _step(self, step: Step, scope: Scope) -> str:
        try:
            found = self._found(step, scope)
            if found is None:
                return FOREIGN
            scope = {**scope, **found}
            if not all(written(condition, scope) for condition in step.when):
                return NOTHING_TO_DO
            if step.there and written(step.there, scope):
                return "it was there already"
        except Refused as refused:
            raise _not_delivered(refused) from refused
        except RejigError as away:
            raise NotDelivered(str(away)) from None
        except ValueError as fault:
            raise NotDelivered(f"{self._system.title}: {fault}") from None
        try:
            self._client.call(step.call, scope, writing=True)
        except Refused as refused:
            if refused.doubtful and not step.repeatable:
                said = (
                    f"{refused}; it may have been booked, and cannot be looked up: look over there, then send or drop"
                )
                raise NotDelivered(said, gone=True) from None
            raise _not_delivered(refused) from refused
        except RejigError as away:
            raise NotDelivered(str(away)) from None
        except ValueError as fault:
            raise NotDelivered(f"{self._system.title}: {fault}") from None
        return "told"

    def _found(self, step: Step, scope: Scope) -> dict[str, Any] | None:
        """By name, the first row of each; None: it is none of theirs. Raises Refused, NotDelivered."""
        found: dict[str, Any] = {}
        for name in step.find:
            find, here = self._system.find[name], {**scope, **found}
            if rows := self._looked_for(find, here):
                found[name] = rows[0]
            elif find.optional:
                found[name] = {}
            elif step.missing == "skip":
                return None
            else:
                raise NotDelivered(f"{self._system.title}: {written(find.say, here)}")
        return found

    def _looked_for(self, find: Find, scope: Scope) -> list[Row]:
        try:
            body = self._client.call(find, scope).body
        except Refused as refused:
            if refused.absent:
                return []
            raise
        one = looked_up(body, find.rows)
        return [one] if isinstance(one, Mapping) else rows_of(body, find.rows)


def _not_delivered(refused: Refused) -> NotDelivered:
    return NotDelivered(str(refused), retry_after=refused.retry_after)
