"""Compares everything that a target shows on a random walk with the model."""

from __future__ import annotations

from typing import Any

from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.comparing.json_equality import same
from conformance.engine.comparing.round_trip import changed_fields
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.scenario import Answer, Blocked, Inconclusive, Scenario
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.model.wording import in_json
from conformance.suite.kit.applications import part
from conformance.suite.kit.jobs import IDENTITY, MIX, as_shown
from conformance.suite.kit.paged_lists import APPS
from conformance.suite.kit.recording_rules import plain
from conformance.suite.stateful.model import (
    KEPT,
    ON,
    SEEN_BY_SHOW,
    WALK,
    App,
    Disagreement,
    Job,
    World,
)

_ORDER = ("INIT", "RUNNING", "STOPPED")
_NO_ROOM = (MIX.rule("Create/job-quota"), "CreateApp/rule/at-most-20")
"""The tenant has no room for another job, another application."""
LEFT_OPEN = (Answer(400, ("*",)),)
"""A refusal that the document neither states nor excludes: the checks of any answer judge it."""
_KEPT = ("app_id", "create_time", "domain")
"""What an application never changes (table 5-26)."""


class Views:
    """A target and its model on one walk; raises Disagreement where they differ."""

    def __init__(self, scenario: Scenario, steps: list[str]) -> None:
        self.scenario = scenario
        self.world = World()
        self.steps = steps
        self.sent: list[int] = []
        """The numbers of the exchanges that may have changed something."""

    def step(self, text: str) -> None:
        """Note the step that the next requests belong to."""
        self.steps.append(text)

    def ask(self, operation: str, **how: Any) -> Exchange:
        """Send a request; its answer is judged by the model only."""
        template = self.scenario.template(operation, **how)
        lab = self.scenario.lab
        exchange = lab.send(template, judge=False)
        if not lab.contract.operation(operation).reads_only:
            self.sent.append(exchange.number)
        if exchange.response is None:
            failure = exchange.failure
            raise Inconclusive(f"network: {failure.message}" if failure else "network")
        if self.scenario.has_code_of(exchange, *_NO_ROOM):
            raise Blocked(f"{operation} answered {answer_excerpt(exchange)}")
        return exchange

    def refused(self, exchange: Exchange, rule: str) -> None:
        """The answer must be one of the refusals that the contract has for a rule."""
        self.expect(exchange, rule, *self.scenario.refusals(rule))

    def expect(self, exchange: Exchange, rule: str, *answers: Answer) -> None:
        """The answer must be one of those; otherwise model and target disagree."""
        expectation = Expectation(answers)
        conventions = self.scenario.lab.contract.conventions
        problem = refusal_problem(conventions, expectation, exchange)
        if problem is not None:
            operation = exchange.request.operation
            raise Disagreement(
                rule, f"{operation} {problem}", str(expectation), answer_excerpt(exchange), exchange
            )

    def alike(self, rule: str, found: Any, wanted: Any, what: str, exchange: Exchange) -> None:
        """A value in an answer must equal the model's."""
        if not same(found, wanted):
            shown, meant = in_json(found), in_json(wanted)
            raise Disagreement(rule, f"{what} reads {shown}, not {meant}", meant, shown, exchange)

    def new_id(self, exchange: Exchange, field: str, rule: str) -> str:
        """The id in the answer to a create, which must be new."""
        found = as_shown(exchange.json).get(field)
        if not isinstance(found, str) or not found or found in self.world.ids:
            problem = f"{field} of something new is {in_json(found)}"
            raise Disagreement(
                rule, problem, "an id not seen before", answer_excerpt(exchange), exchange
            )
        self.world.ids.add(found)
        return found

    def app(self, app: App, after: str = "") -> None:
        """An application must be shown as the previous requests left it (5.3)."""
        exchange = self.ask("ShowApp", path=app.path)
        self.expect(exchange, WALK, Answer(200))
        self._as_modelled(app, exchange.json, exchange, after)

    def rules(self, app: App, rule: str = WALK) -> None:
        """The list must contain the application's one recording rule, or nothing."""
        exchange = self.ask("ListRecordRules", path=app.path)
        self.expect(exchange, rule, Answer(200))
        rows = part(exchange.json, "rules") or []
        wanted = [app.rule.shown] if app.rule else []
        what = f"recording rules of application {app.letter}"
        self.alike(rule, [plain(row) for row in rows], wanted, what, exchange)

    def job(self, app: App, job: Job) -> None:
        """A job must be shown as created, in a state that can follow the last one seen."""
        asked = self.ask(job.kind.operations["Show"], path={**app.path, "job_id": job.id})
        missing = "Show/stopped-job-still-shown" if job.over else "Show/shown-as-created"
        self.expect(asked, job.kind.rule(missing), Answer(200))
        self.seen(app, job, asked)

    def seen(self, app: App, job: Job, shown: Exchange, *, stopping: bool = False) -> None:
        """Take over the state in an answer, if it may follow the last one."""
        kind, state = job.kind, part(shown.json, "state")
        what = f"{job.name} in application {app.letter}"
        steps = [one for one in _ORDER if _ORDER.index(one) >= _ORDER.index(job.state)]
        if state not in steps:
            forward = kind.rule("Show/state-moves-forward")
            self.alike(forward, state, " or ".join(steps), f"state of {what}", shown)
        if state == "STOPPED" and not (job.over or stopping or job.loose):
            other = kind.rule("Stop/stops-only-this-job")
            self.alike(other, state, "RUNNING", f"state of {what}, which nobody stopped", shown)
        lost = changed_fields(job.shown, shown.json, (*IDENTITY, *kind.settings))
        rule = kind.rule("Stop/settings-survive-stop" if job.over else "Show/shown-as-created")
        self.alike(rule, lost, [], f"what has changed of {what}", shown)
        job.state = str(state)

    def beneath(self, app: App) -> None:
        """Compare an application and everything inside it, except in the list of all."""
        self.app(app)
        self.rules(app)
        if app.rule is not None:
            exchange = self.ask("ShowRecordRule", path={**app.path, "rule_id": app.rule.id})
            self.expect(exchange, WALK, Answer(200))
            what = f"the recording rule of application {app.letter}"
            self.alike(WALK, plain(exchange.json), app.rule.shown, what, exchange)
        self._settings(app)
        for job in app.jobs:
            self.job(app, job)

    def everything(self) -> None:
        """Compare everything that exists, in every place that shows it."""
        for app in self.world.apps:
            self.beneath(app)
        whole = APPS.whole(self.scenario)
        for app in self.world.apps:
            rows = whole.named(app.id)
            what = f"how often application {app.letter} is in the list"
            self.alike(WALK, len(rows), 1, what, whole.exchange)
            self._as_modelled(app, rows[0], whole.exchange, "", " in the list")
        for app in self.world.gone:
            what = f"deleted application {app.letter} in the list"
            rule = "DeleteApp/rule/gone-from-list"
            self.alike(rule, list(whole.named(app.id)), [], what, whole.exchange)

    def _as_modelled(
        self, app: App, view: Any, exchange: Exchange, after: str, where: str = ""
    ) -> None:
        kept = {name: part(view, name) for name in _KEPT}
        app.kept = app.kept or kept
        stated = SEEN_BY_SHOW.get(after, {})
        for what, found, wanted in (*_of_app(app, view), ("what stays", kept, app.kept)):
            rule = stated.get(what, KEPT.get(after, WALK))
            self.alike(rule, found, wanted, f"{what} of application {app.letter}{where}", exchange)

    def _settings(self, app: App) -> None:
        asked = self.ask("ShowAutoRecord", path=app.path)
        found = _recording(part(asked.json, "auto_record_mode"))
        rule = "UpdateAutoRecord/rule/seen-by-query"
        what = f"automatic recording of application {app.letter}"
        self.alike(rule, found, _wanted_recording(app), what, asked)
        asked = self.ask("ShowRecordCallback", path=app.path)
        callback = callback_of(part(asked.json, "record_callback"))
        rule = "UpdateRecordCallback/rule/seen-by-query"
        self.alike(rule, callback, app.callback, f"callback of application {app.letter}", asked)


def callback_of(shown: Any) -> tuple[Any, ...] | None:
    """Address, key and time of a callback; None for none."""
    if not part(shown, "url"):
        return None
    return part(shown, "url"), part(shown, "auth_key") or "", part(shown, "update_time")


def _of_app(app: App, answer: Any) -> list[tuple[str, Any, Any]]:
    """What an answer shows of an application, and what the model has."""
    found: list[tuple[str, Any, Any]] = [
        ("name", part(answer, "app_name"), app.name),
        ("state", part(answer, "state", "state"), app.state),
        ("callback", callback_of(part(answer, "callbacks", "record_callback")), app.callback),
    ]
    setting = part(answer, "auto_record_mode")
    if setting is not None or app.mode == ON:
        found.append(("automatic recording", _recording(setting), _wanted_recording(app)))
    return found


def _recording(setting: Any) -> tuple[Any, Any]:
    """Mode and rule; a rule that is still shown with OFF is ignored."""
    mode = part(setting, "mode")
    return mode, part(setting, "record_rule_id") if mode == ON else None


def _wanted_recording(app: App) -> tuple[Any, Any]:
    return app.mode, app.recorded_with if app.mode == ON else None
