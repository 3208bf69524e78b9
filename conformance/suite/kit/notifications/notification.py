"""Received notifications: one as it came, and the events of a whole recording."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.engine.scenario import Scenario
from conformance.engine.wire.listener import ANSWER
from conformance.model.exchange import Exchange, Request, Response

BEGUN = "RECORD_NEW_FILE_START"
COMPLETE = "RECORD_FILE_COMPLETE"
OVER = frozenset({"CLOUD_RECORD_SERVER_OVER", "CLOUD_RECORD_OVER"})
"""The end, in the spelling of 14.6 and in that of 4.1 (E-4-event-types)."""
FACTS = (
    "download_url",
    "record_duration",
    "width",
    "height",
    "start_time",
    "end_time",
    "obs_location",
    "obs_bucket",
    "obs_object",
)
"""What table 14-3 gives to RECORD_FILE_COMPLETE."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification; ``content`` is its body in the form of an answer, to be judged like one."""

    exchange: Exchange
    content: Response

    @property
    def body(self) -> Mapping[str, Any]:
        """Its fields; empty if it is not a JSON object."""
        return self.content.json if isinstance(self.content.json, dict) else {}

    @property
    def event(self) -> str:
        """The event type."""
        return str(self.body.get("event_type", ""))

    @property
    def job(self) -> Any:
        """The job that it names."""
        return self.body.get("job_id")

    @property
    def format(self) -> str | None:
        """The format that it names, of whatever type; None where it names none."""
        value = self.body.get("record_format")
        return None if value is None else str(value)

    def says(self, name: str) -> str:
        """A field as text; empty if absent."""
        value = self.body.get(name)
        return "" if value is None else str(value)


def read(request: Request) -> Notification:
    """Read a request as a notification, without recording it as an exchange."""
    content = Response(ANSWER, request.headers, request.body or b"", 0.0)
    exchange = Exchange(0, "", request, Response(ANSWER, (), b"", 0.0))
    return Notification(exchange, content)


def without_nulls(content: Response) -> Response:
    """The body without fields that are null: table 14-3 lets each of them be absent."""
    body = content.json
    if not isinstance(body, dict) or None not in body.values():
        return content
    said = {name: value for name, value in body.items() if value is not None}
    return replace(content, body=json.dumps(said).encode())


def is_probe(request: Request) -> bool:
    """Whether a call says nothing: it looks whether there is somebody (14.2, UrlUnavailable)."""
    return (request.body or b"").strip() in {b"", b"{}"}


def as_exchanges(scenario: Scenario, requests: Iterable[Request]) -> list[Notification]:
    """The notifications, each recorded as an exchange of this case."""
    found = []
    for request in requests:
        plain = read(request)
        found.append(Notification(scenario.lab.overheard(request, ANSWER), plain.content))
    return found


def is_subscribed(event: str, subscription: Collection[str]) -> bool:
    """Whether a subscription contains the event; the end in either spelling."""
    return event in subscription or (event in OVER and bool(OVER & set(subscription)))


def counted(told: Iterable[Notification], event: str, job: str, format_: str | None = None) -> int:
    """The number of different notifications of that event of a job, without repetitions.

    One that names no format, which table 14-3 leaves open, may be of any.
    """
    events = OVER if event in OVER else {event}
    bodies = {
        one.content.body
        for one in told
        if one.event in events and one.job == job and _may_be(one.format, format_)
    }
    return len(bodies)


def _may_be(named: str | None, wanted: str | None) -> bool:
    return wanted is None or named is None or named == wanted
