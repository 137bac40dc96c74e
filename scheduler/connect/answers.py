"""mapping.toml: what people have answered about their files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from scheduler.connect_ports import FileMapping
from scheduler.domain.imports import Kind


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Files(_Strict):
    decimal: Literal["", ",", "."] | None = None
    dates: Literal["", "day-month-year", "month-day-year"] | None = None


class _Drift(_Strict):
    without: list[str] = []


class _Answers(_Strict):
    files: _Files = _Files()
    fields: dict[Kind, dict[str, str]] = {}
    patterns: dict[str, Kind] = {}
    drift: _Drift = _Drift()


def answered(mapping: FileMapping, raw: dict[str, Any]) -> FileMapping:
    """The mapping with the answers of a mapping.toml. Raises ValueError in words."""
    try:
        said = _Answers.model_validate(raw)
    except ValidationError as error:
        raise ValueError("; ".join(_said(fault) for fault in error.errors(include_url=False))) from None
    names = {str(kind): {**mapping.fields.get(kind, {}), **theirs} for kind, theirs in said.fields.items()}
    return replace(
        mapping,
        decimal=mapping.decimal if said.files.decimal is None else said.files.decimal,
        dates=mapping.dates if said.files.dates is None else said.files.dates,
        fields={**mapping.fields, **names},
        patterns=(*said.patterns.items(), *mapping.patterns),
        without=tuple(said.drift.without),
    )


def _said(fault: Any) -> str:
    table, *place = (str(part) for part in fault["loc"])
    where = " ".join([f"[{table}]", *place])
    if fault["type"] == "extra_forbidden":
        return f"{where}: found, expected [files], [fields.orders], [patterns] or [drift], with their own names in them"
    return f"{where}: found {fault['input']!r}; {fault['msg']}"
