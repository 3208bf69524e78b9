"""Waiting: often at first, rarely later, and not the whole time again for what never comes."""

from __future__ import annotations

import pytest

from conformance.engine.wire.polling import Pace, Waiting


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        """Seconds since the start."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.pauses.append(seconds)
        self.now += seconds


def _waiting(time: Time, *, patient: bool = True) -> Waiting:
    return Waiting(patient=patient, pace=Pace(time.clock, time.sleep))


def test_what_is_there_at_once_costs_nothing() -> None:
    """One look, no pause."""
    time = Time()
    assert _waiting(time).until("x", lambda: 7, lambda seen: seen == 7, 10) == 7
    assert time.pauses == []


def test_pauses_grow_and_stay_bounded() -> None:
    """A quick target is seen within milliseconds, a slow one is not asked thousands of times."""
    time = Time()
    assert _waiting(time).until("x", lambda: time.now, lambda now: now >= 8, 10) >= 8
    assert time.pauses[0] < 0.01
    assert time.pauses == sorted(time.pauses)
    assert max(time.pauses) == 1.0
    assert len(time.pauses) < 20


def test_the_last_look_is_at_the_deadline() -> None:
    """What arrives just before the time is over is seen."""
    time = Time()
    assert _waiting(time).until("x", lambda: time.now, lambda now: now >= 2.5, 2.5) == 2.5
    assert time.now == pytest.approx(2.5)


def test_a_wait_in_vain_halves_the_next_one_for_the_same_thing() -> None:
    """Nothing ever changes: ten seconds, five, … and never less than a quarter of one."""
    time = Time()
    waiting = _waiting(time)
    taken = []
    for _ in range(8):
        began = time.now
        waiting.until("never", lambda: None, lambda _: False, 10)
        taken.append(time.now - began)
    assert taken[:3] == pytest.approx([10, 5, 2.5])
    assert taken[-1] == pytest.approx(0.25)
    began = time.now
    waiting.until("another", lambda: None, lambda _: False, 10)
    assert time.now - began == pytest.approx(10)


def test_what_came_after_all_is_waited_for_as_long_as_at_first() -> None:
    """One slow answer does not make the suite impatient for the rest of the run."""
    time = Time()
    waiting = _waiting(time)
    waiting.until("x", lambda: None, lambda _: False, 10)
    waiting.until("x", lambda: 1, lambda seen: seen == 1, 10)
    began = time.now
    waiting.until("x", lambda: None, lambda _: False, 10)
    assert time.now - began == pytest.approx(10)


def test_nothing_is_waited_for_where_nothing_changes() -> None:
    """A mock that keeps no state is looked at once."""
    time = Time()
    looks: list[int] = []
    _waiting(time, patient=False).until("x", lambda: looks.append(1), lambda _: False, 10)
    assert (len(looks), time.pauses) == (1, [])


def test_resting() -> None:
    """Flow control is given its time."""
    time = Time()
    _waiting(time).rest(3)
    assert time.pauses == [3]


def test_a_clock_that_may_be_moved_spares_ours() -> None:
    """One step of the target's time is tried first; where that helps, nothing is slept away."""
    time, moved = Time(), [0.0]

    def hasten(seconds: float) -> bool:
        moved[0] += seconds
        return True

    waiting = Waiting(hasten=hasten, pace=Pace(time.clock, time.sleep))
    assert waiting.until("x", lambda: moved[0], lambda at: at >= 0.2, 10) >= 0.2
    assert time.pauses == []
    waiting.until("never", lambda: None, lambda _: False, 10)
    assert time.now == pytest.approx(10)
    before = moved[0]
    waiting.until("never", lambda: None, lambda _: False, 10)
    assert moved[0] == before, "a step that was in vain is not tried again for the same thing"


def test_a_clock_that_does_not_move() -> None:
    """Then our own time passes."""
    time = Time()
    waiting = Waiting(hasten=lambda _: False, pace=Pace(time.clock, time.sleep))
    assert waiting.until("x", lambda: time.now, lambda now: now >= 1, 10) >= 1


def test_time_that_must_pass_is_the_targets_where_that_can_be_moved() -> None:
    """Its clock is moved; where it is not, we wait; where nothing ever changes, neither."""
    ours, theirs = Time(), []

    def hasten(seconds: float) -> bool:
        theirs.append(seconds)
        return len(theirs) < 2

    waiting = Waiting(hasten=hasten, pace=Pace(ours.clock, ours.sleep))
    waiting.outlast(1.5)
    assert (theirs, ours.pauses) == ([1.5], [])
    waiting.outlast(1.5)
    assert ours.pauses == [1.5]
    _waiting(ours, patient=False).outlast(1.5)
    assert ours.pauses == [1.5]
