"""From a connection's configuration to its adapter; what does not fit is told before anything starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from scheduler.connect.configuration import ConnectionTable
from scheduler.connect.rest.adapter import RestAdapter
from scheduler.connect.rest.conversions import zone_of
from scheduler.connect.rest.signature import Signature
from scheduler.connect.rest.system import System, read_system
from scheduler.connect_ports import TableFiles
from scheduler.errors import InvalidConnections, did_you_mean


def rest_adapter(table: ConnectionTable, tables: TableFiles) -> RestAdapter:
    """The adapter of a connection of kind "rest". Raises InvalidConnections with all that is wrong."""
    rest = table.rest
    assert rest is not None
    system = read_system(rest.system, Path(), table.fields)
    settings = {name: setting.default for name, setting in system.settings.items() if setting.default is not None}
    settings |= rest.settings
    if faults := list(_faults(table, system, settings)):
        raise InvalidConnections("\n".join(f"connection '{table.name}' {fault}" for fault in faults))
    signature = Signature(rest.auth, table.credentials, rest.token_url, rest.scope)
    return RestAdapter(table.link, system, settings, signature, tables)


def _faults(table: ConnectionTable, system: System, settings: dict[str, str]) -> Iterator[str]:
    rest = table.rest
    assert rest is not None
    for word, address in (("address", table.address), ("rest.token_url", rest.token_url)):
        if (address or word == "address") and (fault := _address_fault(address)):
            yield f"{word}: {fault}"
    for word, wanted, able in (("reads", table.reads, system.entities), ("writes", table.writes, system.steps)):
        for kind in wanted:
            if kind not in able:
                yield f"{word}: found '{kind}', which {system.title} cannot; it can {', '.join(able) or 'nothing'}"
    if (rest.auth == "oauth") != bool(rest.token_url):
        yield "rest.token_url: auth 'oauth' needs it, and no other"
    if rest.auth not in system.auth:
        yield f"rest.auth: found '{rest.auth}', {system.title} takes {', '.join(system.auth)}"
    for name in rest.settings:
        if name not in system.settings:
            yield f"rest.settings: {system.title} has no '{name}'; {did_you_mean(name, system.settings)}"
    for name, setting in system.settings.items():
        needed = not setting.needed_for or any(kind in table.writes for kind in setting.needed_for)
        if needed and name not in settings:
            yield f"rest.settings: no '{name}' ({setting.say})"
    try:
        zone_of(settings.get)
    except ValueError as fault:
        yield f"rest.settings {fault}"


def _address_fault(address: str) -> str:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as fault:
        return f"found '{address[:100]}', which is no address ({fault})"
    if url.scheme not in ("http", "https") or not url.host:
        return f"found '{address[:100]}', expected one like https://erp.example"
    if url.userinfo:
        return "a name or password stands in it; say where they are with credentials"
    if url.query or url.fragment:
        return f"found '{address[:100]}', expected one without '?' and '#'"
    return ""
