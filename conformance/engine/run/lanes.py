"""Runs independent cases on several threads: a lane is one thread with a lab of its own.

What is run ahead counts only if everything in it is well. Any other case is run again in its turn,
alone, as if it had not been run before: concurrency can neither hide nor cause a deviation. A few
cases that were only blocked, since the others had taken all the room, are tried once more by fewer.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from conformance.engine.outcomes import Blocked
from conformance.engine.run.session import Session
from conformance.errors import ConformanceError, TargetError
from conformance.model.item_result import ItemResult

FEWER = 4
"""The part of the threads that tries again what was blocked: one of so many."""
_FEW = 32
"""Cases that may have been blocked for want of room; more of them have another reason."""
_IN_VAIN = 10
"""Cases that may be blocked one after the other before a thread leaves the rest to the others."""
_PAUSE = 0.25
"""Seconds that a thread waits after a blocked case: until then another may have made room."""
_LOOK = 0.2
"""Seconds between two looks at whether the run is to be stopped."""

Key = TypeVar("Key", bound=Hashable)
Run = Callable[[Session], None]


@dataclass
class Ahead(Generic[Key]):
    """The results of running ahead: ``good`` holds the cases that need not be run again.

    ``sent`` counts, by flow group, the requests of tries that do not count. ``blocked`` are those
    of the others that could not be tried. ``unanswered``: of each thread that got no more answers,
    the case that had the first request without one. ``left`` names what could not be deleted.
    """

    good: dict[Key, ItemResult] = field(default_factory=dict)
    sent: dict[Key, Counter[str]] = field(default_factory=dict)
    blocked: set[Key] = field(default_factory=set)
    unanswered: list[Key] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def run_ahead(
    session: Session,
    cases: Iterable[tuple[Key, Run]],
    count: int,
    ahead: Ahead[Key],
    done: Callable[[Key], None] = lambda _: None,
) -> None:
    """Run ``cases`` on ``count`` threads, delete what they made, and put the results in ``ahead``.

    An interruption stops all of them after their present case; what is done is in ``ahead`` then.
    ``done`` is told each case, by its thread, once it is over, and again if it is tried again.
    """
    every = tuple(cases)
    if not _run(session, every, count, ahead, done):
        return
    blocked = tuple(case for case in every if case[0] in ahead.blocked)
    if 1 < len(blocked) <= _FEW and count > FEWER:
        _run(session, blocked, count // FEWER, ahead, done)


def _run(
    session: Session,
    cases: Iterable[tuple[Key, Run]],
    count: int,
    ahead: Ahead[Key],
    done: Callable[[Key], None],
) -> bool:
    """Run them once; return False where the run was stopped meanwhile."""
    waiting: queue.SimpleQueue[tuple[Key, Run]] = queue.SimpleQueue()
    for case in cases:
        waiting.put(case)
    stop = threading.Event()
    session.lab  # noqa: B018 - the labs of all threads share what this one knows
    lanes = [_Lane(session.beside(), waiting, stop, ahead, done) for _ in range(count)]
    begun: list[_Lane[Key]] = []
    try:
        for lane in lanes:
            begun.append(lane)
            lane.start()
        for lane in lanes:
            while not lane.finished.wait(_LOOK):
                pass
        return not stop.is_set()
    finally:
        stop.set()
        for lane in begun:
            # The last of them may have been interrupted before it was a thread.
            while not lane.finished.wait(_LOOK) and lane.is_alive():
                pass


class _Lane(threading.Thread, Generic[Key]):
    """One thread: runs case after case, then deletes what it created."""

    def __init__(
        self,
        session: Session,
        waiting: queue.SimpleQueue[tuple[Key, Run]],
        stop: threading.Event,
        ahead: Ahead[Key],
        done: Callable[[Key], None],
    ) -> None:
        super().__init__(name="lane")
        self.finished = threading.Event()
        """Waited for instead of joining: a join that was interrupted takes the thread for ended."""
        self._session = session
        self._waiting = waiting
        self._stopped = stop
        self._ahead = ahead
        self._done = done
        self._in_vain = 0
        self._silent: Key | None = None
        """The case with the first request that was not answered, if none has been since."""

    def run(self) -> None:
        """Run the next case until none is left, or the run is stopped, or there is no room."""
        try:
            while not self._stopped.is_set() and self._in_vain < _IN_VAIN:
                key, case = self._waiting.get_nowait()
                self._one(key, case)
                self._done(key)
        except queue.Empty:
            pass
        except TargetError:
            self._stopped.set()
        finally:
            if self._silent is not None:
                self._ahead.unanswered.append(self._silent)
            try:
                self._clear()
            finally:
                self.finished.set()

    def _one(self, key: Key, case: Run) -> None:
        session = self._session
        well, blocked = True, False
        try:
            case(session)
        except TargetError:
            self._silent = self._silent or key
            raise
        except BaseException as error:
            well, blocked = False, isinstance(error, Blocked)
        lab = session.lab
        answered = [one.response is not None for one in lab.transcript.exchanges.values()]
        well = well and all(answered)
        if any(answered):
            self._silent = None
        if not all(answered):
            self._silent = self._silent or key
        result = session.drain()
        self._in_vain = self._in_vain + 1 if blocked else 0
        if blocked:
            self._stopped.wait(_PAUSE)
        self._ahead.blocked.discard(key)
        if well and not result.judgements:
            self._ahead.good[key] = with_requests(result, self._ahead.sent.get(key, {}))
            return
        if blocked:
            self._ahead.blocked.add(key)
        self._ahead.sent[key] = self._ahead.sent.get(key, Counter()) + Counter(result.requests)
        lab.ledger.forget(result)

    def _clear(self) -> None:
        try:
            self._ahead.left.extend(self._session.close())
        except (ConformanceError, Blocked) as error:
            self._ahead.left.append(self._session.prose(str(error)))


def with_requests(result: ItemResult, sent: Mapping[str, int]) -> ItemResult:
    """The result of a case that was run again, plus the requests of its first try."""
    return replace(result, requests=Counter(result.requests) + Counter(sent)) if sent else result
