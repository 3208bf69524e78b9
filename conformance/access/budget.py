"""Limits how many requests a run sends, over all its processes, and for how long."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import ConfigurationError, Refused

if TYPE_CHECKING:
    from filelock import FileLock


class BudgetSpent(Refused):
    """The run has sent all the requests that it may, or its time is over."""


class TimeBudget:
    """How long a run may send requests; ``limit`` in seconds, None for no limit.

    ``option`` is what sets the limit, for the message. ``clock`` counts seconds.
    """

    def __init__(
        self,
        limit: float | None,
        option: str = "limits.duration",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._option = option
        self._clock = clock
        self._began = clock()
        self._lifted = False

    @property
    def left(self) -> float | None:
        """Remaining seconds; None without a limit."""
        return None if self._limit is None else self._began + self._limit - self._clock()

    def check(self) -> None:
        """Raise BudgetSpent when the time is over."""
        left = self.left
        if left is not None and left <= 0 and not self._lifted:
            problem = f"all {self._limit:g} s that it may take are over"
            raise BudgetSpent("the run", problem, f"raise {self._option}, or select less")

    def lift(self) -> None:
        """Remove the limit: what the run has created is deleted, however long that takes."""
        self._lifted = True


class RequestBudget:
    """Counts requests, and refuses the one over the limit.

    ``limit`` None only counts. With ``path``, all processes that name the same file share one
    count. If the file cannot be written any more, each counts by itself, since what the run has
    created must still be deleted.
    """

    def __init__(self, limit: int | None = None, path: Path | None = None) -> None:
        self._limit = limit
        self._path = path
        self._spent = 0
        self._lock = threading.Lock()
        self._between = _lock_beside(path) if path else None

    @property
    def spent(self) -> int:
        """Requests so far, over all processes that share the count. Raises OSError."""
        return self._spent if self._path is None else self._read(self._path)

    def take(self) -> None:
        """Count one request, or raise BudgetSpent when the budget is used up."""
        with self._lock:
            if self._path is None or self._between is None:
                self._spent = self._next(self._spent)
                return
            before = self._spent
            try:
                with self._between:
                    # Never less than this process knows of: a full disk may have emptied the file.
                    self._spent = self._next(max(before, self._read(self._path)))
                    _overwrite(self._path, self._spent)
            except OSError:
                if self._spent == before:
                    self._spent = self._next(before)

    def _next(self, spent: int) -> int:
        if self._limit is not None and spent >= self._limit:
            raise BudgetSpent(
                "request budget", f"all {self._limit} requests are spent", "raise limits.requests"
            )
        return spent + 1

    def _read(self, path: Path) -> int:
        try:
            text = path.read_text(encoding="ascii") or "0"
            return int(text.strip("\0\n ") or "0")
        except FileNotFoundError:
            return 0
        except ValueError as error:
            raise ConfigurationError(str(path), f"is not a count: {error}", "delete it") from None


def _overwrite(path: Path, number: int) -> None:
    """Overwrite the number in place, which needs no further room on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)
    try:
        os.write(descriptor, f"{number:>20}".encode())
    finally:
        os.close(descriptor)


def _lock_beside(path: Path) -> FileLock:
    """What several processes wait for. Runs of one process need none, nor what it imports."""
    from filelock import FileLock

    return FileLock(f"{path}.lock", thread_local=False)
