"""Resources that expire by themselves: a job in an empty room, after its idle time.

The fields that ``x-resources`` sets on a shared resource (``change``) determine its lifetime.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from conformance.model import field_path

_SHARE = 0.5
"""Of its time, how much a resource is relied on: the rest is for a slow target."""

_FOREVER = float("inf")


class Lifetimes:
    """The time until which each resource certainly exists, from the last request about it.

    The time runs from the creation: an update that gives a job less idle time than it has already
    been idle ends it at once. ``clock`` counts the seconds of the target's time.
    """

    def __init__(
        self,
        fields: Mapping[str, Collection[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fields = fields
        self._clock = clock
        self._born: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def created(self, kind: str, identifier: str, body: Any) -> None:
        """Note the body that created it; without the field the (short) default lifetime applies."""
        if self._fields[kind]:
            self._born[identifier] = born = self._clock()
            self._until[identifier] = born + (self._seconds(kind, body) or 0.0)

    def changed(self, kind: str, identifier: str, body: Any) -> None:
        """Note the body that changed it, which may set another lifetime."""
        seconds = self._seconds(kind, body)
        if seconds is not None and identifier in self._born:
            self._until[identifier] = self._born[identifier] + seconds

    def ends(self, kind: str, identifier: str, body: Any) -> bool:
        """Whether a body that changes it would end it at once: it is older than it then may be."""
        seconds = self._seconds(kind, body)
        born = self._born.get(identifier)
        return seconds is not None and born is not None and self._clock() >= born + seconds

    def lasts(self, identifier: str) -> bool:
        """Whether it certainly still exists."""
        return self._until.get(identifier, _FOREVER) > self._clock()

    def _seconds(self, kind: str, body: Any) -> float | None:
        found = [field_path.read(body, path) for path in self._fields[kind]]
        numbers = [n for n in found if isinstance(n, int | float) and not isinstance(n, bool)]
        return min(numbers) * _SHARE if numbers else None
