"""Named points where a test kills or freezes this process, by REJIG_FAULTS; outside of tests none is armed.

    REJIG_FAULTS="event.committed=kill plan.stored=stop@2 desk.searching=kill+0.3 lease=off"

kill, stop : SIGKILL or SIGSTOP to this process; `@2`: only the second time it comes by; `+0.3`: so many seconds later.
off : for what a test must see fail without. lease: everybody gets every lease. sweep: desks look only when a bell of
their own process wakes them, never by themselves.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Mapping
from types import MappingProxyType

from scheduler.errors import BadRequest

POINTS: Mapping[str, str] = MappingProxyType(
    {
        "event.appended": "events are written, their transaction is not committed",
        "event.committed": "events are durable, nobody has been answered",
        "plan.made": "a desk has a plan that passes the check, nothing of it is stored",
        "plan.stored": "a plan is written, not yet released, its transaction is not committed",
        "plan.released": "a plan is written as released, its transaction is not committed",
        "plan.committed": "a plan is in force, nobody has been told",
        "desk.taken": "a desk has its lease, and has done nothing yet",
        "desk.searching": "a search for a better plan has begun in a worker",
        "import.received": "a message of another system is in the inbox, nothing of it is read",
        "import.posted": "what a message says is in the log, the message is not settled",
        "import.settled": "a message is settled, the other side is not told",
        "outbox.sent": "a message has gone out, the outbox does not know it yet",
        "search.begun": "a job or what-if is stored as running, its search has begun in a worker",
    }
)
OF_CONNECTIONS = ("import.received", "import.posted", "import.settled", "outbox.sent")
SWITCHES = ("lease", "sweep")

_WISH = re.compile(r"(?P<what>kill|stop)(@(?P<time>\d+))?(\+(?P<later>\d+(\.\d+)?))?")


class Armed:
    """What happens at one point."""

    def __init__(self, what: str, time: int | None, later: float) -> None:
        self._signal = signal.SIGKILL if what == "kill" else signal.SIGSTOP
        self._time = time
        self._later = later
        self._passed = 0
        self._lock = threading.Lock()

    def reached(self) -> None:
        with self._lock:
            self._passed += 1
            due = self._time is None or self._passed == self._time
        if due and self._later:
            timer = threading.Timer(self._later, os.kill, (os.getpid(), self._signal))
            timer.daemon = True
            timer.start()
        elif due:
            os.kill(os.getpid(), self._signal)


def read_faults(text: str) -> tuple[dict[str, Armed], frozenset[str]]:
    """(what is armed, what is switched off). Raises BadRequest naming the variable."""
    armed: dict[str, Armed] = {}
    off = set()
    for wish in text.split():
        name, _, value = wish.partition("=")
        match = _WISH.fullmatch(value)
        if name in POINTS and match:
            armed[name] = Armed(
                match["what"], int(match["time"]) if match["time"] else None, float(match["later"] or 0)
            )
        elif name in SWITCHES and value == "off":
            off.add(name)
        else:
            raise BadRequest(
                f"REJIG_FAULTS: found '{wish}', expected POINT=kill, POINT=stop (with @N or +SECONDS) of "
                f"{', '.join(POINTS)}, or SWITCH=off of {', '.join(SWITCHES)}; leave it out unless you test",
                "REJIG_FAULTS",
            )
    return armed, frozenset(off)


_armed, _off = read_faults(os.environ.get("REJIG_FAULTS", ""))


def passing(point: str) -> None:
    """The work has come to `point`."""
    if _armed and point in _armed:
        _armed[point].reached()


def is_off(switch: str) -> bool:
    return switch in _off


def in_force() -> str:
    """What is armed and switched off here, for the log; empty as it should be."""
    return " ".join([*_armed, *(f"{name}=off" for name in sorted(_off))])
