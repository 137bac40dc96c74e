"""What a person does with a connection: try it, read a message again, send again, drop."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.errors import BadRequest
from scheduler.usecases.connections import Connections
from scheduler.usecases.take_in import Outcome, take_in
from scheduler.usecases.tools import Tools


def try_connection(connections: Connections, name: str) -> list[tuple[str, str]]:
    """Step by step (what is tried, "" or why it does not work). Raises UnknownConnection."""
    return list(connections.adapter(name).test())


def replay_message(tools: Tools, connections: Connections, name: str, number: int) -> Outcome:
    """Read a message of the inbox again: what was rejected counts now where it can; nothing already true changes.

    Raises UnknownConnection.
    """
    adapter = connections.adapter(name)
    message = tools.ledger.received(name, number)
    return take_in(tools, adapter, message, replay=message.state == "done")


def send_again(tools: Tools, name: str, numbers: Sequence[int] | None) -> int:
    """Dead letters, and what waits for approval, go out: those named, or all; how many. Raises UnknownConnection."""
    tools.ledger.inbox(name, limit=1)
    count = tools.ledger.send_again(name, numbers, tools.clock())
    tools.bell.ring("")
    return count


def drop_messages(tools: Tools, name: str, numbers: Sequence[int], by: str, reason: str) -> int:
    """They are never sent, and what waits behind them goes out. Raises UnknownConnection, BadRequest."""
    tools.ledger.inbox(name, limit=1)
    if not reason.strip():
        raise BadRequest.of("reason", "nothing", "why it need not be told to the other system")
    return tools.ledger.drop_outgoing(name, numbers, by, reason)
