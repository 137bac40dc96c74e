"""Lists as Sparkplug B commands to devices. The one carrier that commands a device, so it is switched on by name.

A command is not kept by the broker (Sparkplug forbids it): a device that is born gets its list anew. It confirms by a
metric of its own that says the version.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from scheduler.connect.credentials import Login
from scheduler.connect.lists.topics import MachineTopic
from scheduler.connect.sources.mapping import Item
from scheduler.connect.sources.mqtt import mqtt_client, run_mqtt, subscribe
from scheduler.connect.sources.sparkplug_host import NAMESPACE, SparkplugHost
from scheduler.connect.sources.sparkplug_payload import Metric, encoded
from scheduler.list_ports import ListDesk, ListSetup, MachineList

if TYPE_CHECKING:
    import aiomqtt

WAIT_SECONDS = 0.5
REBIRTH = Metric("Node Control/Rebirth", None, True, None)


class SparkplugLists:
    """device : group/node/device with {machine}.   metric : takes the list.   answer : says the version; "": none."""

    def __init__(
        self,
        setup: ListSetup,
        device: MachineTopic,
        metric: str,
        answer: str = "",
        login: Callable[[], Login | None] = lambda: None,
    ) -> None:
        self._setup, self._device, self._metric, self._answer, self._login = setup, device, metric, answer, login

    @property
    def setup(self) -> ListSetup:
        return self._setup

    def carry(self, desk: ListDesk, closing: threading.Event) -> None:
        run_mqtt(self._setup.name, self._setup.address, lambda library: self._carry(library, desk), closing)

    async def _carry(self, library: Any, desk: ListDesk) -> None:
        identifier = f"rejig-lists-{self._setup.name}"
        async with mqtt_client(library, self._setup.address, self._login(), identifier=identifier) as client:
            group, node, _ = self._device.every.split("/")
            for kind in ("NBIRTH", "NDATA", "NDEATH"):
                await subscribe(client, self._setup.address, f"{NAMESPACE}/{group}/{kind}/{node}")
            for kind in ("DBIRTH", "DDATA", "DDEATH"):
                await subscribe(client, self._setup.address, f"{NAMESPACE}/{group}/{kind}/{node}/+")
            born: set[str] = set()
            hearing = asyncio.create_task(self._hear(client, desk, born))
            known: dict[str, MachineList] = {}
            try:
                number = 0
                while not hearing.done():
                    number, lists = await asyncio.to_thread(desk.newer, number, WAIT_SECONDS)
                    known |= {one.machine: one for one in lists}
                    again = {*(one.machine for one in lists), *born} & known.keys()
                    born.clear()
                    for machine in sorted(again):
                        await self._command(client, known[machine])
                        desk.carried(machine, known[machine].version)
                await hearing
            finally:
                hearing.cancel()
                with contextlib.suppress(BaseException):
                    await hearing

    async def _command(self, client: aiomqtt.Client, one: MachineList) -> None:
        group, node, device = self._device.of(one.machine).split("/")
        content = encoded([Metric(self._metric, None, one.body, None)], at=int(time.time() * 1000))
        await client.publish(f"{NAMESPACE}/{group}/DCMD/{node}/{device}", content, qos=0, retain=False)

    async def _hear(self, client: aiomqtt.Client, desk: ListDesk, born: set[str]) -> None:
        """Births ask for the list; a value of the metric that answers is the version that the device works by."""
        host: SparkplugHost | None = None
        machines: frozenset[str] = frozenset()
        async for message in client.messages:
            if message.retain:
                continue
            if host is None or machines != frozenset(desk.machines()):
                machines = frozenset(desk.machines())
                host = SparkplugHost(self._setup.name, [*self._items(machines)])
            topic, payload = str(message.topic), bytes(message.payload or b"")
            heard = host.hear(topic, payload, time.time())
            parts = topic.split("/")
            if parts[2] == "DBIRTH" and len(parts) == 5:
                machine = self._device.machine("/".join((parts[1], parts[3], parts[4])))
                born |= {machine} if machine in machines else set()
            for signal in heard.signals:  # of the metric that answers, the only one asked for
                if not signal.lost and isinstance(signal.value, str) and signal.value:
                    desk.confirmed(signal.machine, signal.value, signal.machine)
            if heard.rebirth and self._answer:
                group, node = heard.rebirth
                await client.publish(f"{NAMESPACE}/{group}/NCMD/{node}", encoded([REBIRTH], at=int(time.time() * 1000)))

    def _items(self, machines: Iterable[str]) -> Iterable[Item]:
        for machine in machines:
            yield Item(self._device.of(machine), machine, {"reason": self._answer} if self._answer else {})
