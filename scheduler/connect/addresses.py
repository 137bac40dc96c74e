"""Where no call of ours may lead, in whatever spelling.

A plant's own network is allowed: a MES stands there. Refused is what no receiver ever has, and where clouds keep the
credentials of their machines: link-local, multicast and unspecified addresses, and the few that clouds have chosen
elsewhere. An IPv4 address can be written inside an IPv6 one in five ways; each is looked into.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

CLOUDS = frozenset(
    ipaddress.ip_address(text)
    for text in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
"""Metadata of AWS, Google, Alibaba, Azure and Oracle outside of 169.254.0.0/16."""

CARRIERS = tuple(ipaddress.IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
"""Networks of which an address ends in an IPv4 one: compatible, mapped, translated, NAT64 (RFC 4291, 2765, 6052)."""
LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
"""Where the IPv4 address stands in it is a site's own choice (RFC 8215); none of it is let through."""


def literal(host: str) -> Address | None:
    """The address that a host's name is, by the rules of those who open connections: 0xa9fea9fe, 2852039166 and
    169.254.43518 are 169.254.169.254. None: it is a name."""
    bare = host.strip("[]").split("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare)) if bare.isascii() and bare and " " not in bare else None
    except OSError:
        return None


def never(address: Address) -> bool:
    """Whether no call may lead there."""
    return any(_alone(meant) for meant in _meanings(address))


def _alone(address: Address) -> bool:
    of_clouds = address in CLOUDS or (isinstance(address, ipaddress.IPv6Address) and address in LOCAL_NAT64)
    return of_clouds or address.is_link_local or address.is_multicast or address.is_unspecified


def _meanings(address: Address) -> Iterator[Address]:
    """It, and the IPv4 addresses inside of it."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    last = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    # ::1 is this computer and no 0.0.0.1.
    if not address.is_loopback and any(address in network for network in CARRIERS):
        yield last
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
