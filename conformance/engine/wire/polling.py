"""Waiting until a target has got somewhere: looked soon at first, then more and more rarely.

A target that never gets there (a mock that keeps no state, a job that never runs) must not cost
the whole time again in every case: each wait in vain for the same thing halves the next one. A
target whose clock the run may move is first given a step of its time instead of ours.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 1.0
_STEP = 0.25
"""Seconds that the target's clock is moved ahead, once, before we wait by our own."""
_LEAST = 0.25
"""Seconds that are waited however often it was in vain."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes while a run waits: ``clock`` tells seconds, ``sleep`` lets some pass.

    Ours, unless a test has a target in its own process whose time it moves instead.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Waiting:
    """Polls for one run. ``patient=False``: the target's state never changes, one look is enough.

    ``hasten`` moves the target's clock ahead and returns whether it did; None where that is not
    allowed.
    """

    def __init__(
        self,
        *,
        patient: bool = True,
        hasten: Callable[[float], bool] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.patient = patient
        self._hasten = hasten
        self._pace = pace or Pace()
        self._in_vain: Counter[str] = Counter()

    def until(
        self, subject: str, look: Callable[[], T], there: Callable[[T], bool], seconds: float
    ) -> T:
        """Poll until the result is as wanted or the time is over; return the last result.

        ``subject`` names what is waited for: after a timeout, the next wait for it is shorter.
        """
        deadline = self._pace.clock() + self._patience(subject, seconds)
        pause = _FIRST_PAUSE
        seen = look()
        if not there(seen) and self._hastened(subject):
            seen = look()
        while not (arrived := there(seen)) and (left := deadline - self._pace.clock()) > 0:
            self._pace.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)
            seen = look()
        if arrived:
            self._in_vain.pop(subject, None)
        else:
            self._in_vain[subject] += 1
        return seen

    def _patience(self, subject: str, seconds: float) -> float:
        """The time limit of the next wait for a subject."""
        if not self.patient:
            return 0.0
        return max(seconds / (1 << self._in_vain[subject]), min(seconds, _LEAST))

    def _hastened(self, subject: str) -> bool:
        return self._hasten is not None and not self._in_vain[subject] and self._hasten(_STEP)

    def outlast(self, seconds: float) -> None:
        """Let time pass at the target: by moving its clock, else by waiting.

        Where the state never changes, return at once.
        """
        if self.patient and not (self._hasten is not None and self._hasten(seconds)):
            self._pace.sleep(seconds)

    def rest(self, seconds: float) -> None:
        """Send nothing for some seconds."""
        self._pace.sleep(seconds)
