"""What was told: one notification as it came, and the events of a whole recording."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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
class Told:
    """One notification; ``content`` is its body as an answer would have it, to be judged alike."""

    exchange: Exchange
    content: Response

    @property
    def body(self) -> Mapping[str, Any]:
        """Its fields; none where it is no JSON object."""
        return self.content.json if isinstance(self.content.json, dict) else {}

    @property
    def event(self) -> str:
        """Which event it tells."""
        return str(self.body.get("event_type", ""))

    @property
    def job(self) -> Any:
        """The job that it names."""
        return self.body.get("job_id")

    @property
    def format(self) -> str | None:
        """The format that it names, whatever its type; None where it names none."""
        value = self.body.get("record_format")
        return None if value is None else str(value)

    def says(self, name: str) -> str:
        """A field as text; empty where there is none."""
        value = self.body.get(name)
        return "" if value is None else str(value)


def read(request: Request) -> Told:
    """A notification that is not noted yet."""
    content = Response(ANSWER, request.headers, request.body or b"", 0.0)
    exchange = Exchange(0, "", request, Response(ANSWER, (), b"", 0.0))
    return Told(exchange, content)


def noted(scenario: Scenario, requests: Iterable[Request]) -> list[Told]:
    """The notifications, each noted as an exchange of this case."""
    found = []
    for request in requests:
        plain = read(request)
        found.append(Told(scenario.lab.overheard(request, ANSWER), plain.content))
    return found


def is_subscribed(event: str, subscription: Collection[str]) -> bool:
    """Whether a subscription holds the event; the end in either spelling."""
    return event in subscription or (event in OVER and bool(OVER & set(subscription)))


def counted(told: Iterable[Told], event: str, job: str, format_: str | None = None) -> int:
    """How many different notifications tell that event of a job; a repetition is none."""
    events = OVER if event in OVER else {event}
    bodies = {
        one.content.body
        for one in told
        if one.event in events and one.job == job and format_ in (None, one.format)
    }
    return len(bodies)
