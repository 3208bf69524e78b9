"""The steps of a random walk on applications, recording rules, automatic recording, callbacks.

Each step sends one request that the model knows the answer of, and looks at what it touched.
"""

from __future__ import annotations

from typing import Any

from conformance.cases.requests import UNKNOWN_ID
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.suite.applications import REFUSED, part
from conformance.suite.judging import error_code, refusal_problem, same, shown
from conformance.suite.pages import APPS
from conformance.suite.readback import not_read_back, sent
from conformance.suite.recording import NO_RULE, plain
from conformance.suite.rules import Answer, Blocked, Inconclusive, Scenario
from conformance.suite.walked import (
    KEPT,
    OFF,
    ON,
    SEEN_BY_SHOW,
    WALK,
    App,
    Disagreement,
    RecordRule,
    World,
)

NO_APP = Answer(404, ("RTC.00001015",))
_NAME_TAKEN = Answer(400, ("RTC.00001020",))
_NO_RULE = Answer(404, (NO_RULE,))
_IN_USE = Answer(400, ("RTC.00001013", "RTC.00001003"))
_NO_ROOM = frozenset({"RTC.00001007", "RTC.00001017"})
"""The tenant has no room for another job, another application."""
_FORMATS = ("mp4", "hls", "full")
HAUNTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DeleteApp", {}),
    ("StartApp", {}),
    ("StopApp", {}),
    ("CreateRecordRule", {}),
    ("ListRecordRules", {}),
    ("ShowAutoRecord", {}),
    ("UpdateAutoRecord", {"body": {"mode": OFF}}),
    ("UpdateRecordCallback", {}),
    ("ShowRecordCallback", {}),
)
"""What is asked of an application that was deleted."""


