"""Worker processes that stay, as a `concurrent.futures.Executor` whose tasks report, stop and outlive a dead worker."""

from __future__ import annotations

import atexit
import importlib
import itertools
import logging
import multiprocessing
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from scheduler.compute.worker import work
from scheduler.errors import InternalFault, WorkersClosed

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

ATTEMPTS = 2
START_METHOD = "spawn" if sys.platform == "win32" else "forkserver"


class Task(Future[Any]):
    """A call on its way: a Future that can be asked to stop."""

    def __init__(self, number: int, payload: bytes, on_report: Callable[[Any], None] | None) -> None:
        super().__init__()
        self.number = number
        self.payload = payload
        self._on_report = on_report
        self._worker: _Worker | None = None
        self._stop_wished = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Let the call end with its best. Remembered before it has begun, and over the death of a worker."""
        with self._lock:
            self._stop_wished = True
            worker = self._worker
        if worker is not None:
            worker.send("stop", self.number)

    def begin(self, worker: _Worker) -> None:
        with self._lock:
            self._worker, stop_wished = worker, self._stop_wished
        worker.send("run", self.number, self.payload, stop_wished)

    def report(self, message: Any) -> None:
        """Hands it on; a fault of the listener is the listener's."""
        if self._on_report is not None:
            try:
                self._on_report(message)
            except Exception:
                log.exception("a listener to task %d failed", self.number)


class _Worker:
    """The parent's side of one process."""

    def __init__(self, warm_up: Callable[[], object] | None) -> None:
        context: Any = multiprocessing.get_context(START_METHOD)
        self._talk, theirs = context.Pipe()
        their_lifeline, self._lifeline = context.Pipe(duplex=False)
        self._sending = threading.Lock()
        self._process = context.Process(
            target=work, args=(theirs, their_lifeline, warm_up), name="rejig-worker", daemon=True
        )
        self._process.start()
        theirs.close()
        their_lifeline.close()

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def send(self, *message: Any) -> None:
        """Never raises: of a worker that has died, `receive` tells."""
        with suppress(OSError), self._sending:
            self._talk.send(message)

    def receive(self) -> tuple[Any, ...]:
        """The next message. Raises EOFError or OSError where the worker has died."""
        message: tuple[Any, ...] = self._talk.recv()
        return message

    def kill(self) -> None:
        """What `receive` waits for then ends with EOFError."""
        self._process.kill()

    def bury(self) -> str:
        """End it, if it still lives, and say how it ended."""
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        for end in (self._talk, self._lifeline):
            end.close()
        self._process.close()
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            return f"killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")
        return f"ended with status {code}"


