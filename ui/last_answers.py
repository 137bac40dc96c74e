"""What the API answered last, so that a page keeps what it had while the API is silent, and how long that has been."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

ASK_AGAIN_SECONDS = 2.0
"""While it is silent it is asked no oftener; in between the last answer counts."""


class LastAnswers:
    """Of one API, shared by all pages of this process. `most` answers are kept, the least used go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = 96) -> None:
        self._clock, self._most = clock, most
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._heard: float | None = None
        self._missed: float | None = None

    def keep(self, call: Hashable, answer: Any) -> None:
        with self._lock:
            self._answers[call] = answer
            self._answers.move_to_end(call)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def get(self, call: Hashable) -> Any | None:
        with self._lock:
            return self._answers.get(call)

    def heard(self) -> None:
        """It has answered, if only with a refusal."""
        self._heard, self._missed = self._clock(), None

    def missed(self) -> None:
        """It has not answered in time, or nobody was there."""
        self._missed = self._clock()
        if self._heard is None:
            self._heard = self._missed

    def worth_asking(self) -> bool:
        return self._missed is None or self._clock() - self._missed >= ASK_AGAIN_SECONDS

    def silent_seconds(self) -> float | None:
        """Since it answered last; None: it answers."""
        return None if self._missed is None or self._heard is None else self._clock() - self._heard
