"""Plan versions: immutable but for their status, one of them in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.imports import Told
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import in_places_taken
from scheduler.errors import Conflict, DeskTaken, InternalFault, PlanNotFeasible, StalePlan, UnknownPlan
from scheduler.fault_points import passing
from scheduler.messages import MessageType
from scheduler.plan_ports import MOST_NOTES
from scheduler.ports import NewPlan, Note, PlanRecord
from scheduler.storage import records
from scheduler.storage.folding import FoldingRepository, past_state
from scheduler.storage.outbox import publish
from scheduler.storage.outgoing import OutgoingWriter
from scheduler.storage.plan_codec import decode_operations, encode_operations
from scheduler.storage.repository import change_row, find_plant
from scheduler.storage.schema import plans

HEADLINES = [c for c in plans.c if c.name != "operations"]


class PlanRepository(FoldingRepository):
    """state, state_at, add_plan, release_plan, reject_plan, rebase_plan, note_plan, plans, get_plan, current_plan."""

    def state(self, plant: str) -> tuple[int, PlantState]:
        with self._database.reading() as connection:
            row = find_plant(connection, plant)
            return row["revision"], self._with_plan(connection, row, self._folded(connection, row))

    def state_at(self, plant: str, revision: int) -> PlantState:
        with self._database.reading() as connection:
            row = find_plant(connection, plant)
            if not 1 <= revision <= row["revision"]:
                raise Conflict(f"plant '{plant}': found revision {revision}, expected 1 to {row['revision']}")
            return self._with_plan(connection, row, past_state(connection, plant, revision))

    def _with_plan(self, connection: Connection, row: RowMapping, state: PlantState) -> PlantState:
        if row["plan_in_force"] is None:
            return state
        operations = self._operations_of(connection, row["plant"], row["plan_in_force"])
        return dataclasses.replace(state, plan=in_places_taken(state, operations))

    def add_plan(
        self,
        plant: str,
        new: NewPlan,
        at: dt.datetime,
        *,
        release_by: str | None = None,
        news: MessageType = "plan.proposed",
        term: int | None = None,
    ) -> PlanRecord:
        values = plan_values(plant, new, at)
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            _same_term(row, term)
            stored = insert_plan(connection, row, values, at, release_by=release_by, news=news)
            passing("plan.released")
        passing("plan.committed")
        self._operations.keep((plant, stored["number"]), new.plan.operations)
        return plan_record(stored, new.plan.operations)

    def release_plan(self, plant: str, number: int, by: str, at: dt.datetime, reason: str | None = None) -> PlanRecord:
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            found = _find_plan(connection, plant, number)
            if row["plan_in_force"] != number:
                _release(connection, row, found, by, at, reason)
                _change_plan(connection, plant, number, kept_for=by)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return plan_record(found, operations)

    def note_plan(self, plant: str, number: int, text: str, at: dt.datetime) -> None:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            notes = records.read_notes(_find_plan(connection, plant, number)["notes"])
            if not notes or notes[-1].text != text:
                kept = (*notes, Note(at, text))[-MOST_NOTES:]
                _change_plan(connection, plant, number, notes=records.write_notes(kept))

    def reject_plan(self, plant: str, number: int, by: str, at: dt.datetime, reason: str | None = None) -> PlanRecord:
        """A proposed plan is rejected; a rejected one stays so. Raises Conflict for one that is or was in force."""
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            found = _find_plan(connection, plant, number)
            if found["status"] in ("released", "superseded"):
                state = "in force" if found["status"] == "released" else "superseded already"
                raise Conflict(f"plan {number} of '{plant}' is {state}; only a proposed plan can be rejected")
            if found["status"] == "proposed":
                _decide(connection, plant, number, "rejected", by, at, reason)
                if found["feasible"]:
                    told = _plan_message(found) | {"by": by, "reason": reason}
                    publish(connection, plant, "plan.rejected", told, at)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return plan_record(found, operations)

    def rebase_plan(self, plant: str, number: int, revision: int, term: int | None = None) -> PlanRecord:
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            _same_term(row, term)
            found = _find_plan(connection, plant, number)
            if found["status"] not in ("released", "proposed"):
                raise StalePlan(f"plan {number} of '{plant}' is {found['status']}; it can have no newer base")
            if revision > row["revision"]:
                raise InternalFault(f"plant '{plant}': revision {revision} of a log that ends at {row['revision']}")
            if revision > found["revision"]:
                _change_plan(connection, plant, number, revision=revision)
                if row["plan_in_force"] == number:
                    change_row(connection, plant, plan_in_force_revision=revision)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return plan_record(found, operations)

    def plans(
        self, plant: str, limit: int = 50, before: int | None = None, with_operations: bool = True
    ) -> list[PlanRecord]:
        query = sa.select(*HEADLINES).where(plans.c.plant == plant).order_by(plans.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(plans.c.number < before)
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(query).mappings().all()
            return [
                plan_record(row, self._operations_of(connection, plant, row["number"]) if with_operations else ())
                for row in rows
            ]

    def get_plan(self, plant: str, number: int) -> PlanRecord:
        with self._database.reading() as connection:
            find_plant(connection, plant)
            row = _find_plan(connection, plant, number)
            return plan_record(row, self._operations_of(connection, plant, number))

    def current_plan(self, plant: str) -> PlanRecord:
        with self._database.reading() as connection:
            number = find_plant(connection, plant)["plan_in_force"]
            if number is None:
                raise UnknownPlan(f"plant '{plant}' has no plan in force; ask for a plan and release it")
            row = _find_plan(connection, plant, number)
            return plan_record(row, self._operations_of(connection, plant, number))

    def _operations_of(self, connection: Connection, plant: str, number: int) -> tuple[PlannedOperation, ...]:
        kept = self._operations.get((plant, number))
        if kept is None:
            query = sa.select(plans.c.operations).where(plans.c.plant == plant, plans.c.number == number)
            kept = decode_operations(connection.execute(query).scalar_one())
            self._operations.keep((plant, number), kept)
        return kept


def plan_values(plant: str, new: NewPlan, at: dt.datetime) -> dict[str, object]:
    """Its row, but for the number. Packed before the plant is locked, because that takes long for a large one."""
    plan, verdict = new.plan, new.verdict
    return {
        "plant": plant,
        "status": "proposed" if verdict.feasible else "rejected",
        "revision": new.revision,
        "cause": new.cause,
        "engine": plan.engine,
        "feasible": verdict.feasible,
        "objective": records.write(new.objective),
        "kpis": records.write(plan.kpis),
        "unplanned": records.write(plan.unplanned),
        "history": records.write(plan.history),
        "verdict": records.write_verdict(verdict),
        "operations": encode_operations(plan.operations),
        "created_at": at,
        "decided_at": None if verdict.feasible else at,
        "decided_by": None if verdict.feasible else "check",
        "what_if": new.what_if,
        "trigger": None if new.trigger is None else records.write(new.trigger),
        "engine_failures": records.write(plan.engine_failures),
        "broken_pins": records.write(plan.broken_pins),
        "reason": new.reason,
        "kept_for": new.kept_for,
        "made_from": new.made_from,
    }


def insert_plan(
    connection: Connection,
    row: RowMapping,
    values: Mapping[str, object],
    at: dt.datetime,
    *,
    release_by: str | None,
    news: MessageType = "plan.proposed",
) -> RowMapping:
    """A version more of the plant whose `row` is locked, released where somebody does, and told. Its own row.

    Raises StalePlan, PlanNotFeasible as `PlanBook.add_plan`.
    """
    plant, revision = row["plant"], values["revision"]
    assert isinstance(revision, int)
    if revision > row["revision"]:
        raise InternalFault(
            f"plant '{plant}': a plan based on revision {revision} of a log that ends at {row['revision']}"
        )
    number = row["last_plan"] + 1
    connection.execute(sa.insert(plans), dict(values) | {"number": number})
    change_row(connection, plant, last_plan=number)
    passing("plan.stored")
    stored = _find_plan(connection, plant, number)
    if release_by is not None:
        _release(connection, row, stored, release_by, at, stored["reason"])
        if stored["made_from"] is not None:
            asked = _find_plan(connection, plant, stored["made_from"])
            if asked["status"] == "proposed" and asked["what_if"] is None:
                _change_plan(connection, plant, asked["number"], status="superseded")
        return _find_plan(connection, plant, number)
    if stored["feasible"]:
        publish(connection, plant, news, _plan_message(stored), at)
    return stored


def _same_term(plant: RowMapping, term: int | None) -> None:
    """The fence: a desk that was frozen or cut off while another took over publishes nothing when it wakes."""
    if term is not None and term != plant["desk_term"]:
        raise DeskTaken(
            f"plant '{plant['plant']}': the desk of term {term} was overtaken by that of term {plant['desk_term']}; "
            "its plan is not taken"
        )


def _release(
    connection: Connection, plant: RowMapping, plan: RowMapping, by: str, at: dt.datetime, reason: str | None = None
) -> None:
    """Put `plan` in force in place of the one before, or raise StalePlan or PlanNotFeasible."""
    name, number, revision = plant["plant"], plan["number"], plan["revision"]
    if not plan["feasible"]:
        faults = len(records.read_verdict(plan["verdict"]).violations)
        raise PlanNotFeasible(
            f"plan {number} of '{name}' breaks the rules {faults} time{'' if faults == 1 else 's'}; ask for a new plan"
        )
    if revision < plant["loaded_revision"]:
        raise StalePlan(
            f"plan {number} of '{name}' is based on revision {revision}, but at revision "
            f"{plant['loaded_revision']} the plant was loaded anew or an event set aside; ask for a new plan"
        )
    in_force = plant["plan_in_force"]
    if in_force is not None:
        if revision < plant["plan_in_force_revision"]:
            raise StalePlan(
                f"plan {number} of '{name}' is based on revision {revision}, plan {in_force} in force on revision "
                f"{plant['plan_in_force_revision']}; ask for a new plan"
            )
        _change_plan(connection, name, in_force, status="superseded")
    _decide(connection, name, number, "released", by, at, reason)
    change_row(connection, name, plan_in_force=number, plan_in_force_revision=revision)
    publish(connection, name, "plan.released", _plan_message(plan) | {"by": by, "reason": reason}, at)
    writer = OutgoingWriter(connection, name, at)
    writer.tell(Told("plan", "plan", {"plan": number, "by": by}))
    writer.write()


def _plan_message(plan: RowMapping) -> dict[str, object]:
    """What the stream and the webhooks hear of a plan."""
    kpis = records.read_kpis(plan["kpis"])
    return {
        "plan": plan["number"],
        "revision": plan["revision"],
        "cause": plan["cause"],
        "cost": kpis.cost,
        "late_orders": kpis.late_orders,
        "moved_operations": kpis.moved_operations,
        "what_if": plan["what_if"],
    }


def _decide(
    connection: Connection, plant: str, number: int, status: str, by: str, at: dt.datetime, reason: str | None
) -> None:
    _change_plan(connection, plant, number, status=status, decided_by=by, decided_at=at, reason=reason)


def _change_plan(connection: Connection, plant: str, number: int, **values: object) -> None:
    connection.execute(sa.update(plans).where(plans.c.plant == plant, plans.c.number == number).values(**values))


def _find_plan(connection: Connection, plant: str, number: int) -> RowMapping:
    query = sa.select(*HEADLINES).where(plans.c.plant == plant, plans.c.number == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        last = connection.execute(sa.select(sa.func.max(plans.c.number)).where(plans.c.plant == plant)).scalar()
        known = f"its versions are 1 to {last}" if last else "it has none yet"
        raise UnknownPlan(f"plant '{plant}' has no plan {number}; {known}")
    return row


def plan_record(row: RowMapping, operations: tuple[PlannedOperation, ...]) -> PlanRecord:
    plan = Plan(
        operations=operations,
        unplanned=records.read_unplanned(row["unplanned"]),
        kpis=records.read_kpis(row["kpis"]),
        engine=row["engine"],
        history=records.read_history(row["history"]),
        engine_failures=records.read_failures(row["engine_failures"]),
        broken_pins=records.read_broken_pins(row["broken_pins"]),
    )
    return PlanRecord(
        plant=row["plant"],
        number=row["number"],
        status=row["status"],
        revision=row["revision"],
        cause=row["cause"],
        plan=plan,
        verdict=records.read_verdict(row["verdict"]),
        objective=records.read_objective(row["objective"]),
        created_at=row["created_at"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        what_if=row["what_if"],
        trigger=records.read_trigger(row["trigger"]),
        reason=row["reason"],
        kept_for=row["kept_for"],
        made_from=row["made_from"],
        notes=records.read_notes(row["notes"]),
    )
