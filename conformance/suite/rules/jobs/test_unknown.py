"""Chapters 9 and 10: jobs, rules and applications that are not there, or are somebody else's."""

from __future__ import annotations

import pytest

from conformance.engine.comparing.round_trip import changed_fields
from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.jobs import (
    INDIVIDUAL,
    KINDS,
    NEVER_MADE,
    RECORD_RULE,
    Job,
    JobKind,
    Jobs,
    both,
    ids,
    other,
    value,
)

_VERBS = ("Show", "Update", "Stop")


@pytest.mark.parametrize("kind", both(*(f"{verb}/job-never-made" for verb in _VERBS)))
def test_a_job_never_made(scenario: Scenario, kind: JobKind) -> None:
    """An id that was never given is not found by show, update and stop (14.2)."""
    jobs = Jobs(scenario, kind)
    path = {"app_id": scenario.given("app"), "job_id": NEVER_MADE}
    for verb in _VERBS:
        jobs.rule(f"{verb}/job-never-made").refused(jobs.call(verb, path))


@pytest.mark.parametrize("kind", both(*(f"{verb}/{{stranger}}" for verb in _VERBS)))
def test_a_job_of_the_other_kind(scenario: Scenario, kind: JobKind) -> None:
    """The id of a job of the other kind is not found, and that job goes on (9, 10)."""
    jobs, theirs = Jobs(scenario, kind), Jobs(scenario, other(kind))
    job = theirs.running()
    before = theirs.show(job)
    for verb in _VERBS:
        refusal = jobs.call(verb, job.path)
        jobs.rule(f"{verb}/{{stranger}}").refused(refusal)
    _goes_on(jobs, "Stop/{stranger}", theirs, job, before)


@rules(
    *ids(*(f"{verb}/job-of-another-app" for verb in _VERBS)),
    *ids("Create/record-rule-of-another-app", "Create/refused-leaves-no-job"),
    *ids("Create/deleted-record-rule"),
    INDIVIDUAL.rule("Update/record-rule-of-another-app"),
    INDIVIDUAL.rule("Update/deleted-record-rule"),
)
def test_two_applications(scenario: Scenario) -> None:
    """Neither jobs nor rules of one application are found under another (9, 10, 14.2)."""
    elsewhere = str(scenario.make("CreateApp").json["app_id"])
    rule = str(scenario.make("CreateRecordRule", path={"app_id": elsewhere}).json["rule_id"])
    named = []
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        _job_of_another(jobs, elsewhere)
        named.append(jobs.ask(change={RECORD_RULE: rule}))
        jobs.rule("Create/record-rule-of-another-app").refused(named[-1])
    named.append(_keeps_its_rule(Jobs(scenario, INDIVIDUAL), rule))
    named += _refused_starts(scenario, elsewhere, rule)
    deleted = scenario.send("DeleteRecordRule", path={"app_id": elsewhere, "rule_id": rule})
    if deleted.status != scenario.success(deleted):
        _blame(scenario, named, deleted)
        raise Blocked("the recording rule of the other application could not be deleted")
    for kind in KINDS:
        gone = Jobs(scenario, kind).ask(app=elsewhere, change={RECORD_RULE: rule})
        Jobs(scenario, kind).rule("Create/deleted-record-rule").refused(gone)
    _takes_over_no_deleted_rule(Jobs(scenario, INDIVIDUAL), elsewhere, rule)


def _takes_over_no_deleted_rule(jobs: Jobs, app: str, rule: str) -> None:
    """Update a job with a rule that its application had."""
    job = jobs.running(app=app)
    before = jobs.show(job)
    update = jobs.update(job, body={"record_param": {"record_rule_id": rule}})
    name = "Update/deleted-record-rule"
    if jobs.rule(name).refused(update):
        _goes_on(jobs, name, jobs, job, before)


def _job_of_another(jobs: Jobs, elsewhere: str) -> None:
    """Show, update and stop a job through an application that it does not belong to."""
    job = jobs.running()
    before = jobs.show(job)
    for verb in _VERBS:
        refusal = jobs.call(verb, {**job.path, "app_id": elsewhere})
        rule = jobs.rule(f"{verb}/job-of-another-app")
        if rule.refused(refusal) and verb != "Show":
            _goes_on(jobs, f"{verb}/job-of-another-app", jobs, job, before)


def _keeps_its_rule(jobs: Jobs, foreign: str) -> Exchange:
    """Update a job with a rule of another application."""
    name = "Update/record-rule-of-another-app"
    job = jobs.running(example=jobs.kind.full)
    before = jobs.show(job)
    update = jobs.update(job, body={"record_param": {"record_rule_id": foreign}})
    if jobs.rule(name).refused(update):
        _goes_on(jobs, name, jobs, job, before)
    return update


def _refused_starts(scenario: Scenario, app: str, rule: str) -> list[Exchange]:
    """Starts that name a rule and are refused for their idle time answer no job."""
    refused = []
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        refused.append(jobs.ask(app=app, change={RECORD_RULE: rule, kind.idle: 1}))
        jobs.rule("Create/refused-leaves-no-job").that(
            scenario.error_code(refused[-1]) is not None and value(refused[-1], "job_id") is None,
            "a start with an idle time of one second is to be refused, without a job_id",
            expected="400 with an error_code and no job_id",
            exchange=refused[-1],
        )
    return refused


def _blame(scenario: Scenario, named: list[Exchange], deleted: Exchange) -> None:
    """A rule in use cannot be deleted (6.5): only refused starts have named this one."""
    if deleted.response is None or any(exchange.status < 400 for exchange in named):
        return
    for kind in KINDS:
        Jobs(scenario, kind).rule("Create/refused-leaves-no-job").that(
            deleted.status >= 500,
            "a recording rule that only refused starts have named cannot be deleted: "
            "one of them has left a job",
            expected="no job uses the rule: 204",
            exchange=deleted,
        )


@rules(*ids("Create/refused-while-app-disabled", "Create/deleted-app"))
def test_an_application_switched_off_and_deleted(scenario: Scenario) -> None:
    """No job is started while it is disabled (1016), nor when it is gone (1015) (5.6, 14.2)."""
    app = scenario.fresh("app")
    scenario.make("StopApp", path={"app_id": app})
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        jobs.rule("Create/refused-while-app-disabled").refused(jobs.ask(app=app))
    scenario.make("StartApp", path={"app_id": app})
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        again = jobs.ask(app=app)
        jobs.rule("Create/refused-while-app-disabled").answered(again, Answer(201))
        if value(again, "job_id") is not None:
            job = Job({"app_id": app, "job_id": value(again, "job_id")}, again)
            jobs.stop(jobs.ready(job))
            jobs.seen(job, "STOPPED")
    scenario.make("DeleteApp", path={"app_id": app})
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        jobs.rule("Create/deleted-app").refused(jobs.ask(app=app))


def _goes_on(jobs: Jobs, name: str, theirs: Jobs, job: Job, before: Exchange) -> None:
    """A job that a refused request was about is as it was, and runs."""
    after = theirs.show(job)
    fields = ("state", "update_time", *theirs.kind.settings)
    spoilt = changed_fields(before.json, after.json, fields)
    jobs.rule(name).that(
        not spoilt,
        f"the refused request changed job {job.id}",
        expected="state RUNNING and all settings as before",
        actual="; ".join(spoilt),
        exchange=after,
    )
