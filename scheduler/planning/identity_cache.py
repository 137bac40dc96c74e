"""Results remembered by the identity of the values that they were made of; those are never changed in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

V = TypeVar("V")

REMEMBERED = 4


class IdentityCache(Generic[V]):
    """Calls `make` once for the same objects.

    The objects are held, so no other can take their identity; and the mappings and values of a PlantState are never
    changed in place (a new state copies what it changes), so what was made of them stays true. Safe between threads:
    at worst two make the same.
    """

    def __init__(
        self, make: Callable[..., V], remembered: int = REMEMBERED, same: Callable[[V, V], bool] | None = None
    ) -> None:
        """same : whether two values are; then the older one is returned, and what was made of that is found again."""
        self._make = make
        self._remembered = remembered
        self._same = same
        self._held: tuple[tuple[tuple[Any, ...], V], ...] = ()

    def __call__(self, *sources: Any) -> V:
        for known, value in self._held:
            if all(a is b for a, b in zip(known, sources, strict=True)):
                return value
        value = self._make(*sources)
        if self._same is not None:
            value = next((known for _, known in self._held if self._same(known, value)), value)
        self._held = ((sources, value), *self._held[: self._remembered - 1])
        return value

    def forget(self) -> None:
        self._held = ()
