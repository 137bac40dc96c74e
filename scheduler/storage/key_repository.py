"""API keys."""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from scheduler.access.keys import Key
from scheduler.access.roles import known_roles
from scheduler.errors import UnknownKey
from scheduler.storage.repository import Repository
from scheduler.storage.schema import api_keys


class KeyRepository(Repository):
    """The `KeyBook`."""

    def api_keys(self) -> list[Key]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)).mappings()
            return [_key(row) for row in rows]

    def add_key(self, key: Key) -> None:
        with self._database.writing() as connection:
            connection.execute(
                sa.insert(api_keys),
                {
                    "id": key.id,
                    "name": key.name,
                    "digest": key.digest,
                    "roles": json.dumps(key.roles),
                    "plants": json.dumps(key.plants),
                    "work_centers": json.dumps(key.work_centers),
                    "created_at": key.created_at,
                    "created_by": key.created_by,
                    "expires_at": key.expires_at,
                },
            )

    def revoke_key(self, id: str, at: dt.datetime) -> Key:
        with self._database.writing() as connection:
            still = (api_keys.c.id == id) & api_keys.c.revoked_at.is_(None)
            connection.execute(sa.update(api_keys).where(still).values(revoked_at=at))
            row = connection.execute(sa.select(api_keys).where(api_keys.c.id == id)).mappings().first()
            if row is None:
                raise UnknownKey(f"there is no key '{id}'; `rejig keys list` shows those there are")
            return _key(row)


def _key(row: RowMapping) -> Key:
    return Key(
        id=row["id"],
        name=row["name"],
        digest=row["digest"],
        roles=known_roles(json.loads(row["roles"])),
        plants=tuple(json.loads(row["plants"])),
        work_centers=tuple(json.loads(row["work_centers"])),
        created_at=row["created_at"],
        created_by=row["created_by"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
