"""A small model of what exists at the target according to the document."""

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
    """Target and model differ; the steps that led there can be reduced."""

    def __init__(
        self, requirement: str, problem: str, expected: str, actual: str, exchange: Exchange
    ) -> None:
        self.requirement = requirement
        self.problem = problem
        self.expected = expected
        self.actual = actual
        self.exchange = exchange
        self.steps: tuple[str, ...] = ()
        self.sent: tuple[int, ...] = ()
        """The numbers of the exchanges that made the world what it was."""
        super().__init__(f"{requirement}: {problem}")


@dataclass(slots=True)
class Job:
    """A job: the answer to its start or last update, its recording rule, its last state.

    ``loose``: its application was disabled since; the document does not say whether that ends it.
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
        """Whether it was seen to have ended."""
        return self.state == "STOPPED"

    @property
    def name(self) -> str:
        """How the steps of a walk call it."""
        return f"{self.kind.noun} job {self.letter}"


@dataclass(slots=True)
class RecordRule:
    """The recording rule of an application, as in the last answer."""

    id: str
    shown: Any


@dataclass(slots=True)
class App:
    """An application and everything inside it.

    ``callback`` is the answer to its last configuration, ``kept`` what no request of a walk
    changes, as shown at first; ``lost`` are the ids of deleted recording rules.
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
        """The name of its state in answers."""
        return ACTIVE if self.active else INACTIVE

    @property
    def recorded(self) -> bool:
        """Whether automatic recording is on with the current recording rule."""
        return self.mode == ON and self.rule is not None and self.recorded_with == self.rule.id

    def users_of(self, rule: str) -> list[Job]:
        """Its jobs that record, or may still record, with a recording rule."""
        return [job for job in self.jobs if job.rule == rule and not job.over]

    @property
    def rule_in_use(self) -> bool:
        """Whether anything records, or may still record, with its recording rule."""
        return self.rule is not None and (self.recorded or bool(self.users_of(self.rule.id)))


@dataclass(slots=True)
class World:
    """The model: the applications that exist, and those that are deleted."""

    apps: list[App] = field(default_factory=list)
    gone: list[App] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    jobs: int = 0
    writes: int = 0

    def named(self, name: str) -> App | None:
        """The application with that name."""
        return next((app for app in self.apps if app.name == name), None)

    def next_letter(self) -> str:
        """The letter for the next application in the steps of the walk."""
        return LETTERS[(len(self.apps) + len(self.gone)) % len(LETTERS)]

    def every_job(self) -> list[tuple[App, Job]]:
        """Every job of an existing application."""
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
