"""Chapter 6: recording rules are deleted, unless they are in use (6.5)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.comparing.round_trip import sent_object
from conformance.engine.comparing.timestamps import earlier, is_time
from conformance.engine.scenario import Answer, Blocked, Scenario, rules
from conformance.suite.kit import applications
from conformance.suite.kit.applications import part
from conformance.suite.kit.jobs import INDIVIDUAL, KINDS, Job, JobKind, Jobs, other
from conformance.suite.kit.recording_rules import listed_as, plain, same_rule, show


@rules(
    "DeleteRecordRule/rule/gone",
    "DeleteRecordRule/rule/gone-from-list",
    "DeleteRecordRule/rule/twice",
    "DeleteRecordRule/rule/location-free-again",
    "DeleteRecordRule/rule/others-untouched",
    effort="quick",
)
def test_a_deleted_rule_is_gone(scenario: Scenario) -> None:
    """Section 6.5: not found, not listed; its location is free, everything else stays."""
    bystander = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    others = [show(scenario, bystander).json, applications.show(scenario, path["app_id"]).json]
    old = show(scenario, path).json
    gone = scenario.rule("DeleteRecordRule/rule/gone")
    if not gone.succeeded(scenario.send("DeleteRecordRule", path=path)):
        return
    for operation in ("ShowRecordRule", "UpdateRecordRule"):
        gone.refused(scenario.send(operation, path=path))
    listed_as(
        scenario.rule("DeleteRecordRule/rule/gone-from-list"),
        scenario,
        path["app_id"],
        [],
        "the list after the only rule was deleted",
    )
    again = scenario.send("DeleteRecordRule", path=path)
    scenario.rule("DeleteRecordRule/rule/twice").refused(again)
    _judge_others(scenario, bystander, path["app_id"], others)
    _judge_anew(scenario, path["app_id"], old)


def _judge_others(
    scenario: Scenario, bystander: dict[str, Any], app: str, before: list[Any]
) -> None:
    rule = scenario.rule("DeleteRecordRule/rule/others-untouched")
    shown = scenario.send("ShowRecordRule", path=bystander)
    same_rule(rule, shown.json, before[0], "the rule of another application", shown)
    after = applications.show(scenario, app)
    applications.unchanged(rule, before[1], after, "deleting its recording rule")


def _judge_anew(scenario: Scenario, app: str, old: Any) -> None:
    """A rule made after the deletion is a new one: its creation is not that of the old one."""
    rule = scenario.rule("DeleteRecordRule/rule/location-free-again")
    made = scenario.send("CreateRecordRule", path={"app_id": app})
    if not rule.answered(made, Answer(201)):
        return
    created, before = part(made.json, "create_time"), part(old, "create_time")
    whole_seconds = is_time(created) and not str(created).partition(".")[2].strip("0Z")
    if created == before and whole_seconds:
        rule.inconclusive("old and new rule were created within the same second")
        return
    rule.that(
        created != before and not earlier(created, before),
        "create_time of a rule made after the deletion of another",
        expected=f"later than {before}",
        actual=created,
        exchange=made,
    )


@rules(
    "DeleteRecordRule/rule/in-use-by-auto-record",
    "DeleteRecordRule/rule/in-use-survives",
    "DeleteRecordRule/rule/deletable-after-release",
    "CreateRecordRule/rule/in-use-replaced",
)
def test_the_rule_of_automatic_recording_stays(scenario: Scenario) -> None:
    """Section 6.5: a rule in use is not deleted; once it is not, it is (E-6-delete-in-use)."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = {"app_id": path["app_id"]}
    before = show(scenario, path).json
    rule_id = {"record_rule_id": path["rule_id"]}
    scenario.make("UpdateAutoRecord", example="full", path=app, change=rule_id)
    refused = scenario.send("DeleteRecordRule", path=path)
    scenario.rule("DeleteRecordRule/rule/in-use-by-auto-record").refused(refused)
    survives = scenario.rule("DeleteRecordRule/rule/in-use-survives")
    if refused.succeeded:
        raise Blocked("a rule in use was deleted, so that nothing survives a refusal")
    shown = scenario.send("ShowRecordRule", path=path)
    survives.that(
        shown.status == 200 and plain(shown.json) == plain(before),
        "after its deletion was refused",
        expected=f"200 {before}",
        exchange=shown,
    )
    listed_as(survives, scenario, app["app_id"], [before], "the list after a refused deletion")
    _judge_replaced(scenario, path, before)
    scenario.make("UpdateAutoRecord", example="minimal", path=app)
    deleted = scenario.send("DeleteRecordRule", path=path)
    scenario.rule("DeleteRecordRule/rule/deletable-after-release").succeeded(deleted)


def _judge_replaced(scenario: Scenario, path: dict[str, Any], before: Any) -> None:
    """A create in the location of a rule in use: what it answers is what there is."""
    rule = scenario.rule("CreateRecordRule/rule/in-use-replaced")
    moved = {"obs_addr.object": "Moved/"}
    made = scenario.send("CreateRecordRule", path={"app_id": path["app_id"]}, change=moved)
    if rule.permitted(made):
        shown = show(scenario, path)
        wanted = sent_object(made)["obs_addr"] if made.status == 201 else part(before, "obs_addr")
        rule.equal(
            part(shown.json, "obs_addr"),
            wanted,
            f"where a rule in use records to, after a create answered {made.status}",
            shown,
        )


@pytest.mark.parametrize("kind", KINDS, ids=[kind.noun for kind in KINDS])
@rules("DeleteRecordRule/rule/in-use-by-job", "DeleteRecordRule/rule/deletable-after-job")
def test_the_rule_of_a_job_stays(scenario: Scenario, kind: JobKind) -> None:
    """Section 6.5: a job of either kind that runs keeps its rule (E-6-delete-in-use).

    It does whatever other jobs there are, older or newer ones, and one that takes the rule over
    while it runs too. A job that records with no rule keeps none.
    """
    stays = scenario.rule("DeleteRecordRule/rule/in-use-by-job")
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app, record_param = path["app_id"], {"record_rule_id": path["rule_id"]}
    jobs, others = Jobs(scenario, kind), Jobs(scenario, other(kind))
    older = others.start(app=app) if kind is INDIVIDUAL else None
    job = jobs.running(app=app, change={"record_param": record_param})
    bystander = older or others.start(app=app)
    stays.refused(scenario.send("DeleteRecordRule", path=path))
    _end(scenario, jobs, job)
    if others.kind is INDIVIDUAL:
        others.ready(bystander)
        if others.update(bystander, body={"record_param": record_param}).status == 200:
            stays.refused(scenario.send("DeleteRecordRule", path=path))
        _end(scenario, others, bystander)
    deleted = scenario.send("DeleteRecordRule", path=path)
    scenario.rule("DeleteRecordRule/rule/deletable-after-job").succeeded(deleted)
    if others.kind is not INDIVIDUAL:
        _end(scenario, others, bystander)


def _end(scenario: Scenario, jobs: Jobs, job: Job) -> None:
    """Stop a job, once it can be stopped."""
    jobs.ready(job)
    scenario.make(jobs.kind.operations["Stop"], path=job.path)
    jobs.seen(job, "STOPPED")
