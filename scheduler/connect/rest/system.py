"""The data file of a system: what is read there, and by which calls something is told to it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scheduler.connect.rest.templates import faults_of, uses
from scheduler.connect_ports import Abilities
from scheduler.domain.imports import Kind, OutKind
from scheduler.errors import InvalidConnections, did_you_mean

AuthKind = Literal["bearer", "basic", "token", "oauth"]
KEYS: dict[Kind, str] = {"orders": "order", "receipts": "receipt", "stock": "material"}
"""What a row of each kind is called by."""
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "orders": ("order", "material", "quantity", "due", "routing", "release", "priority", "status", "customer"),
    "receipts": ("receipt", "material", "quantity", "expected"),
    "stock": ("material", "on_hand"),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(_Strict):
    """What a connection must say (it has no default) or may say. say : what it is, in words.

    needed_for : it must only where one of these is written.
    """

    say: str
    default: str | None = None
    needed_for: list[OutKind] = []


class Call(_Strict):
    """One request. All texts in it are templates.   rows : where in the answer the rows stand; "": it is their list."""

    method: Literal["GET", "POST", "PATCH", "PUT"] = "GET"
    path: str = Field(pattern=r"^/")
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    rows: str = ""


class Page(_Strict):
    """How a long list comes in parts.

    by = "offset" : `start` counts rows, `limit` says how many are asked for.
    by = "number" : `start` counts pages, from `first` on.
    by = "link" : `next` is where the answer names the address of the next part.
    more : where the answer says whether there is more; "": there is while parts are full.
    count : where it says how many there are in all; "": nowhere.
    """

    by: Literal["offset", "number", "link"]
    place: Literal["query", "body"] = "query"
    start: str = "offset"
    limit: str = "limit"
    size: int = Field(default=500, ge=2)
    first: int = 1
    next: str = ""
    more: str = ""
    count: str = ""


class Entity(Call):
    """A list that is read whole. fields : our column = template over their row.   sum : a column that is added up."""

    page: Page | None = None
    fields: dict[str, str]
    sum: str = ""


class Find(Call):
    """What is looked up before something is written; its first row is known by its name.

    say : that there is none.   optional : there need not be one.
    """

    say: str
    optional: bool = False


class Step(_Strict):
    """One thing that is told. what : which confirmations it is for; none named: all.

    find : names of what is looked up for it.
    missing : where that is not there, the message is refused, or passed over as none of theirs.
    when : all of them must hold, or there is nothing to do.
    there : holds where it was told before, so that the same message a second time changes nothing.
    absolute : it says how things are and not what has been added, so that twice is once.
    """

    what: list[str] = []
    find: list[str] = []
    missing: Literal["refuse", "skip"] = "refuse"
    when: list[str] = []
    there: str = ""
    absolute: bool = False
    call: Call

    @property
    def repeatable(self) -> bool:
        return self.absolute or bool(self.there)


class ErrorInside(_Strict):
    """An answer that is an error though its status says that all is well."""

    when: str
    say: str


class Errors(_Strict):
    """say : where the reason of a refusal stands, the first that is there.   inside : errors in good answers."""

    say: list[str] = []
    inside: list[ErrorInside] = []


class Read(_Strict):
    orders: Entity | None = None
    receipts: Entity | None = None
    stock: Entity | None = None


class Write(_Strict):
    """silent : confirmations that the system has no place for and needs none."""

    confirmations: list[Step] = []
    stock: list[Step] = []
    plan: list[Step] = []
    silent: list[str] = []


class System(_Strict):
    """A system. title : as people call it.   csrf : the address that gives the token that writing calls need."""

    title: str
    auth: Annotated[list[AuthKind], Field(min_length=1)]
    settings: dict[str, Setting] = {}
    headers: dict[str, str] = {}
    csrf: str = ""
    errors: Errors = Errors()
    find: dict[str, Find] = {}
    read: Read = Read()
    write: Write = Write()

    @model_validator(mode="after")
    def _sound(self) -> System:
        faults = faults_of(self.model_dump())
        asked = {name for steps in self.steps.values() for step in steps for name in step.find}
        faults += [f"find: no '{name}'; {did_you_mean(name, self.find)}" for name in sorted(asked - self.find.keys())]
        for kind, entity in self.entities.items():
            wanted = {KEYS[kind], *(("on_hand",) if kind == "stock" else ("material", "quantity"))}
            faults += [f"read.{kind}.fields: no '{name}'" for name in sorted(wanted - entity.fields.keys())]
            unknown = [n for n in (*entity.fields, entity.sum) if n and n not in COLUMNS[kind]]
            faults += [f"read.{kind}: no column '{n}'; {did_you_mean(n, COLUMNS[kind])}" for n in unknown]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def entities(self) -> dict[Kind, Entity]:
        every: dict[Kind, Entity | None] = {
            "orders": self.read.orders,
            "receipts": self.read.receipts,
            "stock": self.read.stock,
        }
        return {kind: entity for kind, entity in every.items() if entity is not None}

    @property
    def steps(self) -> dict[OutKind, list[Step]]:
        every: dict[OutKind, list[Step]] = {
            "confirmations": self.write.confirmations,
            "stock": self.write.stock,
            "plan": self.write.plan,
        }
        return {kind: steps for kind, steps in every.items() if steps}

    @property
    def abilities(self) -> Abilities:
        """What its calls do; nothing of it is said by hand, so that it cannot say more than is so."""
        plan = [step.model_dump() for step in self.write.plan]
        plan += [self.find[name].model_dump() for step in self.write.plan for name in step.find]
        every = [step for steps in self.steps.values() for step in steps]
        added = [step for step in every if not step.absolute]
        return Abilities(
            reads=frozenset(self.entities),
            writes=frozenset(self.steps),
            write_back_start=uses(plan, "start"),
            write_back_machine=uses(plan, "machine"),
            idempotency_key=bool(added) and all(self._looks_for_key(step) for step in added),
            stops_in_doubt=not all(step.repeatable for step in every),
        )

    def _looks_for_key(self, step: Step) -> bool:
        """Whether it writes our key and knows by it what is there."""
        looks = [step.there, *(self.find[name].model_dump_json() for name in step.find)]
        return uses(step.call.model_dump(), "key") and any(re.search(r"\bkey\b", look) for look in looks)


def shipped() -> list[str]:
    """Systems that come with the product."""
    folder = resources.files("scheduler.connect").joinpath("systems")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def read_system(name: str, beside: Path, fields: Mapping[Kind, Mapping[str, str]] | None = None) -> System:
    """A system that comes with the product, or a file of one's own (`./erp.toml`, from the folder `beside`).

    fields : by kind, our column and a template, in place of that of the file.
    Raises InvalidConnections with all that is wrong.
    """
    if name.endswith(".toml"):
        file = beside / name
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InvalidConnections(f"{file}: {fault}; name the data file of the system") from None
    elif name in shipped():
        file = Path(f"{name}.toml")
        text = resources.files("scheduler.connect").joinpath("systems", file.name).read_text(encoding="utf-8")
    else:
        known = shipped()
        raise InvalidConnections(
            f"system: found '{name}'; {did_you_mean(name, known)}, or a file of your own such as './erp.toml'"
        )
    try:
        raw = tomllib.loads(text)
        for kind, changed in (fields or {}).items():
            raw.setdefault("read", {}).setdefault(kind, {}).setdefault("fields", {}).update(changed)
        return System.model_validate(raw)
    except tomllib.TOMLDecodeError as fault:
        raise InvalidConnections(f"{file}: no TOML ({fault})") from None
    except ValidationError as fault:
        said = [f"{file}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors(include_url=False)]
        raise InvalidConnections("\n".join(said)) from None
