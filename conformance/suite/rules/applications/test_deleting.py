"""Chapter 5: applications are deleted (5.4)."""

from __future__ import annotations

from typing import Any

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.comparing.round_trip import without_nulls
from conformance.engine.scenario import Answer, Blocked, NotApplicable, Scenario, rules, same
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import (
    ACTIVE,
    INACTIVE,
    differences,
    furnish,
    part,
    plain,
    show,
    unchanged,
)
from conformance.suite.kit.jobs import MIX, Jobs
from conformance.suite.kit.paged_lists import APPS

"""The tenant has an application of that name (14.2)."""

_DELETED = "DELETED"
"""How a deleted application may still be shown (table 5-14, E-5-deleted-state)."""
OFF = "AUTO_RECORD_OFF"

_BENEATH = (
    "StartApp",
    "StopApp",
    "CreateRecordRule",
    "ListRecordRules",
    "ShowRecordRule",
    "UpdateRecordRule",
    "DeleteRecordRule",
    "UpdateAutoRecord",
    "ShowAutoRecord",
    "UpdateRecordCallback",
    "ShowRecordCallback",
)
_JOBS_BENEATH = (
    "CreateMixJob",
    "ShowMixJob",
    "UpdateMixJob",
    "StopMixJob",
    "CreateIndividualStreamJob",
    "ShowIndividualStreamJob",
    "UpdateIndividualStreamJob",
    "StopIndividualStreamJob",
)


@rules(
    "DeleteApp/rule/with-nothing-beneath",
    "DeleteApp/rule/gone",
    "DeleteApp/rule/gone-from-list",
    "DeleteApp/rule/twice",
    "DeleteApp/rule/others-untouched",
    effort="quick",
)
def test_a_deleted_application_is_gone(scenario: Scenario) -> None:
    """Section 5.4: neither shown nor listed, not to be deleted again; the others stay."""
    ruled = scenario.offers("CreateRecordRule", "ShowRecordRule")
    kind = "record_rule" if ruled else "app"
    bystander = scenario.path_of(kind, scenario.fresh(kind))
    app = scenario.fresh("app")
    before = show(scenario, bystander["app_id"]).json
    rule_before = scenario.make("ShowRecordRule", path=bystander).json if ruled else None
    deleted = scenario.delete("DeleteApp", path={"app_id": app})
    scenario.rule("DeleteApp/rule/with-nothing-beneath").succeeded(deleted)
    shown = scenario.send("ShowApp", path={"app_id": app})
    if not (shown.status == 200 and part(shown.json, "state", "state") == _DELETED):
        scenario.rule("DeleteApp/rule/gone").refused(shown)
    else:
        scenario.rule("DeleteApp/rule/gone").succeeded(shown)
    for listing in (APPS, APPS.where(state=ACTIVE), APPS.where(state=INACTIVE)):
        whole = listing.whole(scenario)
        scenario.rule("DeleteApp/rule/gone-from-list").that(
            all(not listing.query and _state(row) == _DELETED for row in whole.named(app)),
            f"the deleted application is listed ({listing.query or 'all'})",
            expected="not listed, or in state DELETED where no state was asked for",
            actual=whole.named(app),
            exchange=whole.exchange,
        )
    again = scenario.send("DeleteApp", path={"app_id": app})
    scenario.rule("DeleteApp/rule/twice").refused(again)
    untouched = scenario.rule("DeleteApp/rule/others-untouched")
    after = scenario.send("ShowApp", path={"app_id": bystander["app_id"]})
    if untouched.answered(after, Answer(200)):
        unchanged(untouched, before, after, "deleting another application")
    if ruled:
        rule_after = scenario.send("ShowRecordRule", path=bystander)
        untouched.equal(rule_after.json, rule_before, "the rule of another application", rule_after)


@rules("CreateApp/rule/name-free-after-delete", "CreateApp/rule/nothing-inherited")
def test_the_name_of_a_deleted_application_is_free(scenario: Scenario) -> None:
    """Section 5.1: names differ among the applications that there are; the name is all they share.

    What was configured for the first one is not there for the second.
    """
    name = scenario.name("again")
    first = str(part(scenario.make("CreateApp", body={"app_name": name}).json, "app_id"))
    born = _belongings(scenario, show(scenario, first))
    _configure(scenario, {"app_id": first})
    _delete_with_rules(scenario, {"app_id": first})
    second = scenario.send("CreateApp", body={"app_name": name})
    rule = scenario.rule("CreateApp/rule/name-free-after-delete")
    if _is_taken(scenario, second) and _still_shown(scenario, first):
        raise NotApplicable("a deleted application is still there, in state DELETED")
    if not rule.succeeded(second):
        return
    app = str(part(second.json, "app_id"))
    rule.that(
        app != first,
        "the id of a deleted application is used again",
        expected=f"another id than {first}",
        exchange=second,
    )
    shown = show(scenario, app)
    scenario.rule("CreateApp/rule/nothing-inherited").equal(
        _belongings(scenario, shown),
        born,
        "what a new application has, with the name of one that was deleted,",
        shown,
    )


def _is_taken(scenario: Scenario, exchange: Exchange) -> bool:
    """Whether a name is refused as one that there is already."""
    refused = scenario.lab.contract.answers_of("CreateApp/rule/name-unique-in-tenant")
    code = scenario.error_code(exchange)
    return any(answer.takes_code(code) for answer in refused.answers)


def _still_shown(scenario: Scenario, app: str) -> bool:
    """Whether a deleted application is shown all the same, as it may be (E-5-deleted-state)."""
    shown = scenario.send("ShowApp", path={"app_id": app})
    return bool(part(shown.json, "state", "state") == "DELETED")


