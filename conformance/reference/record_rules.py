"""Chapter 6: recording rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference import refusals
from conformance.reference.clock import later, timestamp
from conformance.reference.models.applications import Page
from conformance.reference.models.record_rules import RecordRule, RecordRuleBody, RecordRuleList
from conformance.reference.operation import Call, Operation, RuleOf, find_app, find_rule
from conformance.reference.refusals import Refusal
from conformance.reference.resources import App, Rule

if TYPE_CHECKING:
    from datetime import datetime


def create_rule(call: Call, app: App, body: RecordRuleBody) -> RecordRule:
    """Create the application's rule for a location, or update the one it has there (6.1)."""
    location = body.obs_addr.location
    rule = next((one for one in app.rules.values() if one.location == location), None)
    if rule is not None:
        return _replace(call, RuleOf(app, rule), body)
    rule = Rule(call.world.ids.resource(), location, _content(body), call.now, call.now)
    app.rules[rule.rule_id] = rule
    return _show(app, rule)


def list_rules(_call: Call, app: App, query: Page) -> RecordRuleList:
    """List one page of the application's rules, oldest first (6.2)."""
    page = list(app.rules.values())[query.bounds]
    return RecordRuleList(rules=tuple(_show(app, rule) for rule in page))


def show_rule(_call: Call, subject: RuleOf, _body: None) -> RecordRule:
    """Show a rule (6.3)."""
    return _show(subject.app, subject.rule)


def update_rule(call: Call, subject: RuleOf, body: RecordRuleBody) -> RecordRule:
    """Replace a rule's content (6.4)."""
    return _replace(call, subject, body)


def delete_rule(call: Call, subject: RuleOf, _body: None) -> None:
    """Delete a rule that nothing uses (6.5)."""
    if _in_use(subject, call.now):
        raise Refusal(refusals.RULE_IN_USE)
    del subject.app.rules[subject.rule.rule_id]


def _replace(call: Call, subject: RuleOf, body: RecordRuleBody) -> RecordRule:
    rule = subject.rule
    rule.location = body.obs_addr.location
    rule.content = _content(body)
    rule.updated = later(rule.updated, call.now)
    return _show(subject.app, rule)


def _in_use(subject: RuleOf, now: datetime) -> bool:
    """Automatic recording is on with it, or an unfinished job records by it."""
    app, rule_id = subject.app, subject.rule.rule_id
    automatic = app.auto_record
    if automatic.mode != "AUTO_RECORD_OFF" and automatic.record_rule_id == rule_id:
        return True
    return any(job.record_rule_id == rule_id and not job.finished(now) for job in app.open_jobs)


def _content(body: RecordRuleBody) -> dict[str, Any]:
    """Keep what was sent with its defaults; a configuration that was not sent stays out."""
    return body.model_dump(exclude={"hls_config", "mp4_config"} - body.model_fields_set)


def _show(app: App, rule: Rule) -> RecordRule:
    return RecordRule(
        rule_id=rule.rule_id,
        app_id=app.app_id,
        create_time=timestamp(rule.created),
        update_time=timestamp(rule.updated),
        **rule.content,
    )


_RULES = "/v2/apps/{app_id}/record-rules"
_RULE = "/v2/apps/{app_id}/record-rules/{rule_id}"

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation("CreateRecordRule", "POST", _RULES, 201, find_app, create_rule, body=RecordRuleBody),
    Operation("ListRecordRules", "GET", _RULES, 200, find_app, list_rules, query=Page),
    Operation("ShowRecordRule", "GET", _RULE, 200, find_rule, show_rule),
    Operation("UpdateRecordRule", "PUT", _RULE, 200, find_rule, update_rule, body=RecordRuleBody),
    Operation("DeleteRecordRule", "DELETE", _RULE, 204, find_rule, delete_rule),
)
