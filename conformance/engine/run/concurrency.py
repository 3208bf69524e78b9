"""How many cases one process runs at a time.

Several where they are asked for (``--concurrency``), and at an emulator whose answers take so long
that a run would mostly wait. Never where requests have to wait for their turn, never at a live
target, and only where that many connections are answered.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from conformance.access.capability import EMULATOR, LIVE
from conformance.access.guard import Guard
from conformance.access.settings import TargetSettings
from conformance.access.transport import TargetClient
from conformance.engine.run.preflight import glance
from conformance.engine.run.session import Session
from conformance.errors import TargetError, UsageError
from conformance.model.exchange import Exchange, Request

AUTOMATIC = 12
"""Cases at a time where nobody said how many."""
_SLOW = 0.01
"""Seconds that an answer takes at least where several at a time are worth it."""
_GLANCES = 5
"""Requests that must all be slow: one quick answer tells, and a busy machine has some."""
_PATIENCE = 2.0
"""Seconds that an answer on one more connection may take."""


def check_concurrency(session: Session) -> None:
    """Raise UsageError where several cases at a time were asked for but are not allowed."""
    asked = session.config.concurrency
    if asked is None or asked == 1:
        return
    if session.profile == LIVE:
        problem, remedy = "is not for the profile live", "leave it out"
    elif session.reach.settings.has_flow_control:
        problem, remedy = "is not for a target with flow control", "leave it out"
    elif not session.config.alone:
        problem, remedy = "and -n exclude each other", "give one of them"
    else:
        return
    raise UsageError("--concurrency", problem, remedy)


def at_a_time(session: Session) -> int:
    """The number of cases to run at a time. May send a few reading requests to find out."""
    settings, asked = session.reach.settings, session.config.concurrency
    free = session.config.alone and not settings.has_flow_control and session.profile != LIVE
    if asked == 1 or not free or session.time.left is not None:
        return 1  # a run that may take so long spends its time in the order of the document
    count = _automatic(session) if asked is None else asked
    return count if count > 1 and _answers_all(session, count) else 1


def _automatic(session: Session) -> int:
    """How many where nobody said it: several only at an emulator that is far away or slow."""
    limited = session.reach.settings.limits.requests
    if session.profile != EMULATOR or limited or session.config.target is None:
        return 1
    slow = all(_is_slow(glance(session.lab)) for _ in range(_GLANCES))
    return AUTOMATIC if slow else 1


def _is_slow(seen: Exchange | None) -> bool:
    """Whether an answer came, and took long enough for several at a time to be worth it."""
    response = None if seen is None else seen.response
    return response is not None and response.elapsed >= _SLOW


def _answers_all(session: Session, count: int) -> bool:
    """Whether so many connections, all kept open, are answered: a simple server serves one."""
    settings = session.reach.settings
    hasty = replace(settings.timeouts, connect=_PATIENCE, read=_PATIENCE, total=_PATIENCE)
    settings = replace(settings, timeouts=hasty)
    operation = next(session.lab.offering.harmless(), None)
    if operation is None:
        return False
    request = Request(operation.id, operation.method, f"{settings.base_url}{operation.path}", ())
    with ExitStack() as opened, ThreadPoolExecutor(count) as pool:
        clients = [opened.enter_context(_client(session, settings)) for _ in range(count)]
        return all(pool.map(lambda client: _answers(client, request), clients))


def _client(session: Session, settings: TargetSettings) -> TargetClient:
    proxy = session.reach.credentials.proxy
    return TargetClient(settings, guard=Guard(settings), proxy_auth=proxy)


def _answers(client: TargetClient, request: Request) -> bool:
    try:
        return client.send(request).response is not None
    except TargetError:
        return False
