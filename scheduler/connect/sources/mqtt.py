"""JSON, or plain values, from an MQTT broker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from scheduler.connect.credentials import Login
from scheduler.connect.sources.listener import Listener
from scheduler.connect.sources.loop import run_until
from scheduler.connect.sources.mapping import read_json
from scheduler.connect.sources.needed import needed
from scheduler.errors import ConnectionAway
from scheduler.source_ports import Emit

if TYPE_CHECKING:
    import aiomqtt

log = structlog.get_logger("rejig.sources")

KEEP_ALIVE = 15
"""Seconds; the broker and we miss each other after one and a half of them."""
REFUSED_FROM = 128
"""What a broker answers to a subscription that it does not allow."""


class MqttSource(Listener):
    """Subscribes with QoS 1 in a session that outlives a restart."""

    def run(self, emit: Emit, closing: threading.Event) -> None:
        run_mqtt(self._setup.name, self._setup.address, lambda library: self._listen(library, emit), closing)

    async def _listen(self, library: Any, emit: Emit) -> None:
        durable = not self._passive
        identifier = f"rejig-{self._setup.name}" if durable else None
        session = {"identifier": identifier, "clean_session": not durable}
        async with mqtt_client(library, self._setup.address, self._login(), **session) as client:
            for topic in dict.fromkeys(item.at for item in self._items):
                await subscribe(client, self._setup.address, topic)
            async for message in client.messages:
                try:
                    self._take(message, emit)
                except Exception:  # one message, kept by the broker perhaps, must not end the session again and again
                    log.exception("sources.message_not_read", source=self._setup.name, topic=str(message.topic))

    def _take(self, message: aiomqtt.Message, emit: Emit) -> None:
        now, topic = self._clock(), str(message.topic)
        signals = [
            signal
            for item in self._items
            if message.topic.matches(item.at)
            for signal in read_json(self._setup.name, item, topic, bytes(message.payload or b""), now)
        ]
        self._machines |= {signal.machine for signal in signals}
        if signals:
            emit(signals)


def run_mqtt(
    name: str, address: str, work: Callable[[Any], Coroutine[Any, Any, None]], closing: threading.Event
) -> None:
    """What is done with the library until `closing`, for the table of that name. Raises ConnectionAway."""
    library = needed("aiomqtt", "mqtt", name)
    try:
        run_until(work(library), closing)
    except library.MqttError as gone:
        raise ConnectionAway(f"{address}: {gone}") from gone


async def subscribe(client: aiomqtt.Client, address: str, topic: str) -> None:
    """Raises ConnectionAway where the broker does not allow it."""
    codes: Any = await client.subscribe(topic, qos=1)
    if any(int(getattr(code, "value", code)) >= REFUSED_FROM for code in codes or ()):
        raise ConnectionAway(f"{address}: the broker refuses '{topic}'; let this user read it")


def mqtt_client(library: Any, address: str, login: Login | None, **more: Any) -> aiomqtt.Client:
    """A client of the broker at mqtt://HOST:PORT, or mqtts:// with the computer's own certificates."""
    parts = urlsplit(address)
    secure = parts.scheme == "mqtts"
    if secure:
        more["tls_params"] = library.TLSParameters()
    client: aiomqtt.Client = library.Client(
        parts.hostname,
        parts.port or (8883 if secure else 1883),
        username=login.user if login else None,
        password=login.password if login else None,
        keepalive=KEEP_ALIVE,
        timeout=10.0,
        **more,
    )
    return client
