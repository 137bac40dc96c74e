"""The field's names in what is stored: a plan's trigger, and the fields of policies and requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAMES = {
    "improve_moves": "improve_iterations",
    "nothing_inside_minutes": "time_fence_minutes",
    "calm_price": "move_price",
    "calm_minutes": "move_price_within_minutes",
}
TEXTS = (
    ("plants", ("plant",), "policy"),
    ("jobs", ("plant", "id"), "request"),
    ("what_ifs", ("plant", "id"), "request"),
)
"""Tables with their key, and the column of JSON in which fields are named."""


def upgrade() -> None:
    op.execute('ALTER TABLE plans RENAME COLUMN occasion TO "trigger"')
    _rename_fields(NAMES)


def downgrade() -> None:
    _rename_fields({new: old for old, new in NAMES.items()})
    op.execute('ALTER TABLE plans RENAME COLUMN "trigger" TO occasion')


def _rename_fields(names: Mapping[str, str]) -> None:
    for name, keys, column in TEXTS:
        table = sa.table(name, *(sa.column(c) for c in (*keys, column)))
        for row in op.get_bind().execute(sa.select(table)).mappings().all():
            text = json.dumps(_renamed(json.loads(row[column]), names))
            if text != row[column]:
                here = sa.and_(*(table.c[key] == row[key] for key in keys))
                op.execute(sa.update(table).where(here).values({column: text}))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(inner, names) for key, inner in value.items()}
    return [_renamed(inner, names) for inner in value] if isinstance(value, list) else value
