"""A signed message posted over HTTP, by the Standard Webhooks specification.

What an address may be is the choice of whoever runs the product: a MES stands in the plant's own network, so private
addresses are allowed. What no receiver of webhooks ever has is refused: another scheme than http and https, a password
in the address, and where no call may lead (`addresses.py`). That is asked of the address as it is written, of what its
name leads to, and of the connection that was really opened, before anything is sent over it. A message has its time as
a whole, however slowly it is answered. Redirects are not followed, and nothing of an answer but its status is shown.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import threading
from collections.abc import Collection, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from scheduler.connect.addresses import literal, never
from scheduler.messages import Delivery, NotDelivered, WrongAddress

TIMEOUT_SECONDS = 10.0
"""Of a message as a whole, from the connection to the status."""
LONGEST_WISH_SECONDS = 86_400.0
LIKE = "an address like https://mes.example/rejig (http or https)"
NOWHERE = "where no receiver of webhooks can be"


class HttpCourier:
    """hosts : the only ones that messages go to; empty: any. Safe from any thread."""

    def __init__(self, hosts: Collection[str] = (), timeout: float = TIMEOUT_SECONDS) -> None:
        self._hosts = frozenset(h.lower() for h in hosts)
        self._timeout = timeout
        # Proxies of the environment are for the outside, not for the machines of a plant. Each message has a connection
        # of its own, so that each is looked at and can be ended.
        self._http = httpx.Client(
            timeout=timeout, follow_redirects=False, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def refuses(self, url: str) -> WrongAddress | None:
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as fault:
            return WrongAddress(
                f"'{url[:100]}'",
                LIKE,
                f"found '{url[:100]}', which is no address ({fault}); expected like https://mes.example/rejig",
            )
        if address.scheme not in ("http", "https") or not address.host:
            return WrongAddress(f"'{url[:100]}'", LIKE)
        if address.userinfo:
            return WrongAddress("a name or password in it", "none: the signature proves who sends")
        if self._hosts and address.host.lower() not in self._hosts:
            known = ", ".join(sorted(self._hosts))
            return WrongAddress(f"the host '{address.host}'", f"one of REJIG_WEBHOOK_HOSTS: {known}")
        number = literal(address.host)
        if number is None or not never(number):
            return None
        return WrongAddress(str(number), "an address where a receiver can be", f"found {number}, {NOWHERE}")

    def deliver(self, delivery: Delivery, at: dt.datetime) -> None:
        refused = self.refuses(delivery.url) or self._resolves_wrongly(httpx.URL(delivery.url))
        if refused:
            raise NotDelivered(f"the address is refused: {refused}")
        line = _Line()
        try:
            with (
                line.cut_after(self._timeout),
                self._http.stream(
                    "POST",
                    delivery.url,
                    content=delivery.body.encode(),
                    headers=signed(delivery, at),
                    extensions={"trace": line.opened},
                ) as answer,
            ):
                status, wish = answer.status_code, answer.headers.get("retry-after", "")
        except httpx.TimeoutException as late:
            raise NotDelivered(f"no answer within {self._timeout:g} s ({type(late).__name__})") from late
        except httpx.HTTPError as fault:
            if line.cut:
                raise NotDelivered(f"no answer within {self._timeout:g} s") from fault
            raise NotDelivered(f"{type(fault).__name__}: {str(fault)[:200]}") from fault
        if not 200 <= status < 300:
            moved = "; redirects are not followed" if 300 <= status < 400 else ""
            raise NotDelivered(f"answered {status}{moved}", gone=status == 410, retry_after=seconds_asked(wish, at))

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _resolves_wrongly(url: httpx.URL) -> str | None:
        try:
            found = socket.getaddrinfo(url.host, url.port or (443 if url.scheme == "https" else 80))
        except OSError as fault:
            raise NotDelivered(f"the host '{url.host}' has no address ({fault.strerror or fault})") from fault
        wrong = [str(entry[4][0]) for entry in found if never(ipaddress.ip_address(str(entry[4][0]).split("%")[0]))]
        return f"the host '{url.host}' leads to {wrong[0]}, {NOWHERE}" if wrong else None


class _Line:
    """The connection of one message: looked at when it is open, cut when its time is over.

    cut : whether it was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.cut = False

    def opened(self, event: str, info: dict[str, Any]) -> None:
        """What httpx tells of the connection (its `trace`). Raises NotDelivered where it leads to where none may."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        stream = info["return_value"]
        peer = str(stream.get_extra_info("server_addr")[0]).split("%")[0]
        if never(ipaddress.ip_address(peer)):
            stream.close()
            raise NotDelivered(f"the address is refused: it has led to {peer}, {NOWHERE}")
        with self._lock:
            self._socket = stream.get_extra_info("socket")
        if self.cut:
            self._end()

    @contextlib.contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        with self._lock:
            self.cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def signed(delivery: Delivery, at: dt.datetime) -> dict[str, str]:
    """The headers: id, time of this try, and a signature by each secret that is valid now."""
    signatures = (Signer(secret).sign(delivery.id, at.astimezone(dt.UTC), delivery.body) for secret in delivery.secrets)
    return {
        "content-type": "application/json",
        "user-agent": "rejig",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def seconds_asked(wish: str, at: dt.datetime) -> float | None:
    """Retry-After: seconds or a date; None where it says neither."""
    try:
        asked = float(wish) if wish.strip().isdigit() else (parsedate_to_datetime(wish) - at).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(0.0, asked), LONGEST_WISH_SECONDS)
