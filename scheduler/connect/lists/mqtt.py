"""A retained list per machine on an MQTT broker, and the machines' answers.

Who subscribes gets the newest list at once, and each change; a broker that lost them gets all of them again. Nobody's
older list stays over ours: what somebody else writes there is heard, and ours is written once more.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scheduler.connect.credentials import Login
from scheduler.connect.lists.topics import MachineTopic, answer_in, revision_in
from scheduler.connect.sources.mqtt import mqtt_client, run_mqtt, subscribe
from scheduler.list_ports import ListDesk, ListSetup, MachineList

if TYPE_CHECKING:
    import aiomqtt

WAIT_SECONDS = 0.5
"""So long a look for new lists may wait; what the machines write is heard meanwhile."""


class MqttLists:
    """topic : of the lists.   answers : of what the machines say; None: nothing is heard."""

    def __init__(
        self,
        setup: ListSetup,
        topic: MachineTopic,
        answers: MachineTopic | None = None,
        login: Callable[[], Login | None] = lambda: None,
    ) -> None:
        self._setup, self._topic, self._answers, self._login = setup, topic, answers, login

    @property
    def setup(self) -> ListSetup:
        return self._setup

    def carry(self, desk: ListDesk, closing: threading.Event) -> None:
        run_mqtt(self._setup.name, self._setup.address, lambda library: self._carry(library, desk), closing)

    async def _carry(self, library: Any, desk: ListDesk) -> None:
        # The same identifier ends a session of ours on a line that died, and keeps answers while we are away
        session = {"identifier": f"rejig-lists-{self._setup.name}", "clean_session": False}
        async with mqtt_client(library, self._setup.address, self._login(), **session) as client:
            standing = _Standing(self._topic, self._answers, desk)
            # QoS 0: all that stands comes before the second subscription is answered, however many lists there are
            await client.subscribe(self._topic.every, qos=0)
            await subscribe(client, self._setup.address, (self._answers or self._topic).every)
            while len(client.messages):
                standing.hear(await anext(aiter(client.messages)))
            hearing = asyncio.create_task(standing.hear_all(client))
            try:
                number = 0
                while not hearing.done():
                    number, lists = await asyncio.to_thread(desk.newer, number, WAIT_SECONDS)
                    standing.latest |= {one.machine: one for one in lists}
                    for one in [*lists, *standing.written_over()]:
                        await self._publish(client, desk, standing, one)
                await hearing
            finally:
                hearing.cancel()
                with contextlib.suppress(BaseException):
                    await hearing

    async def _publish(self, client: aiomqtt.Client, desk: ListDesk, standing: _Standing, one: MachineList) -> None:
        stands = standing.newest.get(one.machine, -1)
        if stands > one.revision:
            desk.kept_back(
                one.machine,
                f"{self._topic.of(one.machine)} holds revision {stands}, newer than the plant's {one.revision}: a "
                "backup was restored, or another Rejig writes there; delete the message, or give each its own topic",
            )
            return
        standing.writes(one)
        await client.publish(self._topic.of(one.machine), one.body, qos=1, retain=True)
        desk.carried(one.machine, one.version)


class _Standing:
    """What stands on the topics. newest : revision by machine.   latest : ours by machine, written or to be."""

    def __init__(self, topic: MachineTopic, answers: MachineTopic | None, desk: ListDesk) -> None:
        self.newest: dict[str, int] = {}
        self.latest: dict[str, MachineList] = {}
        self._topic, self._answers, self._desk = topic, answers, desk
        self._written: dict[str, list[int]] = {}
        self._over: set[str] = set()

    def writes(self, one: MachineList) -> None:
        self.newest[one.machine] = one.revision
        self._written[one.machine] = [*self._written.get(one.machine, [])[-50:], one.revision]

    def written_over(self) -> list[MachineList]:
        """Ours, where somebody has put an older one, or nothing, over it."""
        again = [self.latest[machine] for machine in sorted(self._over & self.latest.keys())]
        self._over.clear()
        return again

    async def hear_all(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self.hear(message)

    def hear(self, message: aiomqtt.Message) -> None:
        topic, payload = str(message.topic), bytes(message.payload or b"")
        machine = self._topic.machine(topic)
        if machine is not None:
            self._hear_list(machine, payload)
        elif self._answers is not None and (machine := self._answers.machine(topic)) is not None:
            said = answer_in(payload)
            if said is None:
                return
            if said.refused:
                self._desk.refused(machine, said.version, said.by or machine, said.refused)
            else:
                self._desk.confirmed(machine, said.version, said.by or machine)

    def _hear_list(self, machine: str, payload: bytes) -> None:
        """What we have written ourselves comes back too, late perhaps, and says nothing."""
        revision = revision_in(payload)
        if revision is not None and revision in self._written.get(machine, ()):
            return
        self.newest[machine] = -1 if revision is None else revision
        ours = self.latest.get(machine)
        if ours is not None and self.newest[machine] < ours.revision:
            self._over.add(machine)
