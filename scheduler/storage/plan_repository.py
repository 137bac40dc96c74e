"""Plan versions: immutable but for their status, one of them in force."""

from __future__ import annotations

import dataclasses
import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, DeskTaken, InternalFault, PlanNotFeasible, StalePlan, UnknownPlan
from scheduler.fault_points import passing
from scheduler.messages import MessageType
from scheduler.ports import NewPlan, PlanRecord
from scheduler.storage import records
from scheduler.storage.folding import FoldingRepository, past_state
from scheduler.storage.outbox import publish
from scheduler.storage.plan_codec import decode_operations, encode_operations
from scheduler.storage.repository import change_row, find_plant
from scheduler.storage.schema import plans

HEADLINES = [c for c in plans.c if c.name != "operations"]


class PlanRepository(FoldingRepository):
    """state, state_at, add_plan, release_plan, reject_plan, rebase_plan, plans, get_plan, current_plan."""

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
        return dataclasses.replace(state, plan=self._operations_of(connection, row["plant"], row["plan_in_force"]))

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
        plan, verdict, revision = new.plan, new.verdict, new.revision
        values = {
            "plant": plant,
            "status": "proposed" if verdict.feasible else "rejected",
            "revision": revision,
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
        }
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            _same_term(row, term)
            if revision > row["revision"]:
                raise InternalFault(
                    f"plant '{plant}': a plan based on revision {revision} of a log that ends at {row['revision']}"
                )
            number = row["last_plan"] + 1
            connection.execute(sa.insert(plans), values | {"number": number})
            change_row(connection, plant, last_plan=number)
            passing("plan.stored")
            if release_by is not None:
                _release(connection, row, _find_plan(connection, plant, number), release_by, at)
            elif verdict.feasible:
                publish(connection, plant, news, _plan_message(_find_plan(connection, plant, number)), at)
            stored = _find_plan(connection, plant, number)
            passing("plan.released")
        passing("plan.committed")
        self._operations.keep((plant, number), plan.operations)
        return _plan_record(stored, plan.operations)

    def release_plan(self, plant: str, number: int, by: str, at: dt.datetime) -> PlanRecord:
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            found = _find_plan(connection, plant, number)
            if row["plan_in_force"] != number:
                _release(connection, row, found, by, at)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return _plan_record(found, operations)

    def reject_plan(self, plant: str, number: int, by: str, at: dt.datetime) -> PlanRecord:
        """A proposed plan is rejected; a rejected one stays so. Raises Conflict for one that is or was in force."""
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            found = _find_plan(connection, plant, number)
            if found["status"] in ("released", "superseded"):
                state = "in force" if found["status"] == "released" else "superseded already"
                raise Conflict(f"plan {number} of '{plant}' is {state}; only a proposed plan can be rejected")
            if found["status"] == "proposed":
                _decide(connection, plant, number, "rejected", by, at)
                if found["feasible"]:
                    publish(connection, plant, "plan.rejected", _plan_message(found) | {"by": by}, at)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return _plan_record(found, operations)

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
                connection.execute(
                    sa.update(plans).where(plans.c.plant == plant, plans.c.number == number).values(revision=revision)
                )
                if row["plan_in_force"] == number:
                    change_row(connection, plant, plan_in_force_revision=revision)
                found = _find_plan(connection, plant, number)
            operations = self._operations_of(connection, plant, number)
        return _plan_record(found, operations)

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
                _plan_record(row, self._operations_of(connection, plant, row["number"]) if with_operations else ())
                for row in rows
            ]

    def get_plan(self, plant: str, number: int) -> PlanRecord:
        with self._database.reading() as connection:
            find_plant(connection, plant)
            row = _find_plan(connection, plant, number)
            return _plan_record(row, self._operations_of(connection, plant, number))

    def current_plan(self, plant: str) -> PlanRecord:
        with self._database.reading() as connection:
            number = find_plant(connection, plant)["plan_in_force"]
            if number is None:
                raise UnknownPlan(f"plant '{plant}' has no plan in force; ask for a plan and release it")
            row = _find_plan(connection, plant, number)
            return _plan_record(row, self._operations_of(connection, plant, number))

    def _operations_of(self, connection: Connection, plant: str, number: int) -> tuple[PlannedOperation, ...]:
        kept = self._operations.get((plant, number))
        if kept is None:
            query = sa.select(plans.c.operations).where(plans.c.plant == plant, plans.c.number == number)
            kept = decode_operations(connection.execute(query).scalar_one())
            self._operations.keep((plant, number), kept)
        return kept


def _same_term(plant: RowMapping, term: int | None) -> None:
    """The fence: a desk that was frozen or cut off while another took over publishes nothing when it wakes."""
    if term is not None and term != plant["desk_term"]:
        raise DeskTaken(
            f"plant '{plant['plant']}': the desk of term {term} was overtaken by that of term {plant['desk_term']}; "
            "its plan is not taken"
        )


def _release(connection: Connection, plant: RowMapping, plan: RowMapping, by: str, at: dt.datetime) -> None:
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
        connection.execute(
            sa.update(plans).where(plans.c.plant == name, plans.c.number == in_force).values(status="superseded")
        )
    _decide(connection, name, number, "released", by, at)
    change_row(connection, name, plan_in_force=number, plan_in_force_revision=revision)
    publish(connection, name, "plan.released", _plan_message(plan) | {"by": by}, at)


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


def _decide(connection: Connection, plant: str, number: int, status: str, by: str, at: dt.datetime) -> None:
    connection.execute(
        sa.update(plans)
        .where(plans.c.plant == plant, plans.c.number == number)
        .values(status=status, decided_by=by, decided_at=at)
    )


def _find_plan(connection: Connection, plant: str, number: int) -> RowMapping:
    query = sa.select(*HEADLINES).where(plans.c.plant == plant, plans.c.number == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        last = connection.execute(sa.select(sa.func.max(plans.c.number)).where(plans.c.plant == plant)).scalar()
        known = f"its versions are 1 to {last}" if last else "it has none yet"
        raise UnknownPlan(f"plant '{plant}' has no plan {number}; {known}")
    return row


def _plan_record(row: RowMapping, operations: tuple[PlannedOperation, ...]) -> PlanRecord:
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
    )
