"""A worker process: one task after the other, until whoever started it is gone."""

from __future__ import annotations

import ctypes
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from scheduler.compute.task_channel import use_channel
from scheduler.errors import InternalFault

Talk: TypeAlias = "Connection[Any, Any]"

PR_SET_PDEATHSIG = 1
NICENESS = 10
"""Searches take what processor is left, so that answers, repairs and lists do not wait for them."""


def work(talk: Talk, lifeline: Talk, warm_up: Callable[[], object] | None) -> None:
    """Serve tasks from `talk`: ("run", number, payload, stop already wished) and ("stop", number) come in; ("report",
    number, message), ("done", number, result) and ("failed", number, exception, traceback) go out.

    lifeline : nothing ever comes through it; its end is the end of the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends us in order
    die_with_parent(lifeline)
    with suppress(OSError, AttributeError):  # not on Windows
        os.nice(NICENESS)
    inbox = Inbox(talk)
    if warm_up is not None:
        with suppress(Exception):  # what is wrong here is wrong again in the task, where somebody is told
            warm_up()
    while True:
        inbox.serve_next()


def die_with_parent(lifeline: Talk) -> None:
    """Have the kernel end this process with its parent, whatever it computes and whoever holds the interpreter lock.

    Two ways out of three: the death signal of the process that forked us (the fork server), and the terminating SIGIO
    that the end of the parent's lifeline raises. The third, end of file on `talk`, is `Inbox`'s.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with suppress(ImportError, OSError, AttributeError):
        import fcntl  # not on Windows

        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(lifeline.fileno(), fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(lifeline.fileno(), fcntl.F_GETFL)
        fcntl.fcntl(lifeline.fileno(), fcntl.F_SETFL, flags | os.O_ASYNC)
    if lifeline.poll(0):  # ended before we listened
        os._exit(1)


class Inbox:
    """Reads `talk` in a thread of its own, so that a wish to stop is heard while a task runs."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._sending = threading.Lock()
        self._tasks: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._stopped: set[int] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def serve_next(self) -> None:
        number, payload = self._tasks.get()
        try:
            with use_channel(_WorkerChannel(self, number)):
                call, args = pickle.loads(payload)
                answer = pickle.dumps(("done", number, call(*args)), pickle.HIGHEST_PROTOCOL)
        except BaseException as fault:
            answer = pickle.dumps(("failed", number, portable(fault), traceback.format_exc()))
        self._stopped.discard(number)
        self.send(answer)

    def send(self, message: bytes) -> None:
        try:
            with self._sending:
                self._talk.send_bytes(message)
        except OSError:
            os._exit(1)  # nobody is there any more

    def stopped(self, number: int) -> bool:
        return number in self._stopped

    def _listen(self) -> None:
        try:
            while True:
                match self._talk.recv():
                    case ("run", number, payload, stopped):
                        if stopped:
                            self._stopped.add(number)
                        self._tasks.put((number, payload))
                    case ("stop", number):
                        self._stopped.add(number)
        except (EOFError, OSError):
            os._exit(1)


class _WorkerChannel:
    def __init__(self, inbox: Inbox, number: int) -> None:
        self._inbox = inbox
        self._number = number

    def report(self, message: Any) -> None:
        self._inbox.send(pickle.dumps(("report", self._number, message), pickle.HIGHEST_PROTOCOL))

    def should_stop(self) -> bool:
        return self._inbox.stopped(self._number)


def portable(fault: BaseException) -> BaseException:
    """The fault as it will arrive, or an InternalFault that says it, where it cannot be sent."""
    try:
        arrived = pickle.loads(pickle.dumps(fault))
    except Exception:
        arrived = None
    if isinstance(fault, Exception) and type(arrived) is type(fault) and str(arrived) == str(fault):
        return fault
    return InternalFault(f"{type(fault).__name__} in a worker: {fault}")
