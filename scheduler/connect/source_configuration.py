"""`[[source]]` tables in the file of connections: where signals come from, and what they stand before they count."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.opcua import NODE
from scheduler.errors import did_you_mean
from scheduler.signals.codes import TABLES, Codes, own_codes
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Meaning, State
from scheduler.source_ports import SourceSetup

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
SCHEMES = {"mqtt": r"mqtts?", "sparkplug": r"mqtts?", "opcua": r"opc\.tcp"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemTable(_Strict):
    """A message or device and which of its parts mean what; see `mapping.Item`."""

    machine: str = Field(min_length=1)
    topic: str = ""
    device: str = ""
    state: str = ""
    mode: str = ""
    good: str = ""
    scrap: str = ""
    reason: str = ""
    time: str = ""
    sequence: str = ""
    names: dict[str, str] = {}
    each: str = ""
    where: dict[str, str] = {}

    @property
    def item(self) -> Item:
        meant: dict[Meaning, str] = {
            "reason": self.reason, "mode": self.mode, "state": self.state, "good": self.good, "scrap": self.scrap,
        }  # fmt: skip
        values = {meaning: name for meaning, name in meant.items() if name}
        at = self.topic or self.device
        return Item(at, self.machine, values, self.time, self.sequence, self.names, self.each, self.where)


RulesTable = dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


def with_rules(rules: SignalRules, table: RulesTable) -> SignalRules:
    """The rules with those that are named. Raises ValueError."""
    known = {rule.name: rule.type for rule in fields(SignalRules)}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"rules: found '{name}', expected one of {', '.join(known)}; {did_you_mean(name, known)}")
        if known[name] == "int" and (value < 1 or not value.is_integer()):
            raise ValueError(f"rules: {name}: found {value:g}, expected a whole number of at least 1")
    return replace(rules, **{n: int(v) if known[n] == "int" else v for n, v in table.items()})  # type: ignore[arg-type]


class ClassTable(_Strict):
    """Machines that have rules of their own; what is left out is as for the others."""

    machines: list[str] = Field(min_length=1)
    rules: RulesTable


class SourceTable(_Strict):
    """One source. own_codes : codes of the plant's own, before those of the table.

    finish : what becomes of an operation whose pieces are all counted: it waits for a person's word, or is reported.
    """

    name: Name
    kind: Literal["mqtt", "sparkplug", "opcua"]
    plant: str = Field(min_length=1)
    address: str = Field(min_length=1)
    credentials: str = Field(default="", pattern=r"^$|^env:[A-Za-z_][A-Za-z0-9_]*$|^file:.+")
    codes: Literal["plain", "opc40001", "packml"] = "plain"
    own_codes: dict[str, State] = {}
    finish: Literal["propose", "book"] = "propose"
    rules: RulesTable = {}
    classes: list[ClassTable] = Field(default=[], alias="class")
    item: list[ItemTable] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if not re.match(rf"{SCHEMES[self.kind]}://[^/@?#]+(/[^@?#]*)?$", self.address):
            like = {"opcua": "opc.tcp://HOST:4840"}.get(self.kind, "mqtt://HOST:1883 or mqtts://HOST:8883")
            raise ValueError(f"address: found {self.address!r}, expected like {like}, without user or password")
        for table in ({}, *(c.rules for c in self.classes)):
            with_rules(with_rules(SignalRules(), self.rules), table)
        if self.kind == "sparkplug" and any(len(i.device.split("/")) not in (2, 3) for i in self.item if i.device):
            raise ValueError("device: expected group/node/device or group/node")
        names = [name for i in self.item for name in i.item.values.values()]
        if self.kind == "opcua" and (wrong := next((n for n in names if not NODE.fullmatch(n)), None)):
            raise ValueError(f"item: found '{wrong}', expected a node like nsu=http://maker.example/line;s=Lathe.State")
        needs = {"mqtt": "topic", "sparkplug": "device", "opcua": ""}[self.kind]
        for number, item in enumerate(self.item, start=1):
            if needs and not getattr(item, needs):
                raise ValueError(f"item {number}: {needs}: found nothing, expected where its values come from")
            if not item.item.values:
                raise ValueError(f"item {number}: found no value, expected one of state, mode, good, scrap, reason")
        return self

    @property
    def setup(self) -> SourceSetup:
        rules = with_rules(SignalRules(), self.rules)
        own = {machine: with_rules(rules, table.rules) for table in self.classes for machine in table.machines}
        return SourceSetup(
            self.name, self.kind, self.plant, self.address, rules, own, self._codes, self.finish == "book"
        )

    @property
    def _codes(self) -> Codes:
        return own_codes({str(k): v for k, v in self.own_codes.items()}, TABLES[self.codes])
