"""Jobs of both kinds (chapters 9 and 10): what they have in common is said once, of a kind.

Rules are named without their operation's id: ``Create/stream-name`` of a kind is the rule
``stream-name`` of the operation that starts such a job, ``{stranger}`` a name that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import Answer, NotApplicable, Scenario, answer_excerpt
from conformance.model.expectation import Expectation

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from conformance.engine.scenario import Rule
    from conformance.model.exchange import Exchange

NEVER_MADE: Final = "93d5f0b86ac14e27b8e1049f7d2c6a50"
"""An id of the documented look that no job, rule or application has; drawn like UNKNOWN_ID."""
RECORD_RULE: Final = "record_param.record_rule_id"
LEAST_IDLE: Final = 5
"""The least max_idle_time, in seconds (tables 9-4 and 10-3)."""
LONG: Final = 7200
"""An idle time, in seconds, that no scenario outlasts."""
_READY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class JobKind:
    """One of the two kinds of job: its operations, and where its requests and rules differ.

    ``full`` is the contract's example with every field, ``plain`` one without a recording rule;
    ``idle`` is the path of the idle time in a request; ``settings`` are the fields of an answer
    that repeat the request.
    """

    noun: str
    operations: Mapping[str, str]
    full: str
    plain: str
    idle: str
    room: str
    settings: tuple[str, ...]
    words: Mapping[str, str]

    def rule(self, name: str) -> str:
        """The full id of ``Create/stream-name`` and the like."""
        verb, _, rule = name.format(**self.words).partition("/")
        return f"{self.operations[verb]}/rule/{rule}"


def _operations(noun: str) -> dict[str, str]:
    return {verb: f"{verb}{noun}" for verb in ("Create", "Show", "Update", "Stop")}


MIX: Final = JobKind(
    noun="mix",
    operations=_operations("MixJob"),
    full="custom",
    plain="nine_grids",
    idle="mix_param.max_idle_time",
    room="mix_param.room_id",
    settings=("mix_param", "record_param"),
    words={"naming": "names-app-and-room", "stranger": "individual-job-not-found"},
)
INDIVIDUAL: Final = JobKind(
    noun="individual",
    operations=_operations("IndividualStreamJob"),
    full="full",
    plain="minimal",
    idle="max_idle_time",
    room="room_id",
    settings=(
        "is_record_audio",
        "video_type",
        "select_stream_type",
        "max_idle_time",
        "record_param",
    ),
    words={"naming": "names-app-room-and-user", "stranger": "mix-job-not-found"},
)
KINDS: Final = (MIX, INDIVIDUAL)
PANE: Final = {
    "id": 1,
    "user_id": "user4",
    "video_type": "CAMERASTREAM",
    "x": 0,
    "y": 0,
    "width": 1,
    "height": 1,
    "zorder": 0,
    "crop_mode": "KEEP_RATIO_CROP",
}
"""A pane of a mix that fills the whole picture."""
_IDS: Final = ("job_id", "app_id", "room_id")
IDENTITY: Final = ("job_id", "stream_name", "app_id", "room_id", "user_id", "create_time")
"""What a job never changes; the user belongs to jobs of chapter 10 alone."""


def other(kind: JobKind) -> JobKind:
    """The other kind of job."""
    return INDIVIDUAL if kind is MIX else MIX


def ids(*names: str) -> tuple[str, ...]:
    """The full ids of rules that both kinds have."""
    return tuple(kind.rule(name) for kind in KINDS for name in names)


def both(*names: str, effort: str = "standard") -> list[ParameterSet]:
    """Parametrize a test over both kinds, declared to judge those rules of each."""
    return [
        pytest.param(
            kind,
            id=kind.noun,
            marks=pytest.mark.sparkrtc_rules(*(kind.rule(name) for name in names), effort=effort),
        )
        for kind in KINDS
    ]


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a scenario has started: its path parameters, and the answer that created it."""

    path: Mapping[str, Any]
    start: Exchange

    @property
    def id(self) -> str:
        """Its job_id."""
        return str(self.path["job_id"])


