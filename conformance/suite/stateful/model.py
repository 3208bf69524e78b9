"""A small model of what the document says is there, and the way it disagrees with a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import ACTIVE, INACTIVE
from conformance.suite.kit.jobs import JobKind

WALK: Final = "common/state/random-walk"
"""Where a disagreement goes that no other requirement states."""

ON, OFF = "AUTO_INDIVIDUAL_RECORD", "AUTO_RECORD_OFF"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Disagreement(AssertionError):  # noqa: N818 - it says what the target is
    """The target is not where the model is; the walk that led there is to be made shorter."""

    def __init__(
        self, requirement: str, problem: str, expected: str, actual: str, exchange: Exchange
    ) -> None:
        self.requirement = requirement
        self.problem = problem
        self.expected = expected
        self.actual = actual
        self.exchange = exchange
        self.steps: tuple[str, ...] = ()
        super().__init__(f"{requirement}: {problem}")


@dataclass(slots=True)
class Job:
    """A job: what its start or last update answered, its recording rule, and the state last seen.

    ``loose``: its application was disabled since, of which the document does not say whether it
    ends the job.
    """

    kind: JobKind
    letter: str
    id: str
    shown: Any
    rule: str | None
    state: str = "INIT"
    loose: bool = False

    @property
    def over(self) -> bool:
        """Whether it has been seen to be over."""
        return self.state == "STOPPED"

    @property
    def name(self) -> str:
        """How the steps of a walk call it."""
        return f"{self.kind.noun} job {self.letter}"


@dataclass(slots=True)
class RecordRule:
    """The recording rule of an application, as it was answered last."""

    id: str
    shown: Any


@dataclass(slots=True)
class App:
    """An application and everything beneath it.

    ``callback`` is what configuring it answered last, ``kept`` what no request of a walk changes,
    as it was shown at first; ``lost`` are the ids of recording rules that were deleted.
    """

    letter: str
    id: str
    name: str
    active: bool = True
    rule: RecordRule | None = None
    mode: str = OFF
    recorded_with: str | None = None
    callback: tuple[Any, ...] | None = None
    kept: Any = None
    jobs: list[Job] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def path(self) -> dict[str, Any]:
        """The path parameter that leads to it."""
        return {"app_id": self.id}

    @property
    def state(self) -> str:
        """How an answer names its state."""
        return ACTIVE if self.active else INACTIVE

    @property
    def recorded(self) -> bool:
        """Whether automatic recording is on with the rule that there is."""
        return self.mode == ON and self.rule is not None and self.recorded_with == self.rule.id

    def users_of(self, rule: str) -> list[Job]:
        """Its jobs that record, or may still record, with a rule."""
        return [job for job in self.jobs if job.rule == rule and not job.over]

    @property
    def rule_in_use(self) -> bool:
        """Whether something records, or may still record, with its rule."""
        return self.rule is not None and (self.recorded or bool(self.users_of(self.rule.id)))


@dataclass(slots=True)
class World:
    """All that a walk has made: the applications there are, and those that are gone."""

    apps: list[App] = field(default_factory=list)
    gone: list[App] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    jobs: int = 0
    writes: int = 0

    def named(self, name: str) -> App | None:
        """The application that has a name now."""
        return next((app for app in self.apps if app.name == name), None)

    def next_letter(self) -> str:
        """What the next application is called in the steps of the walk."""
        return LETTERS[(len(self.apps) + len(self.gone)) % len(LETTERS)]

    def every_job(self) -> list[tuple[App, Job]]:
        """Every job of an application that is there."""
        return [(app, job) for app in self.apps for job in app.jobs]


SEEN_BY_SHOW: Final[Mapping[str, Mapping[str, str]]] = {
    "CreateApp": {"name": "CreateApp/rule/shown-after-create"},
    "StopApp": {"state": "StopApp/rule/seen-by-show"},
    "StartApp": {"state": "StartApp/rule/seen-by-show"},
    "UpdateAutoRecord": {"automatic recording": "UpdateAutoRecord/rule/seen-by-app"},
    "UpdateRecordCallback": {"callback": "UpdateRecordCallback/rule/seen-by-app"},
}
"""By the operation that came before: the requirement that says what ShowApp shows of it."""

KEPT: Final[Mapping[str, str]] = {
    "StopApp": "StopApp/rule/nothing-else-changes",
    "StartApp": "StartApp/rule/nothing-else-changes",
}
"""By the operation that came before: the requirement that everything else stays."""
