"""`[[list]]` tables in the file of connections: where machines get their dispatch lists."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scheduler.connect.lists.topics import MACHINE, MachineTopic
from scheduler.list_ports import ListSetup

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
SCHEMES = {"mqtt": r"mqtts?", "sparkplug": r"mqtts?", "webhook": r"https?"}
LIKE = {
    "mqtt": "mqtt://HOST:1883 or mqtts://HOST:8883, without user or password",
    "sparkplug": "mqtt://HOST:1883 or mqtts://HOST:8883, without user or password",
    "webhook": "https://terminal.example/lists/{machine}",
}


class ListTable(BaseModel):
    """One carrier. answers : the topic on which machines say which list they work by, or the metric of a device.

    commands : Sparkplug only; without it no device is commanded anything.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kind: Literal["mqtt", "sparkplug", "webhook"]
    plant: str = Field(min_length=1)
    address: str = Field(min_length=1)
    credentials: str = Field(default="", pattern=r"^$|^env:[A-Za-z_][A-Za-z0-9_]*$|^file:.+")
    machines: list[str] = []
    names: dict[str, str] = {}
    rows: int = Field(default=50, ge=1, le=1000)
    topic: str = ""
    device: str = ""
    metric: str = ""
    answers: str = ""
    commands: bool = False
    patience_minutes: float = Field(default=10.0, gt=0, le=10_080.0)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        path = r".*" if self.kind == "webhook" else r"(/[^@?#]*)?"
        if not re.match(rf"{SCHEMES[self.kind]}://[^/@?#]+{path}$", self.address):
            raise ValueError(f"address: found {self.address!r}, expected like {LIKE[self.kind]}")
        foreign = {
            "mqtt": ("device", "metric", "commands"),
            "sparkplug": ("topic",),
            "webhook": ("topic", "device", "metric", "answers", "commands"),
        }[self.kind]
        if wrong := next((name for name in foreign if getattr(self, name)), None):
            raise ValueError(f"{wrong}: found {getattr(self, wrong)!r}, expected nothing for kind '{self.kind}'")
        if self.kind == "mqtt":
            for name in ("topic", *(["answers"] if self.answers else [])):
                _with_machine(name, getattr(self, name), "rejig/{plant}/{machine}/list")
            if self.topic == self.answers:
                raise ValueError(f"answers: found the topic of the lists, '{self.topic}', expected another")
        elif self.kind == "sparkplug":
            _with_machine("device", self.device, "Plant/Hall-3/{machine}")
            if len(self.device.split("/")) != 3 or not self.device.endswith(f"/{MACHINE}"):
                raise ValueError(f"device: found '{self.device}', expected like Plant/Hall-3/{{machine}}")
            if not self.metric:
                raise ValueError("metric: found nothing, expected the device's metric that takes the list")
            if not self.commands:
                raise ValueError("commands: found false, expected true: a list to a Sparkplug device is a command")
        else:
            if MACHINE not in self.address:
                raise ValueError(f"address: found {self.address!r}, expected {MACHINE} in it")
            if not self.credentials:
                raise ValueError("credentials: found nothing, expected where the secret to sign with (whsec_…) stands")
        return self

    @property
    def setup(self) -> ListSetup:
        return ListSetup(
            name=self.name,
            kind=self.kind,
            plant=self.plant,
            address=self.address,
            machines=tuple(self.machines),
            rows=self.rows,
            answers=bool(self.answers),
            patience_minutes=self.patience_minutes,
        )

    def topic_of(self, pattern: str) -> MachineTopic:
        return MachineTopic(pattern, self.plant, self.names)


def _with_machine(name: str, pattern: str, like: str) -> None:
    if pattern.split("/").count(MACHINE) != 1 or any(c in pattern for c in "+#"):
        raise ValueError(f"{name}: found '{pattern}', expected like {like}, with {MACHINE} as a level of its own")
