"""The same tasks on a Dask cluster: `REJIG_DASK_SCHEDULER` names its scheduler; `pip install 'rejig[dask]'` for it.

Its workers need Rejig installed, nothing else. Dask does not interrupt a task that runs: ours look at a flag.
"""

from __future__ import annotations

import itertools
import logging
import pickle
import threading
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import distributed
from distributed.comm.core import CommClosedError

from scheduler.compute.task_channel import use_channel
from scheduler.compute.worker import portable
from scheduler.errors import BadRequest, InternalFault, WorkersClosed

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10
LOOK_SECONDS = 0.2
"""How often a task looks whether it is still wanted."""


class ClusterTask:
    """A call on its way in the cluster; it can be asked to stop."""

    def __init__(self, future: Any, stop: Any) -> None:
        self._future = future
        self._stop = stop

    def result(self, timeout: float | None = None) -> Any:
        """Raises what the call raised, TimeoutError, InternalFault (it took its workers with it) or WorkersClosed."""
        if self._future.cancelled():
            raise _lost()
        try:
            match self._future.result(timeout):
                case ("done", answer):
                    return answer
                case ("failed", fault, trace):
                    fault.add_note(f"in the worker:\n{trace}")
                    raise fault
        except distributed.KilledWorker as fault:
            raise InternalFault(
                f"the workers of the cluster died over the same task ({fault}); the task is given up; try a shorter "
                "time limit, or workers with more memory"
            ) from fault
        except (CancelledError, distributed.client.FutureCancelledError, CommClosedError) as fault:
            raise _lost() from fault

    def stop(self) -> None:
        """Remembered by the scheduler, so it holds before the call has begun and over the death of a worker."""
        if not self._future.done():
            self._stop.set()

    def done(self) -> bool:
        return bool(self._future.done())


def _lost() -> WorkersClosed:
    return WorkersClosed("the cluster was left or lost before the work was done; it is to be asked for again")


class ClusterExecutor:
    """What `ProcessExecutor` is for local processes. A task whose worker is lost is run again by Dask, on another."""

    def __init__(self, address: str) -> None:
        """Raises BadRequest where no scheduler answers there."""
        try:
            self._client: Any = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as fault:
            raise BadRequest(
                f"REJIG_DASK_SCHEDULER: no Dask scheduler answers at '{address}' ({type(fault).__name__}); start one "
                "with `dask scheduler`, or leave the variable out to work with local processes",
                "REJIG_DASK_SCHEDULER",
            ) from fault
        self._name = f"rejig-{uuid.uuid4().hex}"
        self._numbers = itertools.count(1)
        self._listeners: dict[int, Callable[[Any], None]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._client.subscribe_topic(self._name, self._heard)

    def start(
        self, call: Callable[..., Any], *args: Any, on_report: Callable[[Any], None] | None = None
    ) -> ClusterTask:
        """Run `call(*args)` on a worker; what it reports on its channel comes to `on_report`, in a thread of Dask's."""
        if self._closed:
            raise WorkersClosed("the workers are closed; nothing more can be planned by them")
        number = next(self._numbers)
        if on_report is not None:
            with self._lock:
                self._listeners[number] = on_report
        stop = distributed.Event(f"{self._name}-{number}", client=self._client)
        payload = pickle.dumps((call, args), pickle.HIGHEST_PROTOCOL)
        future = self._client.submit(run_task, payload, self._name, number, pure=False, key=f"{self._name}-{number}")

        def ended(_future: Any) -> None:
            with self._lock:
                self._listeners.pop(number, None)
            with suppress(Exception):  # the scheduler forgets a flag that is down
                stop.clear()

        future.add_done_callback(ended)
        return ClusterTask(future, stop)

    def close(self) -> None:
        """Leave the cluster; what was on its way there ends soon, and raises WorkersClosed here."""
        self._closed = True
        self._client.close()

    def _heard(self, event: tuple[Any, tuple[int, bytes]]) -> None:
        number, message = event[1]
        with self._lock:
            listener = self._listeners.get(number)
        if listener is not None:
            try:
                listener(pickle.loads(message))
            except Exception:
                log.exception("a listener to task %d failed", number)


def run_task(payload: bytes, topic: str, number: int) -> tuple[Any, ...]:
    """What runs on a worker of the cluster: ("done", answer) or ("failed", fault, trace)."""
    channel = ClusterChannel(topic, number)
    try:
        with use_channel(channel):
            call, args = pickle.loads(payload)
            return "done", call(*args)
    except Exception as fault:
        return "failed", portable(fault), traceback.format_exc()
    finally:
        channel.close()


class ClusterChannel:
    """The channel of a task: reports go through the scheduler's log of events, the wish to stop is a flag there.

    A task whose caller is gone is stopped too: Dask then calls it cancelled, though it runs on.
    """

    def __init__(self, topic: str, number: int) -> None:
        self._worker = distributed.get_worker()
        self._key = self._worker.get_current_task()
        self._topic = topic
        self._number = number
        self._stopped = threading.Event()
        self._over = threading.Event()
        flag = distributed.Event(f"{topic}-{number}", client=distributed.get_client())
        self._watch = threading.Thread(target=self._look, args=(flag,), daemon=True)
        self._watch.start()

    def report(self, message: Any) -> None:
        self._worker.log_event(self._topic, (self._number, pickle.dumps(message, pickle.HIGHEST_PROTOCOL)))

    def should_stop(self) -> bool:
        return self._stopped.is_set()

    def close(self) -> None:
        self._over.set()

    def _look(self, flag: Any) -> None:
        while not self._over.wait(LOOK_SECONDS):
            task = self._worker.state.tasks.get(self._key)
            with suppress(Exception):  # the scheduler may be away for a moment
                if task is None or task.state == "cancelled" or flag.is_set():
                    self._stopped.set()
                    return
