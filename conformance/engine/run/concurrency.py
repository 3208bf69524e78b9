"""How many cases one process runs at a time.

Automatically several, where the answers of an emulator are slow enough for it to be worth while
and it answers that many connections; never where requests have to wait for their turn, and never
at a live target.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from conformance.access.capability import LIVE
from conformance.access.guard import Guard
from conformance.access.settings import TargetSettings
from conformance.access.transport import TargetClient
from conformance.engine.run.preflight import glance
from conformance.engine.run.session import Session
from conformance.errors import TargetError, UsageError
from conformance.model.exchange import Request

AUTOMATIC = 12
"""Cases at a time where nobody said how many."""
WORTH = 0.008
"""Seconds that an answer takes at least where it is worth while; faster ones keep us busy alone."""
_PATIENCE = 2.0
"""Seconds that an answer on one more connection may take."""
_GLANCES = 3


def check_concurrency(session: Session) -> None:
    """Raise UsageError where several at a time were asked for and may not be."""
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
    """Cases to run at a time. May send some requests that only read, to see how it answers."""
    settings, asked = session.reach.settings, session.config.concurrency
    free = session.config.alone and not settings.has_flow_control and session.profile != LIVE
    if asked == 1 or not free or session.time.left is not None:
        return 1  # a run that may take so long spends its time in the order of the document
    if asked is None and (settings.limits.requests is not None or not _is_worth_while(session)):
        return 1
    count = asked or AUTOMATIC
    return count if _answers_all(session, count) else 1


def _is_worth_while(session: Session) -> bool:
    """Whether even the fastest of some answers is slow."""
    lab = session.lab
    lab.begin("latency")
    for _ in range(_GLANCES):
        began = time.monotonic()
        try:
            seen = glance(lab)
        except TargetError:
            return False
        if seen is None or seen.response is None or time.monotonic() - began < WORTH:
            return False
    return True


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
