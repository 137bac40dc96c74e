"""Plants as loaded, and how they are planned."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping

from scheduler.domain.plant import PlantState
from scheduler.ports import Mode, PlantRecord, Policy
from scheduler.storage import records
from scheduler.storage.folding import FoldingRepository
from scheduler.storage.repository import change_row, find_plant
from scheduler.storage.schema import connections, imports, plans, plants, plants_gone, snapshots
from scheduler.storage.state_codec import decode_state, encode_state


class PlantRepository(FoldingRepository):
    """load_plant, delete_plant, plants, plant, change_plant, begin_term."""

    def load_plant(self, plant: str, state: PlantState, at: dt.datetime) -> PlantRecord:
        blob = encode_state(state)
        fresh = {
            "plant": plant,
            "mode": "observe",
            "policy": records.write_limited(Policy()),
            "revision": 0,
            "loaded_revision": 0,
            "snapshot_revision": 0,
            "loaded_at": at,
            "last_plan": 0,
            "last_message": 0,
        }
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.writing() as connection:
            gone = connection.execute(sa.select(plants_gone).where(plants_gone.c.plant == plant)).mappings().first()
            fresh |= dict(gone or {})
            connection.execute(insert(plants).values(fresh).on_conflict_do_nothing())
            row = find_plant(connection, plant, lock=True)
            revision = row["revision"] + 1
            connection.execute(
                sa.update(plans)
                .where(plans.c.plant == plant, plans.c.number == row["plan_in_force"])
                .values(status="superseded")
            )
            connection.execute(
                sa.insert(snapshots), {"plant": plant, "revision": revision, "loaded": True, "state": blob}
            )
            # Another plant under this name knows nothing of what was said of the one before: all of it is new to it.
            connection.execute(sa.delete(imports).where(imports.c.plant == plant))
            connection.execute(sa.update(connections).where(connections.c.plant == plant).values(vanished="[]"))
            change_row(
                connection,
                plant,
                revision=revision,
                loaded_revision=revision,
                snapshot_revision=revision,
                loaded_at=at,
                plan_in_force=None,
                plan_in_force_revision=None,
            )
            record = _plant_record(find_plant(connection, plant))
        # As it will be read after a restart, not as it came in: one state, whoever asks.
        self._states.keep((plant, revision), decode_state(blob))
        return record

    def delete_plant(self, plant: str) -> None:
        with self._database.writing() as connection:
            row = find_plant(connection, plant, lock=True)
            numbers = {column.name: row[column.name] for column in plants_gone.c}
            connection.execute(sa.delete(plants_gone).where(plants_gone.c.plant == plant))
            connection.execute(sa.insert(plants_gone), numbers)
            connection.execute(sa.delete(plants).where(plants.c.plant == plant))  # and all that is of it

    def plants(self) -> list[PlantRecord]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(plants).order_by(plants.c.plant)).mappings()
            return [_plant_record(row) for row in rows]

    def plant(self, plant: str) -> PlantRecord:
        with self._database.reading() as connection:
            return _plant_record(find_plant(connection, plant))

    def change_plant(self, plant: str, mode: Mode | None = None, policy: Policy | None = None) -> PlantRecord:
        changes = {"mode": mode, "policy": None if policy is None else records.write_limited(policy)}
        changes = {name: value for name, value in changes.items() if value is not None}
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)
            if changes:
                change_row(connection, plant, **changes)
            return _plant_record(find_plant(connection, plant))

    def begin_term(self, plant: str) -> int:
        with self._database.writing() as connection:
            term: int = find_plant(connection, plant, lock=True)["desk_term"] + 1
            change_row(connection, plant, desk_term=term)
            return term


def _plant_record(row: RowMapping) -> PlantRecord:
    return PlantRecord(
        plant=row["plant"],
        mode=row["mode"],
        policy=records.read_policy(row["policy"]),
        revision=row["revision"],
        loaded_at=row["loaded_at"],
        last_event_at=row["last_event_at"],
        plan_in_force=row["plan_in_force"],
        plan_in_force_revision=row["plan_in_force_revision"],
        last_message=row["last_message"],
        quarantined=row["quarantined"],
    )
