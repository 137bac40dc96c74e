"""Sparkplug B from an MQTT broker, as a host application: it says that it is there, and asks nodes for their births.

Nothing else is ever written: a rebirth is the one command that it sends.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog

from scheduler.connect.sources.listener import Listener
from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.mqtt import mqtt_client, run_mqtt, subscribe
from scheduler.connect.sources.sparkplug_host import NAMESPACE, SparkplugHost
from scheduler.connect.sources.sparkplug_payload import Metric, encoded
from scheduler.source_ports import Emit, SourceSetup

if TYPE_CHECKING:
    import aiomqtt

log = structlog.get_logger("rejig.sources")

REBIRTH = Metric("Node Control/Rebirth", None, True, None)


class SparkplugSource(Listener):
    """A host called rejig-NAME. passive : it neither says so nor asks, for who only looks, beside a server."""

    def __init__(self, setup: SourceSetup, items: Sequence[Item], *args: Any, **more: Any) -> None:
        super().__init__(setup, items, *args, **more)
        self._host = SparkplugHost(setup.name, items)

    @property
    def machines(self) -> frozenset[str]:
        return super().machines | self._host.machines

    def run(self, emit: Emit, closing: threading.Event) -> None:
        run_mqtt(self._setup.name, self._setup.address, lambda library: self._listen(library, emit), closing)

    async def _listen(self, library: Any, emit: Emit) -> None:
        self._host = SparkplugHost(self._setup.name, self._items)  # births are told once; what was known is no more
        topic, now = f"{NAMESPACE}/STATE/rejig-{self._setup.name}", int(self._clock() * 1000)
        away = json.dumps({"online": False, "timestamp": now})
        will = None if self._passive else library.Will(topic, away, qos=1, retain=True)
        identifier = None if self._passive else f"rejig-{self._setup.name}"
        async with mqtt_client(
            library, self._setup.address, self._login(), identifier=identifier, will=will, clean_session=True
        ) as client:
            await subscribe(client, self._setup.address, f"{NAMESPACE}/#")
            if self._passive:
                await self._hear(client, emit)
                return
            await client.publish(topic, json.dumps({"online": True, "timestamp": now}), qos=1, retain=True)
            try:
                for node in dict.fromkeys(tuple(item.at.split("/")[:2]) for item in self._items if "+" not in item.at):
                    await self._ask(client, *node)
                await self._hear(client, emit)
            finally:
                await client.publish(topic, away, qos=1, retain=True)

    async def _hear(self, client: aiomqtt.Client, emit: Emit) -> None:
        async for message in client.messages:
            if message.retain:
                continue  # births and data are never retained; what is, is of another time
            try:
                heard = self._host.hear(str(message.topic), bytes(message.payload or b""), self._clock())
            except Exception:
                log.exception("sources.message_not_read", source=self._setup.name, topic=str(message.topic))
                continue
            if heard.signals:
                emit(list(heard.signals))
            if heard.rebirth and not self._passive:
                await self._ask(client, *heard.rebirth)

    async def _ask(self, client: aiomqtt.Client, group: str, node: str) -> None:
        command = encoded([REBIRTH], at=int(self._clock() * 1000))
        await client.publish(f"{NAMESPACE}/{group}/NCMD/{node}", command, qos=0)
