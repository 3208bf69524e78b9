"""Checks once, before a run, that something that speaks this API answers."""

from __future__ import annotations

import re
from contextlib import suppress

from conformance.cases.requests import UNKNOWN_ID
from conformance.contract.operations import Operation
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked
from conformance.errors import TargetUnreachable
from conformance.model.exchange import Exchange, Request

_UNKNOWN_CALLER = (401, 403)
"""Statuses that turn a caller away for who it is, or is not."""


def probe(lab: Lab) -> None:
    """Raise TargetUnreachable, in one line, where no verdict would mean anything.

    That is so when nothing answers, when the answer is a redirect, a web page or not text, or when
    every request with our credentials is refused.
    """
    readable = sorted(lab.offering.harmless(), key=_shows_nothing)
    if not readable:
        _probe_by_address(lab)
        return
    first, *others = readable
    seen = _glance(lab, first)
    problem, remedy = no_api(seen), "see that the address is that of the API"
    if not problem and seen.status in _UNKNOWN_CALLER:
        with suppress(Blocked):
            problem = _turned_away([seen, *(_glance(lab, other) for other in others)])
        remedy = "see that the credentials are those of this target, and still valid"
    if problem:
        raise TargetUnreachable(lab.settings.base_url, lab.prose(problem), remedy)


def _probe_by_address(lab: Lab) -> None:
    """Where no list is offered, ask for something that does not exist, if anything can be read.

    If nothing can, the first requests of the run show whether the target answers.
    """
    reads = (o for o in lab.contract.operations.values() if o.reads_only and o.server is None)
    operation = next((o for o in reads if lab.offering.offers(o.id)), None)
    if operation is None or operation.conventions.plain:
        return
    path = re.sub(r"\{\w+\}", UNKNOWN_ID, operation.path)
    request = Request(operation.id, operation.method, f"{lab.settings.base_url}{path}", ())
    problem = no_api(lab.ask(request))
    if problem:
        remedy = "see that the address is that of the API"
        raise TargetUnreachable(lab.settings.base_url, lab.prose(problem), remedy)


def _glance(lab: Lab, operation: Operation) -> Exchange:
    url = f"{lab.settings.base_url}{operation.path}"
    return lab.ask(Request(operation.id, operation.method, url, ()))


def _turned_away(glances: list[Exchange]) -> str | None:
    """Why every caller with these credentials is refused; None where some request was accepted.

    One operation that refuses a caller may be wrong itself, and is judged as such.
    """
    turned = [glance for glance in glances if glance.status in _UNKNOWN_CALLER]
    if len(turned) < len(glances):
        return None
    named = " and ".join(f"{glance.request.operation}" for glance in turned)
    return f"answers {turned[0].status} to {named} with valid requests and our credentials"


def glance(lab: Lab) -> Exchange | None:
    """A request that only reads and needs no resource; None where the target offers none."""
    first = next(iter(lab.offering.harmless()), None)
    return _glance(lab, first) if first is not None else None


def _shows_nothing(operation: Operation) -> bool:
    """Whether an answer says nothing about who is there, since it is not JSON."""
    return operation.success.schema is None


def no_api(exchange: Exchange) -> str | None:
    """Why the answer cannot be that of any implementation; None when it can."""
    response = exchange.response
    if response is None:
        failure = exchange.failure
        return f"no answer ({failure.stage}: {failure.message})" if failure else "no answer"
    if 300 <= response.status < 400:
        return f"answers {response.status} and redirects to {response.header('location')}"
    start = response.body[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")) or "html" in (
        response.header("content-type") or ""
    ):
        return f"answers {response.status} with a web page"
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"answers {response.status} with bytes that are no UTF-8 (byte {error.start})"
    return None
