"""Lists posted to an address per machine, signed as our webhooks are. A receiver that is away gets the newest later."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from scheduler.connect.lists.topics import MACHINE, PLANT
from scheduler.list_ports import ListDesk, ListSetup, MachineList
from scheduler.messages import Courier, Delivery, NotDelivered

WAIT_SECONDS = 0.2
AT_ONCE = 8
LONGEST_PAUSE = 60.0
TYPE = "dispatch-list.changed"


@dataclass(slots=True)
class _Errand:
    """To one machine: one list at a time, so that none overtakes another."""

    newest: MachineList
    underway: Future[None] | None = None
    sent: str = ""
    failures: int = 0
    not_before: float = 0.0


class WebhookLists:
    """secret : to sign with (whsec_…), read anew for each message.   names : theirs = ours."""

    def __init__(
        self, setup: ListSetup, courier: Courier, secret: Callable[[], str], names: dict[str, str] | None = None
    ) -> None:
        self._setup, self._courier, self._secret = setup, courier, secret
        self._theirs = {ours: theirs for theirs, ours in (names or {}).items()}

    @property
    def setup(self) -> ListSetup:
        return self._setup

    def carry(self, desk: ListDesk, closing: threading.Event) -> None:
        errands: dict[str, _Errand] = {}
        number = 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="list-post") as pool:
            while not closing.is_set():
                number, lists = desk.newer(number, WAIT_SECONDS)
                for one in lists:
                    errands.setdefault(one.machine, _Errand(one)).newest = one
                for errand in errands.values():
                    idle = errand.underway is None or errand.underway.done()
                    if idle and errand.sent != errand.newest.version and time.monotonic() >= errand.not_before:
                        errand.underway = pool.submit(self._post, desk, errand, errand.newest)

    def _post(self, desk: ListDesk, errand: _Errand, one: MachineList) -> None:
        plant, machine = self._setup.plant, self._theirs.get(one.machine, one.machine)
        url = self._setup.address.replace(PLANT, quote(plant, safe="")).replace(MACHINE, quote(machine, safe=""))
        now = dt.datetime.now(dt.UTC)
        id = f"list_{self._setup.name}_{quote(one.machine, safe='')}_{one.revision}"
        try:
            delivery = Delivery(
                plant, self._setup.name, id, url, TYPE, one.body, errand.failures, now, None, (self._secret(),)
            )
            self._courier.deliver(delivery, now)
        except NotDelivered as failed:
            pause = min(LONGEST_PAUSE, 2.0**errand.failures)
            errand.failures += 1
            errand.not_before = time.monotonic() + max(pause, failed.retry_after or 0.0)
            desk.kept_back(one.machine, f"{url}: {failed}")
        except Exception as fault:  # a secret that cannot be read, and whatever else: it is told, and tried again
            errand.failures += 1
            errand.not_before = time.monotonic() + LONGEST_PAUSE
            desk.kept_back(one.machine, f"{url}: {type(fault).__name__}: {fault}")
        else:
            errand.sent, errand.failures = one.version, 0
            desk.carried(one.machine, one.version)