class Walker:
    """Walks a target and the model side by side; raises Disagreement where they part."""

    def __init__(self, scenario: Scenario, names: tuple[str, ...], steps: list[str]) -> None:
        self.scenario = scenario
        self.world = World()
        self.steps = steps
        self._names = names

    def create(self, number: int) -> None:
        """Create an application; a name that is taken is refused (5.1)."""
        name = self._names[number % len(self._names)]
        holder, used = self.world.named(name), any(a.name == name for a in self.world.gone)
        letter = self.world.next_letter()
        if holder is not None:
            self.step(f"create an application with the name of {holder.letter}")
        else:
            old = " (the name of one deleted before)" if used else ""
            self.step(f"create application {letter}{old}")
        made = self.ask("CreateApp", body={"app_name": name})
        if holder is not None:
            self.expect(made, "CreateApp/rule/name-unique-in-tenant", _NAME_TAKEN)
            self.look(holder, "CreateApp")
            return
        rule = "CreateApp/rule/name-free-after-delete" if used else WALK
        self.expect(made, rule, Answer(201))
        identifier = self.new_id(made, "app_id", "CreateApp/rule/ids-differ")
        app = App(letter, identifier, name)
        self.world.apps.append(app)
        self.look(app, "CreateApp")

    def taken(self, number: int) -> bool:
        """Whether an application has the name of that number."""
        return self.world.named(self._names[number % len(self._names)]) is not None

    def delete(self, app: App) -> None:
        """Delete an application; with something beneath it, it may be refused (5.4)."""
        self.step(f"delete {app.letter}")
        deleted = self.ask("DeleteApp", path=app.path)
        beneath = bool(app.rule) or any(not job.over for job in app.jobs)
        kept = (Answer(400, (REFUSED,)),) if beneath else ()
        plain_one = WALK if app.jobs else "DeleteApp/rule/with-nothing-beneath"
        rule = "DeleteApp/rule/with-rule" if app.rule else plain_one
        self.expect(deleted, rule, Answer(204), *kept)
        if deleted.status != 204:
            self.look(app, "DeleteApp")
            return
        self.world.apps.remove(app)
        self.world.gone.append(app)
        gone = self.ask("ShowApp", path=app.path)
        self.expect(gone, "DeleteApp/rule/gone", NO_APP)

    def haunt(self, app: App, number: int) -> None:
        """Nothing is found beneath an application that is gone (5.4)."""
        operation, how = HAUNTS[number % len(HAUNTS)]
        self.step(f"{operation} of {app.letter}, which is deleted")
        asked = self.ask(operation, path=app.path, **how)
        rule = "twice" if operation == "DeleteApp" else "gone-beneath"
        self.expect(asked, f"DeleteApp/rule/{rule}", NO_APP)

    def switch(self, app: App, *, on: bool) -> None:
        """Enable or disable; what is so already stays so, refused or not (5.5, 5.6)."""
        operation, word = ("StartApp", "activated") if on else ("StopApp", "deactivated")
        self.step(f"{'enable' if on else 'disable'} {app.letter}")
        switched = self.ask(operation, path=app.path)
        again = app.active is on
        refused = (Answer(400, (REFUSED,)),) if again else ()
        rule = f"{operation}/rule/{'twice' if again else f'state-{word}'}"
        self.expect(switched, rule, Answer(200), *refused)
        app.active = on
        for job in app.jobs:
            job.loose = job.loose or not on
        if switched.status == 200:
            self.alike(rule, part(switched.json, "state", "state"), app.state, "state", switched)
        self.look(app, operation)

    def write_rule(self, app: App, number: int) -> None:
        """Create a recording rule; where there is one already, it is updated (6.1)."""
        example = _FORMATS[number % len(_FORMATS)]
        word = "again" if app.rule else f"in {app.letter}"
        self.step(f"create a recording rule {word} ({app.letter}, {example})")
        made = self.ask("CreateRecordRule", example=example, path=app.path)
        old = app.rule
        if self._left_open(made, app, WALK, 201):
            return
        if old is None:
            identifier = self.new_id(made, "rule_id", WALK)
        else:
            identifier = old.id
            found = part(made.json, "rule_id")
            rule = "CreateRecordRule/rule/one-per-location"
            self.alike(rule, found, old.id, "rule_id of the rule of this location", made)
        name = "second-create-replaces" if old else "read-back"
        self._written(app, identifier, f"CreateRecordRule/rule/{name}", made)
        listed = "one-per-location" if old else "listed-after-create"
        self._listed(app, f"CreateRecordRule/rule/{listed}")

    def update_rule(self, app: App, number: int) -> None:
        """Update the recording rule: it is what was sent last (6.4)."""
        if app.rule is None:
            return
        example = _FORMATS[number % len(_FORMATS)]
        self.step(f"update the recording rule of {app.letter} ({example})")
        path = {**app.path, "rule_id": app.rule.id}
        updated = self.ask("UpdateRecordRule", example=example, path=path)
        if self._left_open(updated, app, WALK, 200):
            return
        self._written(app, app.rule.id, "UpdateRecordRule/rule/read-back", updated)
        self._listed(app, "UpdateRecordRule/rule/seen-by-list")

    def delete_rule(self, app: App) -> None:
        """Delete the recording rule: refused while it is in use (6.5)."""
        if app.rule is None:
            return
        self.step(f"delete the recording rule of {app.letter}")
        path = {**app.path, "rule_id": app.rule.id}
        users = app.users_of(app.rule.id)
        automatic = app.mode == ON and app.recorded_with == app.rule.id
        deleted = self.ask("DeleteRecordRule", path=path)
        if automatic or any(not job.loose for job in users):
            by = "auto-record" if automatic else "job"
            self.expect(deleted, f"DeleteRecordRule/rule/in-use-by-{by}", _IN_USE)
        elif users:
            self.expect(deleted, WALK, Answer(204), _IN_USE)
        elif self._left_open(deleted, app, "DeleteRecordRule/rule/deletable-after-release", 204):
            return
        if deleted.status == 204:
            app.rule = None
            again = self.ask("ShowRecordRule", path=path)
            self.expect(again, "DeleteRecordRule/rule/gone", _NO_RULE)
            self._listed(app, "DeleteRecordRule/rule/gone-from-list")
        else:
            self._listed(app, "DeleteRecordRule/rule/in-use-survives")
        self.look(app, "DeleteRecordRule")

    def record(self, app: App, *, on: bool) -> None:
        """Switch automatic recording, on with the rule there is (7.1)."""
        rule = app.rule
        if on and rule is None:
            self.step(f"automatic recording of {app.letter} on, with a rule never made")
            body = {"mode": ON, "record_rule_id": UNKNOWN_ID}
            asked = self.ask("UpdateAutoRecord", path=app.path, body=body)
            refusals = (_NO_RULE, Answer(400, ("RTC.00001003", REFUSED)))
            self.expect(asked, "UpdateAutoRecord/rule/unknown-rule", *refusals)
            self.look(app, "UpdateAutoRecord")
            return
        self.step(f"automatic recording of {app.letter} {'on' if on else 'off'}")
        with_rule = {"record_rule_id": rule.id} if on and rule is not None else {}
        body = {"mode": ON if on else OFF, **with_rule}
        asked = self.ask("UpdateAutoRecord", path=app.path, body=body)
        if self._left_open(asked, app, WALK, 200):
            return
        app.mode = body["mode"]
        app.recorded_with = body.get("record_rule_id")
        self.look(app, "UpdateAutoRecord")

    def call_back(self, app: App, number: int) -> None:
        """Configure the recording callback: the last address is the one (8.1)."""
        listener = self.scenario.lab.settings.fixtures.callback_url
        url = f"{(listener or 'http://mydomain.com').rstrip('/')}/walk-{number}"
        self.step(f"recording callback of {app.letter} to …/walk-{number}")
        asked = self.ask("UpdateRecordCallback", path=app.path, body={"url": url})
        if self._left_open(asked, app, WALK, 200):
            return
        app.url = url
        self.look(app, "UpdateRecordCallback")

    def look(self, app: App, after: str = "") -> None:
        """An application is shown as the requests before have left it (5.3)."""
        exchange = self.ask("ShowApp", path=app.path)
        stated = SEEN_BY_SHOW.get(after, {})
        self.expect(exchange, WALK, Answer(200))
        for what, found, wanted in _of_app(app, exchange.json):
            rule = stated.get(what, KEPT.get(after, WALK))
            self.alike(rule, found, wanted, f"{what} of application {app.letter}", exchange)

    def look_at_all(self) -> None:
        """Everything is as the requests before have left it, in every place that shows it."""
        for app in self.world.apps:
            self.look(app)
            self._listed(app, WALK)
            self._settings(app)
        whole = APPS.whole(self.scenario)
        for app in self.world.apps:
            states = [part(row, "state", "state") for row in whole.named(app.id)]
            what = f"the states of application {app.letter} in the list"
            self.alike(WALK, states, [app.state], what, whole.exchange)
        for app in self.world.gone:
            what = f"deleted application {app.letter} in the list"
            rule = "DeleteApp/rule/gone-from-list"
            self.alike(rule, list(whole.named(app.id)), [], what, whole.exchange)

    def step(self, text: str) -> None:
        """Note the step that the next request belongs to."""
        self.steps.append(text)

    def ask(self, operation: str, **how: Any) -> Exchange:
        """Send a request; its answer is judged by the model alone."""
        template = self.scenario.template(operation, **how)
        exchange = self.scenario.lab.send(template, judge=False)
        if exchange.response is None:
            failure = exchange.failure
            raise Inconclusive(f"network: {failure.message}" if failure else "network")
        if error_code(exchange) in _NO_ROOM:
            raise Blocked(f"{operation} answered {shown(exchange)[:160]}")
        return exchange

    def expect(self, exchange: Exchange, rule: str, *answers: Answer) -> None:
        """The answer is one of those; otherwise model and target disagree."""
        expectation = Expectation(answers)
        problem = refusal_problem(expectation, exchange)
        if problem is not None:
            operation = exchange.request.operation
            raise Disagreement(
                rule, f"{operation} {problem}", str(expectation), shown(exchange), exchange
            )

    def alike(self, rule: str, found: Any, wanted: Any, what: str, exchange: Exchange) -> None:
        """A value that an answer shows is the model's."""
        if not same(found, wanted):
            raise Disagreement(
                rule, f"{what} reads {found!r}, not {wanted!r}", repr(wanted), repr(found), exchange
            )

    def new_id(self, exchange: Exchange, field: str, rule: str) -> str:
        """The id that a create has answered, which nothing had before."""
        found = part(exchange.json, field)
        if not isinstance(found, str) or not found or found in self.world.ids:
            problem = f"{field} of something new is {found!r}"
            raise Disagreement(rule, problem, "an id not seen before", shown(exchange), exchange)
        self.world.ids.add(found)
        return found

    def _left_open(self, exchange: Exchange, app: App, rule: str, status: int) -> bool:
        """Whether a disabled application refused what the document does not say it takes."""
        refused = () if app.active else (Answer(400, (REFUSED,)),)
        self.expect(exchange, rule, Answer(status), *refused)
        return exchange.status != status

    def _written(self, app: App, identifier: str, rule: str, exchange: Exchange) -> None:
        lacking = not_read_back(plain(sent(exchange)), plain(exchange.json))
        lacking = [one for one in lacking if one != "obs_addr.object reads None, not ''"]
        if lacking:
            problem = f"the rule was sent other values: {'; '.join(lacking)}"
            raise Disagreement(rule, problem, str(sent(exchange)), shown(exchange), exchange)
        app.rule = RecordRule(identifier, plain(exchange.json))

    def _listed(self, app: App, rule: str) -> None:
        """The list of an application holds its one rule as it was answered last, or nothing."""
        exchange = self.ask("ListRecordRules", path=app.path)
        self.expect(exchange, rule, Answer(200))
        rows = part(exchange.json, "rules") or []
        wanted = [app.rule.shown] if app.rule else []
        what = f"recording rules of application {app.letter}"
        self.alike(rule, [plain(row) for row in rows], wanted, what, exchange)

    def _settings(self, app: App) -> None:
        asked = self.ask("ShowAutoRecord", path=app.path)
        found = _recording(part(asked.json, "auto_record_mode"))
        rule = "UpdateAutoRecord/rule/seen-by-query"
        what = f"automatic recording of application {app.letter}"
        self.alike(rule, found, _wanted_recording(app), what, asked)
        asked = self.ask("ShowRecordCallback", path=app.path)
        url = part(asked.json, "record_callback", "url") or None
        rule = "UpdateRecordCallback/rule/seen-by-query"
        self.alike(rule, url, app.url, f"callback of application {app.letter}", asked)


def _of_app(app: App, answer: Any) -> list[tuple[str, Any, Any]]:
    """What ShowApp shows of an application, and what the model has."""
    url = part(answer, "callbacks", "record_callback", "url") or None
    found: list[tuple[str, Any, Any]] = [
        ("name", part(answer, "app_name"), app.name),
        ("state", part(answer, "state", "state"), app.state),
        ("callback", url, app.url),
    ]
    setting = part(answer, "auto_record_mode")
    if setting is not None or app.mode == ON:
        found.append(("automatic recording", _recording(setting), _wanted_recording(app)))
    return found


def _recording(setting: Any) -> tuple[Any, Any]:
    """Mode and rule; the rule that an OFF keeps naming counts for none."""
    mode = part(setting, "mode")
    return mode, part(setting, "record_rule_id") if mode == ON else None


def _wanted_recording(app: App) -> tuple[Any, Any]:
    return app.mode, app.recorded_with if app.mode == ON else None
