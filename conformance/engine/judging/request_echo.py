"""Compares what an accepted request sent with what its own answer shows of it.

The tables of an answer describe what the request set; what the answer leaves out is left to the
rules on reading back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.engine.comparing.round_trip import equals_sent, sent_object
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json


def shown_otherwise(exchange: Exchange, echo: Mapping[str, Any]) -> dict[str, str]:
    """By field of the body: how the answer differs from the value that the request sent.

    ``echo`` is the ``x-echo`` of the operation: ``beneath`` names the field of the answer that
    contains what requests have at the top; ``ignored`` says when all but some members of an object
    are ignored; ``shown-as`` lists values that a field may be shown as, whatever was sent.
    """
    if exchange.response is None or exchange.status >= 300 or not exchange.request.body:
        return {}
    body, answer = sent_object(exchange), exchange.json
    beneath = echo.get("beneath")
    if beneath is not None and isinstance(answer, dict):
        answer = answer.get(beneath)
    found = _differing(_heeded(body, echo.get("ignored")), answer, "")
    also = echo.get("shown-as", {})
    return {
        place: text
        for place, shown, text in found
        if not any(shown == value for value in also.get(place, ()))
    }


def requirement_of(operation: str, place: str, known: Iterable[str]) -> str | None:
    """The first of the requirements that are about a field of an operation's body."""
    prefix = f"{operation}/body/{place}/"
    return next((one for one in known if one.startswith(prefix)), None)


def _heeded(body: dict[str, Any], ignored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body without the fields that its operation is documented to ignore."""
    holder = body.get(ignored["object"]) if ignored else None
    if not ignored or not isinstance(holder, dict):
        return body
    if holder.get(ignored["when"]["field"]) != ignored["when"]["value"]:
        return body
    return {**body, ignored["object"]: {k: v for k, v in holder.items() if k in ignored["but"]}}


def _differing(wanted: Any, found: Any, place: str) -> Iterator[tuple[str, Any, str]]:
    """Each path that differs, with the value shown and the message for it."""
    if found is None:
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in wanted:
            yield from _differing(wanted[name], found.get(name), f"{place}.{name}".lstrip("."))
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _of_lists(wanted, found, place)
    elif not isinstance(wanted, dict | list) and not equals_sent(wanted, found):
        yield place, found, _words(wanted, found, place)


def _of_lists(wanted: list[Any], found: list[Any], place: str) -> Iterator[tuple[str, Any, str]]:
    """Compare lists: objects by position, simple values in any order; lengths are left to rules."""
    if any(isinstance(one, dict) for one in (*wanted, *found)):
        if len(wanted) == len(found):
            for left, right in zip(wanted, found, strict=True):
                yield from _differing(left, right, f"{place}[]")
    elif sorted(map(str, wanted)) != sorted(map(str, found)):
        yield place, found, _words(wanted, found, place)


def _words(wanted: Any, found: Any, place: str) -> str:
    return f"{place} was sent as {in_json(wanted)} and is shown as {in_json(found)}"