def _delete_with_rules(scenario: Scenario, app: dict[str, Any]) -> None:
    """Delete an application, its recording rules first where it is refused with them (1019)."""
    deleted = scenario.delete("DeleteApp", path=app)
    if deleted.status != 400:
        return
    if not scenario.offers("ListRecordRules", "DeleteRecordRule"):
        raise Blocked("the application could not be deleted: 400")
    listed = scenario.make("ListRecordRules", path=app)
    for rule in part(listed.json, "rules") or ():
        scenario.make("DeleteRecordRule", path={**app, "rule_id": part(rule, "rule_id")})
    scenario.make("DeleteApp", path=app)


def _belongings(scenario: Scenario, shown: Exchange) -> dict[str, Any]:
    """All that an application can have, as it is shown."""
    ruled = scenario.offers("ListRecordRules")
    path = {"app_id": part(shown.json, "app_id")}
    listed = scenario.make("ListRecordRules", path=path).json if ruled else None
    return {
        "state": part(shown.json, "state", "state"),
        "callbacks": plain(shown.json)["callbacks"],
        "automatic recording": part(shown.json, "auto_record_mode", "mode") or OFF,
        "recording rules": part(listed, "rules"),
    }


def _configure(scenario: Scenario, app: dict[str, Any]) -> None:
    """Give an application all that it can have; it is not in use when it is to be deleted."""
    furnish(scenario, app["app_id"])
    if scenario.offers("UpdateAutoRecord"):
        scenario.make("UpdateAutoRecord", path=app, body={"mode": OFF})
    if scenario.offers("StopApp"):
        scenario.make("StopApp", path=app)


@rules("DeleteApp/rule/with-rule", "DeleteApp/rule/gone-beneath")
def test_nothing_is_left_beneath_a_deleted_application(scenario: Scenario) -> None:
    """Section 5.4: it goes with its recording rule, or not at all (E-5-delete-conditions)."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = {"app_id": path["app_id"]}
    before = [scenario.make("ShowApp", path=app), scenario.make("ShowRecordRule", path=path)]
    deleted = scenario.send("DeleteApp", path=app)
    rule = scenario.rule("DeleteApp/rule/with-rule")
    if not rule.permitted(deleted):
        raise Blocked(f"the application could not be deleted: {deleted.status}")
    after = [scenario.send("ShowApp", path=app), scenario.send("ShowRecordRule", path=path)]
    _judge_whole_or_gone(scenario, "DeleteApp/rule/with-rule", deleted, before, after)
    if deleted.status == 400:
        scenario.make("DeleteRecordRule", path=path)
        scenario.make("DeleteApp", path=app)
    jobs = _JOBS_BENEATH if scenario.lab.settings.allows("jobs") else ()
    for operation in (*_BENEATH, *jobs):
        ids = _of(scenario, operation, {"rule_id": path["rule_id"], "job_id": UNKNOWN_ID})
        example = "nine_grids" if operation == "CreateMixJob" else None
        sent = scenario.send(operation, path={**app, **ids}, example=example)
        scenario.rule("DeleteApp/rule/gone-beneath").refused(sent)


def _of(scenario: Scenario, operation: str, ids: dict[str, str]) -> dict[str, str]:
    """Those ids that the operation has in its path."""
    known = {p.name for p in scenario.lab.contract.operation(operation).parameters}
    return {name: value for name, value in ids.items() if name in known}


def _judge_whole_or_gone(
    scenario: Scenario,
    rule_id: str,
    deleted: Exchange,
    before: list[Exchange],
    after: list[Exchange],
) -> None:
    """After 204 nothing is found; after a refusal everything is as it was."""
    rule = scenario.rule(rule_id)
    for old, new in zip(before, after, strict=True):
        what = f"DeleteApp answered {deleted.status}, then {new.request.operation}"
        if deleted.status == 204:
            (accepted,) = scenario.refusals("DeleteApp/rule/gone-beneath")
            told = scenario.lab.contract.conventions
            gone = new.status == 404 and told.takes_code(accepted, scenario.error_code(new))
            rule.that(
                gone or (new.status == 200 and _state(new.json) == _DELETED),
                what,
                expected=accepted,
                exchange=new,
            )
        else:
            rule.that(
                new.status == 200 and _alike(old, new),
                what,
                expected=f"200 {old.json}",
                exchange=new,
            )


def _state(row: Any) -> Any:
    return part(row, "state", "state")


def _alike(old: Exchange, new: Exchange) -> bool:
    """The same application, the same rule, or the same job and still not stopped."""
    if old.request.operation == "ShowApp":
        return not differences(old.json, new.json)
    if old.request.operation == "ShowMixJob":
        moving = ("state", "update_time")
        left, right = ({k: v for k, v in e.json.items() if k not in moving} for e in (old, new))
        return same(without_nulls(left), without_nulls(right)) and new.json["state"] != "STOPPED"
    return same(without_nulls(old.json), without_nulls(new.json))


@rules("DeleteApp/rule/with-running-job")
def test_an_application_with_a_running_job(scenario: Scenario) -> None:
    """Section 5.4: it goes with its job, or not at all (E-5-delete-conditions)."""
    app = {"app_id": scenario.fresh("app")}
    path = Jobs(scenario, MIX).running(app=app["app_id"]).path
    before = [scenario.make("ShowApp", path=app), scenario.make("ShowMixJob", path=path)]
    deleted = scenario.send("DeleteApp", path=app)
    rule = scenario.rule("DeleteApp/rule/with-running-job")
    if rule.permitted(deleted):
        after = [scenario.send("ShowApp", path=app), scenario.send("ShowMixJob", path=path)]
        _judge_whole_or_gone(scenario, "DeleteApp/rule/with-running-job", deleted, before, after)