class ProcessExecutor(Executor):
    """`count` processes, started at once and kept. Each is served by a thread of this process.

    A task whose worker dies is run once more on a fresh one; after that it raises InternalFault. Workers are forked by
    a fork server that has imported `preload` already, so a fresh one is there in milliseconds; this process, with its
    threads, is never forked. Nobody outlives this process (see `worker`).
    """

    def __init__(self, count: int, preload: Sequence[str] = (), warm_up: Callable[[], object] | None = None) -> None:
        """preload : modules.   warm_up : picklable, called first of all in every worker."""
        if START_METHOD == "forkserver":
            # The kernel's death signal is of the thread that forked, so only one forked by the first thread gets it.
            lasting = threading.current_thread() is threading.main_thread()
            first = ["scheduler.compute.die_with_parent"] if lasting else []
            # With "__main__", or every worker would import the main script again.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["__main__", *first, __name__, *preload])
            if lasting:
                importlib.import_module("multiprocessing.forkserver").ensure_running()  # not on Windows
        self._warm_up = warm_up
        self._numbers = itertools.count(1)
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._hiring = threading.Lock()  # apart: the first worker waits for the fork server's imports
        self._workers: set[_Worker] = set()
        self._closed = False  # nothing more is taken in
        self._ended = False  # and nothing more is finished
        self._threads = [
            threading.Thread(target=self._serve, name=f"rejig-worker-{n}", daemon=True) for n in range(max(1, count))
        ]
        # Before multiprocessing's own farewell, which ends the workers one by one while we would hire others.
        atexit.register(self.close)
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self.start(partial(fn, **kwargs) if kwargs else fn, *args)

    def start(self, call: Callable[..., Any], *args: Any, on_report: Callable[[Any], None] | None = None) -> Task:
        """Run `call(*args)` in a worker; what it reports on its channel comes to `on_report`, in a thread of ours."""
        task = Task(next(self._numbers), pickle.dumps((call, args), pickle.HIGHEST_PROTOCOL), on_report)
        with self._lock:
            if self._closed:
                raise WorkersClosed("the workers are closed; nothing more can be planned by them")
            self._tasks.put(task)
        return task

    def pids(self) -> list[int]:
        """Of the workers that are there."""
        with self._lock:
            return sorted(worker.pid for worker in self._workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As `Executor` says: what was submitted is finished first, unless `cancel_futures`."""
        if cancel_futures:
            self._abandon()
        self._dismiss(wait)

    def close(self) -> None:
        """End every worker, now; what was on its way raises WorkersClosed."""
        with self._lock:
            self._closed = self._ended = True
            for worker in self._workers:
                worker.kill()
        self._abandon()
        self._dismiss(wait=True)

    def _abandon(self) -> None:
        with suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is not None and task.set_running_or_notify_cancel():
                    task.set_exception(_closed_early())

    def _dismiss(self, wait: bool) -> None:
        with self._lock:
            self._closed = True
            for _ in self._threads:
                self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
            atexit.unregister(self.close)

    def _hire(self) -> _Worker:
        """A fresh worker. Raises WorkersClosed, OSError where no process can be had."""
        with self._hiring:
            worker = _Worker(self._warm_up)
        with self._lock:
            if not self._ended:
                self._workers.add(worker)
                return worker
        worker.bury()
        raise _closed_early()

    def _lose(self, worker: _Worker) -> str:
        with self._lock:
            self._workers.discard(worker)
        return worker.bury()

    def _serve(self) -> None:
        """A thread with a worker of its own, hired before the first task so that it need not wait for one."""
        worker: _Worker | None = None
        with suppress(OSError, WorkersClosed):
            worker = self._hire()
        try:
            while (task := self._tasks.get()) is not None:
                if task.set_running_or_notify_cancel():
                    worker = self._run(task, worker)
        finally:
            if worker is not None:
                self._lose(worker)

    def _run(self, task: Task, worker: _Worker | None) -> _Worker | None:
        """Answers the task; returns the worker to go on with, None where it has died."""
        end = ""
        try:
            for attempt in range(1, ATTEMPTS + 1):
                worker = worker or self._hire()
                try:
                    task.begin(worker)
                    self._listen(task, worker)
                    return worker
                except (EOFError, OSError):
                    end = self._lose(worker)
                    worker = None
                    if not self._ended:
                        log.warning("worker of task %d %s (attempt %d of %d)", task.number, end, attempt, ATTEMPTS)
            raise InternalFault(
                f"the worker process died {ATTEMPTS} times over the same task (the last was {end}); the task is "
                "given up, the other workers go on; try a shorter time limit or fewer search threads"
            )
        except (InternalFault, WorkersClosed) as fault:
            task.set_exception(fault)
        except Exception as fault:
            task.set_exception(InternalFault(f"no worker could do the task: {type(fault).__name__}: {fault}"))
        return worker

    def _listen(self, task: Task, worker: _Worker) -> None:
        while True:
            match worker.receive():
                case ("report", task.number, message):
                    task.report(message)
                case ("done", task.number, result):
                    return task.set_result(result)
                case ("failed", task.number, fault, trace):
                    fault.add_note(f"in the worker:\n{trace}")
                    return task.set_exception(fault)


def _closed_early() -> WorkersClosed:
    return WorkersClosed("the workers were closed before the work was done; it is to be asked for again")
