"""A signed message posted over HTTP, by the Standard Webhooks specification.

What an address may be is the choice of whoever runs the product: a MES stands in the plant's own network, so private
addresses are allowed. What no receiver of webhooks ever has is refused: another scheme than http and https, a password
in the address, and link-local, multicast and unspecified addresses (where clouds keep their machines' credentials).
Redirects are not followed, and nothing of an answer but its status is shown to anyone.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Collection
from email.utils import parsedate_to_datetime

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from scheduler.messages import Delivery, NotDelivered, WrongAddress

TIMEOUT_SECONDS = 10.0
LONGEST_WISH_SECONDS = 86_400.0
LIKE = "an address like https://mes.example/rejig (http or https)"
NOWHERE = "where no receiver of webhooks can be"


class HttpCourier:
    """hosts : the only ones that messages go to; empty: any. Safe from any thread."""

    def __init__(self, hosts: Collection[str] = (), timeout: float = TIMEOUT_SECONDS) -> None:
        self._hosts = frozenset(h.lower() for h in hosts)
        # Proxies of the environment are for the outside, not for the machines of a plant.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

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
        try:
            literal = ipaddress.ip_address(address.host)
        except ValueError:
            return None
        if not _never(literal):
            return None
        return WrongAddress(str(literal), "an address where a receiver can be", f"found {literal}, {NOWHERE}")

    def deliver(self, delivery: Delivery, at: dt.datetime) -> None:
        refused = self.refuses(delivery.url) or self._resolves_wrongly(httpx.URL(delivery.url))
        if refused:
            raise NotDelivered(f"the address is refused: {refused}")
        try:
            with self._http.stream(
                "POST", delivery.url, content=delivery.body.encode(), headers=signed(delivery, at)
            ) as answer:
                status, wish = answer.status_code, answer.headers.get("retry-after", "")
        except httpx.TimeoutException as late:
            raise NotDelivered(f"no answer within {self._http.timeout.read:g} s ({type(late).__name__})") from late
        except httpx.HTTPError as fault:
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
        wrong = [str(entry[4][0]) for entry in found if _never(ipaddress.ip_address(str(entry[4][0]).split("%")[0]))]
        return f"the host '{url.host}' leads to {wrong[0]}, {NOWHERE}" if wrong else None


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


def _never(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    known = mapped or address
    return bool(known.is_link_local or known.is_multicast or known.is_unspecified)


def seconds_asked(wish: str, at: dt.datetime) -> float | None:
    """Retry-After: seconds or a date; None where it says neither."""
    try:
        asked = float(wish) if wish.strip().isdigit() else (parsedate_to_datetime(wish) - at).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(0.0, asked), LONGEST_WISH_SECONDS)