class Jobs:
    """Starts, shows, changes and stops jobs of one kind, in the shared application by default."""

    def __init__(self, scenario: Scenario, kind: JobKind) -> None:
        self._scenario = scenario
        self.kind = kind

    def rule(self, name: str) -> Rule:
        """The declared rule with that short name."""
        return self._scenario.rule(self.kind.rule(name))

    def ask(self, *, app: str | None = None, **how: Any) -> Exchange:
        """Send a start request: the plain example by default.

        Its idle time is longer than any scenario, unless ``lasting=False``.
        """
        return self._scenario.send(self.kind.operations["Create"], **self._start(app, how))

    def start(self, *, app: str | None = None, **how: Any) -> Job:
        """Start a job that the test needs. Raises Blocked when that fails."""
        made = self._scenario.make(self.kind.operations["Create"], **self._start(app, how))
        identifier = value(made, "job_id")
        if not isinstance(identifier, str):
            raise Blocked(f"a start answered no job_id: {answer_excerpt(made)}")
        return Job({"app_id": app or self._scenario.given("app"), "job_id": identifier}, made)

    def running_in(self, room: str, known: Collection[str] = ()) -> Job:
        """A running job in that room; in another where the target takes no second job there.

        The catalogue has a code for a job that exists already, and no sentence says what makes
        two jobs the same (14.2): one of those ``known`` may be answered again. Raises Blocked when
        there is none.
        """
        change = {self.kind.room: room}
        if self.kind is INDIVIDUAL:
            change["user_id"] = self._scenario.name("user")
        made = self.ask(change=change)
        identifier = value(made, "job_id")
        if identifier in known:
            return self.running()
        if 200 <= made.status < 300 and isinstance(identifier, str):
            return self.ready(
                Job({"app_id": self._scenario.given("app"), "job_id": identifier}, made)
            )
        if not self._scenario.has_code_of(made, self.kind.rule("Create/duplicate-job")):
            raise Blocked(f"a second job in a room is not started: {answer_excerpt(made)}")
        return self.running()

    def running(self, **how: Any) -> Job:
        """Start a job and wait until it is RUNNING. Raises Blocked when it never is."""
        return self.ready(self.start(**how))

    def ready(self, job: Job) -> Job:
        """Wait until a job is RUNNING. Raises Blocked when it never is."""
        seen = self.seen(job, "RUNNING")
        if value(seen, "state") != "RUNNING" and not stateless(seen):
            raise Blocked(
                f"a job is not RUNNING after {_READY_SECONDS:.0f} s: {answer_excerpt(seen)}"
            )
        return job

    def show(self, job: Job) -> Exchange:
        """Show a job."""
        return self.call("Show", job.path)

    def update(self, job: Job, **how: Any) -> Exchange:
        """Change a job."""
        return self.call("Update", job.path, **how)

    def stop(self, job: Job, *accepted: Answer) -> Exchange:
        """Stop a job; the documented statuses, and those of ``accepted``, are accepted."""
        return self.call("Stop", job.path, accept=Expectation(accepted) if accepted else None)

    def stopped(self, **how: Any) -> Job:
        """Start a job, stop it and wait until it has ended. Raises Blocked when it does not."""
        job = self.running(**how)
        self._scenario.make(self.kind.operations["Stop"], path=job.path)
        state = value(self.seen(job, "STOPPED"), "state")
        if state in {"INIT", "RUNNING"}:
            raise Blocked(f"a job that was stopped is still {state}")
        return job

    def call(self, verb: str, path: Mapping[str, Any], **how: Any) -> Exchange:
        """Send any request about a job."""
        return self._scenario.send(self.kind.operations[verb], path=path, **how)

    def seen(
        self,
        job: Job,
        state: str,
        *,
        each: Callable[[Exchange], None] | None = None,
        seconds: float = _READY_SECONDS,
    ) -> Exchange:
        """Show a job until it is in that state, or time is over; ``each`` gets every answer.

        Raises NotApplicable where a job is shown without a state, as the examples of chapter 10
        print it, and its end is waited for: that the state is missing is judged by itself.
        """

        def look() -> Exchange:
            exchange = self.show(job)
            if each is not None:
                each(exchange)
            return exchange

        def wanted(body: Any) -> bool:
            waiting = {"INIT", "RUNNING"} - {state}
            return not isinstance(body, dict) or body.get("state") not in waiting

        subject = f"{self.kind.operations['Show']} {state}"
        found = self._scenario.until(look, wanted, seconds, subject=subject)
        if state == "STOPPED" and stateless(found):
            raise NotApplicable(STATELESS)
        return found

    def _start(self, app: str | None, how: dict[str, Any]) -> dict[str, Any]:
        lasting = {self.kind.idle: LONG} if how.pop("lasting", True) else {}
        change = {**lasting, **how.pop("change", {})}
        path = {"app_id": app} if app else {}
        return {"example": self.kind.plain, **how, "change": change, "path": path}


STATELESS: Final = "a job is shown without its state"


def stateless(exchange: Exchange) -> bool:
    """Whether a job is shown, and without a state."""
    return exchange.succeeded and value(exchange, "state") is None


def value(exchange: Exchange, name: str) -> Any:
    """A field of an answer; None if absent or null. Ids become text (E-10-numeric-ids)."""
    return as_shown(exchange.json).get(name)


def as_shown(answer: Any) -> dict[str, Any]:
    """A job as an answer shows it, with numeric ids as text; empty if it is not an object."""
    if not isinstance(answer, dict):
        return {}
    numbers = {name: str(answer[name]) for name in _IDS if type(answer.get(name)) is int}
    return {**answer, **numbers}
