"""Chapters 5 to 10: a change is a change of what it names, and of nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.engine.scenario import Rule, Scenario, rules, same
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import callback_address, plain, show
from conformance.suite.kit.jobs import MIX, JobKind, Jobs, as_shown, both
from conformance.suite.kit.recording_rules import plain as plain_rule

_LATER = {"obs_addr.object": "Elsewhere/"}
_PROGRESS = frozenset({"state", "start_time"})
"""What moves by itself while a job begins."""
_UPDATES: Mapping[str, dict[str, Any]] = {
    MIX.noun: {"example": "custom"},
    "individual": {"example": "record_rule"},
}


@dataclass(frozen=True, slots=True)
class _Change:
    """A request about the first application, and what may be another afterwards.

    ``needs_rule``: its path names the rule. ``other_disabled``: the second one is disabled before.
    """

    rule: str
    operation: str
    how: Mapping[str, Any] = field(default_factory=dict)
    may_change: frozenset[str] = frozenset()
    needs_rule: bool = False
    other_disabled: bool = False


def _changes(scenario: Scenario, rule_id: str) -> tuple[_Change, ...]:
    """In an order in which each is possible: enabled again, and before the rule is in use."""
    address = callback_address(scenario, path="/other")
    recording = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": rule_id}
    state = frozenset({"app.state"})
    return (
        _Change("StopApp/rule/other-apps-untouched", "StopApp", may_change=state),
        _Change(
            "StartApp/rule/other-apps-untouched", "StartApp", may_change=state, other_disabled=True
        ),
        _Change(
            "UpdateRecordCallback/rule/nothing-else-changes",
            "UpdateRecordCallback",
            {"body": {"url": address}},
            frozenset({"app.callbacks.record_callback", "app.record_callback"}),
        ),
        _Change(
            "UpdateRecordRule/rule/other-apps-untouched",
            "UpdateRecordRule",
            {"example": "minimal", "change": _LATER},
            frozenset({"rule"}),
            needs_rule=True,
        ),
        _Change(
            "CreateRecordRule/rule/other-apps-untouched",
            "CreateRecordRule",
            {"example": "full", "change": {"obs_addr.object": "Anew/"}},
            frozenset({"rule"}),
        ),
        _Change(
            "UpdateAutoRecord/rule/nothing-else-changes",
            "UpdateAutoRecord",
            {"body": recording},
            frozenset({"app.auto_record_mode"}),
        ),
    )


@rules(
    "StopApp/rule/other-apps-untouched",
    "StartApp/rule/other-apps-untouched",
    "UpdateRecordCallback/rule/nothing-else-changes",
    "UpdateAutoRecord/rule/nothing-else-changes",
    "UpdateRecordRule/rule/other-apps-untouched",
    "CreateRecordRule/rule/other-apps-untouched",
)
def test_a_change_of_an_application_is_of_nothing_else(scenario: Scenario) -> None:
    """Two applications with a callback and a rule each: both are looked at after each change."""
    ours = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    theirs = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    for path in (ours, theirs):
        body = {"url": callback_address(scenario, path="/own")}
        scenario.make("UpdateRecordCallback", path={"app_id": path["app_id"]}, body=body)
    for change in _changes(scenario, ours["rule_id"]):
        if change.other_disabled:
            scenario.make("StopApp", path={"app_id": theirs["app_id"]})
        before = _views(scenario, ours, theirs)
        path = ours if change.needs_rule else {"app_id": ours["app_id"]}
        sent = scenario.send(change.operation, path=path, **change.how)
        rule = scenario.rule(change.rule)
        if not sent.succeeded:
            rule.inconclusive(f"the change was answered with {sent.status}")
            continue
        after = _views(scenario, ours, theirs)
        _judge_unmoved(rule, change.operation, before, after, change.may_change, sent)


def _views(
    scenario: Scenario, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that is shown of both, by its name."""
    seen: dict[str, Any] = {}
    for prefix, path in (("", ours), ("other ", theirs)):
        app = plain(show(scenario, path["app_id"]).json)
        callbacks = {f"callbacks.{name}": one for name, one in app.pop("callbacks").items()}
        seen |= {f"{prefix}app.{name}": value for name, value in {**app, **callbacks}.items()}
        seen[f"{prefix}rule"] = plain_rule(scenario.make("ShowRecordRule", path=path).json)
    return seen


def _judge_unmoved(
    rule: Rule,
    what: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    may_change: frozenset[str],
    exchange: Exchange,
) -> None:
    """Judge that two views are the same but for what may change."""
    moved = [
        name
        for name in sorted(before.keys() | after.keys())
        if name not in may_change and not same(before.get(name), after.get(name))
    ]
    rule.that(
        not moved,
        f"{what} changed {', '.join(moved)}",
        expected={name: before.get(name) for name in moved},
        actual={name: after.get(name) for name in moved},
        exchange=exchange,
    )


@pytest.mark.parametrize("kind", both("Update/other-jobs-untouched"))
def test_a_change_of_a_job_is_of_no_other(scenario: Scenario, kind: JobKind) -> None:
    """Two jobs in rooms of their own: one is changed, the other one is as it was (9.3, 10.4)."""
    jobs = Jobs(scenario, kind)
    example = "custom" if kind is MIX else "minimal"
    own, other = (
        jobs.running(example=example, change={kind.room: scenario.name("room")}) for _ in range(2)
    )
    before = as_shown(jobs.show(other).json)
    rule = jobs.rule("Update/other-jobs-untouched")
    changed = jobs.update(own, **_UPDATES[kind.noun])
    if not changed.succeeded:
        rule.inconclusive(f"the change was answered with {changed.status}")
        return
    seen = jobs.show(other)
    what = jobs.kind.operations["Update"]
    _judge_unmoved(rule, what, before, as_shown(seen.json), _PROGRESS, seen)
