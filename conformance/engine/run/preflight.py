"""Whether anything that speaks this API is there, asked once before a run."""

from __future__ import annotations

from contextlib import suppress

from conformance.contract.operations import Operation
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked
from conformance.errors import TargetUnreachable
from conformance.model.exchange import Exchange, Request

_UNKNOWN_CALLER = (401, 403)
"""Statuses that turn a caller away for who it is, or is not."""


def probe(lab: Lab) -> None:
    """Raise TargetUnreachable, in one line, where no verdict on a requirement would mean anything.

    So it is when nothing answers, or what answers is a redirect, a web page or no text, or every
    caller with our credentials is turned away.
    """
    first, *others = filter(_needs_nothing, lab.contract.operations.values())
    seen = _glance(lab, first)
    problem, remedy = no_api(seen), "see that the address is that of the API"
    if not problem and seen.status in _UNKNOWN_CALLER:
        with suppress(Blocked):
            problem = _turned_away([seen, *(_glance(lab, other) for other in others)])
        remedy = "see that the credentials are those of this target, and still valid"
    if problem:
        raise TargetUnreachable(lab.settings.base_url, lab.prose(problem), remedy)


def _glance(lab: Lab, operation: Operation) -> Exchange:
    url = f"{lab.settings.base_url}{operation.path}"
    return lab.ask(Request(operation.id, operation.method, url, ()))


def _turned_away(glances: list[Exchange]) -> str | None:
    """Why nobody would be let in with these credentials; None where some request was.

    One operation that turns a caller away may be a fault of its own, and is judged as such.
    """
    turned = [glance for glance in glances if glance.status in _UNKNOWN_CALLER]
    if len(turned) < len(glances):
        return None
    named = " and ".join(f"{glance.request.operation}" for glance in turned)
    return f"answers {turned[0].status} to {named} with valid requests and our credentials"


def _needs_nothing(operation: Operation) -> bool:
    """Whether a request for it can be written without knowing anything of the account."""
    inputs = [p for p in operation.parameters if p.required and p.place in {"path", "query"}]
    return operation.reads_only and operation.server is None and not inputs


def no_api(exchange: Exchange) -> str | None:
    """Why an answer cannot be that of any implementation; None when it can."""
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
