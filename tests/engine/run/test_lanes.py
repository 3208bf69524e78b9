"""Cases side by side: what counts, what is run again, and what is left when it is stopped."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.engine.outcomes import Blocked
from conformance.engine.run.config import RunConfig
from conformance.engine.run.lanes import Ahead, _Lane, run_ahead, with_requests
from conformance.engine.run.session import Session
from conformance.engine.wire.endpoint import reach_embedded
from conformance.errors import TargetUnreachable
from conformance.model.case import Template
from conformance.model.item_result import ItemResult
from conformance.model.verdict import Judgement, Outcome

LIST = Template("ListApps")
RULE = "CreateApp/rule/name-unique-in-tenant"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A run of the embedded reference, which ends with the test."""
    with EmbeddedReference() as embedded:
        made = Session(RunConfig(report_dir=tmp_path, seed=1), reach_embedded(embedded.announced))
        yield made
        made.close()


def _lists(session: Session) -> None:
    session.lab.begin("lists")
    session.lab.send(LIST)


def _makes(session: Session) -> None:
    session.lab.begin("makes")
    session.lab.resources.fresh("app")


def _complains(session: Session) -> None:
    _lists(session)
    session.lab.ledger.record(Judgement(RULE, Outcome.FAIL, "complains", "no"))


def _is_blocked(session: Session) -> None:
    _lists(session)
    raise Blocked("nothing to be had")


def test_what_is_well_counts_and_all_else_is_run_again(session: Session) -> None:
    """A complaint or an exception ahead is none; its requests are counted with the next try."""
    cases = [("a", _lists), ("b", _complains), ("c", _is_blocked), ("d", _makes)]
    ahead: Ahead[str] = Ahead()
    over: list[str] = []
    run_ahead(session, cases, 2, ahead, over.append)
    assert set(ahead.good) == {"a", "d"}
    assert "ListApps/200/apps/required" in ahead.good["a"].passed
    assert {key: sum(sent.values()) for key, sent in ahead.sent.items()} == {"b": 1, "c": 1}
    assert ahead.blocked == {"c"}
    assert sorted(over) == ["a", "b", "c", "d"]
    assert ahead.left == []
    again = with_requests(ItemResult(requests={"management": 2}), ahead.sent["b"])
    assert sum(again.requests.values()) == 3
    listed = session.lab.send(LIST).json["apps"]
    assert not any(session.lab.prefix[:6] in app["app_name"] for app in listed)


def test_several_are_on_their_way_at_a_time(session: Session) -> None:
    """Four cases meet, which they could not one after the other."""
    meeting = threading.Barrier(4, timeout=20)

    def meets(lane: Session) -> None:
        meeting.wait()
        _lists(lane)

    ahead: Ahead[int] = Ahead()
    run_ahead(session, [(n, meets) for n in range(4)], 4, ahead)
    assert set(ahead.good) == {0, 1, 2, 3}
    assert ahead.good[0].passed
    numbers = {session.lab.send(LIST).number for _ in range(2)}
    assert min(numbers) > 4  # of all threads, so that no number comes twice


def test_no_answer_is_nothing_that_went_well(session: Session) -> None:
    """A case whose request was lost on the way is run again, whatever it made of it."""

    def loses(lane: Session) -> None:
        lane.lab.begin("loses")
        sent = httpx.ConnectError("refused")

        def refuse(_: httpx.Request) -> httpx.Response:
            raise sent

        lane.lab._gateway._client._transport._inner = httpx.MockTransport(refuse)
        lane.lab.send(LIST)

    ahead: Ahead[str] = Ahead()
    run_ahead(session, [("lost", loses)], 1, ahead)
    assert ahead.good == {}
    assert set(ahead.sent) == {"lost"}


def _stopped(
    cases: list[tuple[int, Callable[[Session], None]]], session: Session, count: int = 2
) -> Ahead[int]:
    ahead: Ahead[int] = Ahead()
    with pytest.raises(KeyboardInterrupt):
        run_ahead(session, cases, count, ahead)
    return ahead


def test_an_interruption_leaves_nothing_behind(session: Session) -> None:
    """What is done is known, what is not begun is not begun, and what was made is deleted."""

    def interrupts(lane: Session) -> None:
        _makes(lane)
        _thread.interrupt_main()
        time.sleep(0.5)

    ahead = _stopped([(0, interrupts), *((n, _lists) for n in range(1, 2000))], session)
    assert 0 in ahead.good
    assert len(ahead.good) < 2000
    assert ahead.left == []
    assert not any(isinstance(one, _Lane) for one in threading.enumerate())


def test_a_target_that_is_gone_stops_all(session: Session) -> None:
    """Whoever runs the cases in their order will see it too, and say so."""

    def gone(_: Session) -> None:
        raise TargetUnreachable("it", "is gone", "look")

    ahead: Ahead[int] = Ahead()
    run_ahead(session, [(0, gone), *((n, _lists) for n in range(1, 500))], 2, ahead)
    assert 0 not in ahead.good
    assert len(ahead.good) < 499
    assert ahead.unanswered[0] == 0


def test_what_found_no_room_is_tried_again_by_fewer(session: Session) -> None:
    """Eight cases that need a place of which there are two: the second time they find one."""
    places = threading.Semaphore(2)
    meeting = threading.Barrier(8, timeout=20)
    tries: list[int] = []

    def needs_room(number: int) -> Callable[[Session], None]:
        def run(lane: Session) -> None:
            tries.append(number)
            _lists(lane)
            if tries.count(number) == 1:
                meeting.wait()
            if not places.acquire(blocking=False):
                raise Blocked("no room")
            if tries.count(number) == 1:
                time.sleep(0.2)
            places.release()

        return run

    ahead: Ahead[int] = Ahead()
    run_ahead(session, [(n, needs_room(n)) for n in range(8)], 8, ahead)
    assert set(ahead.good) == set(range(8))
    assert ahead.blocked == set()
    assert len(tries) == 14
    assert sum(sum(one.requests.values()) for one in ahead.good.values()) == 14


def test_where_nothing_can_be_tried_the_rest_is_left_alone(session: Session) -> None:
    """A thread that is blocked again and again does not go through all cases."""
    ahead: Ahead[int] = Ahead()
    run_ahead(session, [(n, _is_blocked) for n in range(200)], 2, ahead)
    assert ahead.good == {}
    assert len(ahead.blocked) < 30


def test_an_interruption_while_threads_are_started_stops_them_too(session: Session) -> None:
    """The first case interrupts before the last thread has begun."""

    def interrupts(lane: Session) -> None:
        _thread.interrupt_main()
        _makes(lane)

    ahead = _stopped([(0, interrupts)], session, count=40)
    assert 0 in ahead.good
    assert ahead.left == []
