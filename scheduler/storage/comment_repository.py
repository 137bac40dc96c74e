"""What people have said of orders and plans."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from scheduler.ports import Comment, Subject
from scheduler.storage.repository import Repository, find_plant
from scheduler.storage.schema import comments


class CommentRepository(Repository):
    """add_comment, comments."""

    def add_comment(self, plant: str, of: Subject, name: str, by: str, at: dt.datetime, text: str) -> Comment:
        with self._database.writing() as connection:
            find_plant(connection, plant, lock=True)  # so that two do not take the same number
            last = connection.execute(sa.select(sa.func.max(comments.c.number)).where(comments.c.plant == plant))
            said = Comment((last.scalar() or 0) + 1, of, name, by, at, text)
            row = {"plant": plant, "number": said.number, "of": of, "name": name, "by": by, "at": at, "text": text}
            connection.execute(sa.insert(comments), row)
        return said

    def comments(
        self, plant: str, of: Subject, name: str, before: int | None = None, limit: int | None = None
    ) -> list[Comment]:
        table = comments.c
        query = sa.select(comments).where(table.plant == plant, table.of == of, table.name == name)
        if before is not None:
            query = query.where(table.number < before)
        with self._database.reading() as connection:
            find_plant(connection, plant)
            rows = connection.execute(query.order_by(table.number.desc()).limit(limit)).mappings()
            return [_comment(row) for row in rows]


def _comment(row: RowMapping) -> Comment:
    return Comment(row["number"], row["of"], row["name"], row["by"], row["at"], row["text"])
