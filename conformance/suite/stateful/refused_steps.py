"""Steps of the random walk that must be refused: nothing may change (5 to 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import Answer
from conformance.suite.kit.jobs import NEVER_MADE
from conformance.suite.kit.raw_requests import is_offered
from conformance.suite.stateful.model import ON, App
from conformance.suite.stateful.observer import Views

_REFUSED = (Answer(400, ("*",)), Answer(404, ("*",)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that must be refused, with the requirement that says so, and its words.

    ``of`` is what must exist for it: nothing, or the application's recording rule.
    """

    operation: str
    requirement: str
    words: str
    how: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""


REFUSALS: Final = (
    Refusal(
        "UpdateRecordCallback",
        "UpdateRecordCallback/rule/other-schemes",
        "a callback to ftp",
        {"body": {"url": "ftp://mydomain.com/callback"}},
    ),
    Refusal(
        "UpdateAutoRecord",
        "UpdateAutoRecord/body/mode/enum",
        "a mode of recording that there is not",
        {"body": {"mode": "SOMETIMES"}},
    ),
    Refusal(
        "UpdateAutoRecord",
        "UpdateAutoRecord/rule/unknown-rule",
        "recording with a rule never made",
        {"body": {"mode": ON, "record_rule_id": UNKNOWN_ID}},
    ),
    Refusal(
        "CreateRecordRule",
        "CreateRecordRule/body/obs_addr/type",
        "a rule whose place is a text",
        {"change": {"obs_addr": "here"}},
    ),
    Refusal(
        "UpdateRecordRule",
        "UpdateRecordRule/body/obs_addr/type",
        "an update whose place is a text",
        {"change": {"obs_addr": "here"}},
        "rule",
    ),
    Refusal(
        "CreateIndividualStreamJob",
        "CreateIndividualStreamJob/rule/unknown-record-rule",
        "a job with a rule never made",
        {"example": "minimal", "change": {"record_param": {"record_rule_id": NEVER_MADE}}},
    ),
    Refusal(
        "CreateApp",
        "CreateApp/body/app_name/required",
        "an application without a name",
        {"body": {}},
    ),
)
"""What is refused whatever the state."""


class Refuser:
    """The steps that must be refused; ``views`` has the model and the target."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def refuse(self, app: App, number: int, further: int) -> None:
        """Send two requests that must be refused, then compare the whole application."""
        for one in {number % len(REFUSALS), (number + further) % len(REFUSALS)}:
            self._refuse(app, REFUSALS[one])
        self._views.beneath(app)

    def _refuse(self, app: App, refusal: Refusal) -> None:
        if not is_offered(self._views.scenario, refusal.operation):
            return
        path = {} if refusal.operation == "CreateApp" else app.path
        if refusal.of == "rule":
            if app.rule is None:
                return
            path = {**path, "rule_id": app.rule.id}
        self._views.step(f"{refusal.operation} for {app.letter}, refused: {refusal.words}")
        asked = self._views.ask(refusal.operation, path=path, **refusal.how)
        self._views.expect(asked, refusal.requirement, *_REFUSED)
