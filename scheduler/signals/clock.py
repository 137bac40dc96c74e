"""Whether a source's clock can be believed."""

from __future__ import annotations

PROOF = 32
"""So many signals in succession, all off by about the same, say that the clock is wrong and not the way long."""


class SourceClock:
    """Turns a source's times into ours.

    A time that is off by more than the tolerance is none to count by: ahead of ours it cannot be, behind it the clock
    is wrong or the way was long, so the moment at which it came counts. Where PROOF in succession are off alike the
    clock is wrong, and from then on it is set right by the least lag.
    """

    __slots__ = ("_lag", "_run", "tolerance")

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self._run = 0
        self._lag = 0.0

    def ours(self, at: float, received: float) -> tuple[float, bool]:
        """(the time that counts, by our clock; whether that is another than it says)."""
        lag = received - at
        if -self.tolerance <= lag <= self.tolerance:
            self._run = 0
            return min(at, received), False
        if self._run and abs(lag - self._lag) <= self.tolerance:
            self._run += 1
            self._lag = min(self._lag, lag)
        else:
            self._run, self._lag = 1, lag
        if self._run >= PROOF:
            return at + self._lag, True
        return received, True
