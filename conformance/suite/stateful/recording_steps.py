"""Steps of the random walk on recording rules and automatic recording (6 and 7)."""

from __future__ import annotations

from typing import Any

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.comparing.round_trip import not_read_back, sent_object
from conformance.engine.scenario import Answer
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part
from conformance.suite.kit.recording_rules import plain
from conformance.suite.stateful.model import OFF, ON, WALK, App, Disagreement, RecordRule
from conformance.suite.stateful.observer import LEFT_OPEN, Views

_FORMATS = ("mp4", "hls", "full")


class RuleWalker:
    """The steps on recording; ``views`` has the model and the target."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def write(self, app: App, number: int) -> None:
        """Create a recording rule; an existing one is updated (6.1)."""
        views, old = self._views, app.rule
        word = "again" if old else f"in {app.letter}"
        how = self._content(number)
        views.step(f"create a recording rule {word} ({app.letter}, {how['example']})")
        made = views.ask("CreateRecordRule", path=app.path, **how)
        if self._left_open(made, app, WALK, 201):
            return
        if old is None:
            identifier = views.new_id(made, "rule_id", WALK)
        else:
            identifier = old.id
            rule = "CreateRecordRule/rule/one-per-location"
            found = part(made.json, "rule_id")
            views.alike(rule, found, old.id, "rule_id of the rule of this location", made)
        name = "second-create-replaces" if old else "read-back"
        self._written(app, identifier, f"CreateRecordRule/rule/{name}", made)
        listed = "one-per-location" if old else "listed-after-create"
        views.rules(app, f"CreateRecordRule/rule/{listed}")

    def update(self, app: App, number: int) -> None:
        """Update the recording rule: it becomes what was sent (6.4)."""
        if app.rule is None:
            return
        views, how = self._views, self._content(number)
        views.step(f"update the recording rule of {app.letter} ({how['example']})")
        path = {**app.path, "rule_id": app.rule.id}
        updated = views.ask("UpdateRecordRule", path=path, **how)
        if self._left_open(updated, app, WALK, 200):
            return
        views.alike(WALK, part(updated.json, "rule_id"), app.rule.id, "rule_id", updated)
        self._written(app, app.rule.id, "UpdateRecordRule/rule/read-back", updated)
        views.rules(app, "UpdateRecordRule/rule/seen-by-list")

    def delete(self, app: App) -> None:
        """Delete the recording rule: refused while it is in use (6.5)."""
        if app.rule is None:
            return
        views = self._views
        views.step(f"delete the recording rule of {app.letter}")
        path = {**app.path, "rule_id": app.rule.id}
        users = app.users_of(app.rule.id)
        deleted = views.ask("DeleteRecordRule", path=path)
        if app.recorded or any(not job.loose for job in users):
            by = "auto-record" if app.recorded else "job"
            views.refused(deleted, f"DeleteRecordRule/rule/in-use-by-{by}")
        elif users:
            in_use = views.scenario.refusals("DeleteRecordRule/rule/in-use-by-job")
            views.expect(deleted, WALK, Answer(204), *in_use)
        else:
            open_ = "DeleteRecordRule/rule/deletable-after-release"
            refused = () if app.active else LEFT_OPEN
            views.expect(deleted, open_, Answer(204), *refused)
        if deleted.status == 204:
            app.lost.append(app.rule.id)
            app.rule = None
            again = views.ask("ShowRecordRule", path=path)
            views.refused(again, "DeleteRecordRule/rule/gone")
            views.rules(app, "DeleteRecordRule/rule/gone-from-list")
        else:
            views.rules(app, "DeleteRecordRule/rule/in-use-survives")
        views.app(app, "DeleteRecordRule")

    def record(self, app: App, *, on: bool) -> None:
        """Switch automatic recording on with the existing rule, or off (7.1)."""
        views, rule = self._views, app.rule
        if on and rule is None:
            self._record_with(app, app.lost[-1] if app.lost else UNKNOWN_ID)
            return
        views.step(f"automatic recording of {app.letter} {'on' if on else 'off'}")
        with_rule = {"record_rule_id": rule.id} if on and rule is not None else {}
        body = {"mode": ON if on else OFF, **with_rule}
        asked = views.ask("UpdateAutoRecord", path=app.path, body=body)
        refused = () if app.active else LEFT_OPEN
        views.expect(asked, WALK, Answer(200), *refused)
        if asked.status == 200:
            app.mode = body["mode"]
            app.recorded_with = body.get("record_rule_id")
        views.app(app, "UpdateAutoRecord")

    def use_deleted(self, app: App, number: int) -> None:
        """A deleted recording rule is not found (6.3 to 6.5, 7.1)."""
        if not app.lost:
            return
        lost = app.lost[number % len(app.lost)]
        operations = ("ShowRecordRule", "UpdateRecordRule", "DeleteRecordRule", "UpdateAutoRecord")
        operation = operations[number % len(operations)]
        if operation == "UpdateAutoRecord":
            self._record_with(app, lost)
            return
        views = self._views
        views.step(f"{operation} of a rule of {app.letter} that is deleted")
        asked = views.ask(operation, path={**app.path, "rule_id": lost})
        views.refused(asked, "DeleteRecordRule/rule/gone")
        views.rules(app)

    def look_across(self, owner: App, other: App, number: int) -> None:
        """A recording rule of one application is not found under another (6.3 to 6.5)."""
        if other is owner or owner.rule is None:
            return
        views = self._views
        operations = ("ShowRecordRule", "UpdateRecordRule", "DeleteRecordRule")
        operation = operations[number % len(operations)]
        views.step(f"{operation} of the rule of {owner.letter} beneath {other.letter}")
        asked = views.ask(operation, path={**other.path, "rule_id": owner.rule.id})
        views.refused(asked, f"{operation}/rule/foreign-rule")
        views.rules(owner)
        views.rules(other)

    def _record_with(self, app: App, rule: str) -> None:
        views = self._views
        views.step(f"automatic recording of {app.letter} on, with a rule that is not there")
        body = {"mode": ON, "record_rule_id": rule}
        asked = views.ask("UpdateAutoRecord", path=app.path, body=body)
        rule_id = "UpdateAutoRecord/rule/unknown-rule"
        more = () if app.active else LEFT_OPEN
        views.expect(asked, rule_id, *views.scenario.refusals(rule_id), *more)
        views.app(app, "UpdateAutoRecord")

    def _content(self, number: int) -> dict[str, Any]:
        """The content of a recording rule that differs from the current one."""
        world = self._views.world
        world.writes += 1
        change = {"obs_addr.object": f"Walk{world.writes}/"}
        return {"example": _FORMATS[number % len(_FORMATS)], "change": change}

    def _left_open(self, exchange: Exchange, app: App, rule: str, status: int) -> bool:
        """Whether a refusal is permitted: while disabled, while in use."""
        open_ = not app.active or app.rule_in_use
        refused = LEFT_OPEN if open_ else ()
        self._views.expect(exchange, rule, Answer(status), *refused)
        if exchange.status != status:
            self._views.rules(app)
        return exchange.status != status

    def _written(self, app: App, identifier: str, rule: str, exchange: Exchange) -> None:
        lacking = not_read_back(plain(sent_object(exchange)), plain(exchange.json))
        if lacking:
            problem = f"the rule was sent other values: {'; '.join(lacking)}"
            raise Disagreement(
                rule, problem, str(sent_object(exchange)), answer_excerpt(exchange), exchange
            )
        created = part(app.rule.shown if app.rule else None, "create_time")
        if created is not None:
            found = part(exchange.json, "create_time")
            kept = "UpdateRecordRule/rule/create-time-kept"
            self._views.alike(kept, found, created, "create_time of the rule", exchange)
        app.rule = RecordRule(identifier, plain(exchange.json))
