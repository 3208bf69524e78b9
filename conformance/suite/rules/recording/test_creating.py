"""Chapter 6: recording rules are created, or updated by creating them again (6.1)."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Answer, Scenario, rules
from conformance.suite.kit.applications import not_earlier, part
from conformance.suite.kit.buckets import another_bucket
from conformance.suite.kit.recording_rules import (
    LEAST_HLS,
    judge_without_cycle,
    listed_as,
    plain,
    read_back,
    refused_changes,
    same_rule,
    show,
    stale,
    unlike_defaults,
)

PREFIX = "{app_id}/{record_format}/{stream}/{file_start_time}-x"
BOTH = {"record_formats": ["HLS", "MP4"], **LEAST_HLS}


@rules(
    "CreateRecordRule/rule/read-back",
    "CreateRecordRule/rule/app-id-echoed",
    "CreateRecordRule/rule/prefix-variables",
    "CreateRecordRule/rule/new-rule-times",
    "CreateRecordRule/rule/shown-after-create",
    "CreateRecordRule/rule/listed-after-create",
    "ShowRecordRule/rule/ids-echoed",
    effort="quick",
)
def test_a_created_rule_is_what_was_sent(scenario: Scenario) -> None:
    """Sections 6.1 to 6.3: answered, shown and listed with every field as it was sent."""
    app = scenario.fresh("app")
    prefixes = {"hls_config.record_prefix": PREFIX, "mp4_config.record_prefix": PREFIX}
    made = scenario.make("CreateRecordRule", example="full", path={"app_id": app}, change=prefixes)
    read_back(scenario.rule("CreateRecordRule/rule/read-back"), made)
    scenario.rule("CreateRecordRule/rule/app-id-echoed").equal(
        part(made.json, "app_id"), app, "app_id of the new rule", made
    )
    found = [part(made.json, config, "record_prefix") for config in ("hls_config", "mp4_config")]
    scenario.rule("CreateRecordRule/rule/prefix-variables").equal(
        found, [PREFIX, PREFIX], "a prefix with variables in it", made
    )
    not_earlier(
        scenario.rule("CreateRecordRule/rule/new-rule-times"),
        part(made.json, "create_time"),
        part(made.json, "update_time"),
        "update_time after create_time",
        made,
    )
    path = {"app_id": app, "rule_id": str(part(made.json, "rule_id"))}
    shown = scenario.send("ShowRecordRule", path=path)
    if scenario.rule("CreateRecordRule/rule/shown-after-create").answered(shown, Answer(200)):
        same_rule(
            scenario.rule("CreateRecordRule/rule/shown-after-create"),
            shown.json,
            made.json,
            "the rule as it is shown after the create",
            shown,
        )
    ids = {name: part(shown.json, name) for name in path}
    scenario.rule("ShowRecordRule/rule/ids-echoed").equal(ids, path, "the ids asked for", shown)
    listed_as(
        scenario.rule("CreateRecordRule/rule/listed-after-create"),
        scenario,
        app,
        [made.json],
        "the list of an application with one new rule",
    )


@rules(
    "CreateRecordRule/rule/one-per-location",
    "CreateRecordRule/rule/second-create-replaces",
    "CreateRecordRule/rule/second-create-keeps-create-time",
)
def test_a_second_create_updates_the_rule_there_is(scenario: Scenario) -> None:
    """Section 6.1: an application has at most one rule in a location, whatever its bucket."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = path["app_id"]
    before = show(scenario, path)
    other = {"obs_addr.object": "Second/part", "mp4_config.record_cycle": 120}
    bucket = another_bucket(scenario, part(before.json, "obs_addr"))
    moved = {**other, "obs_addr.bucket": bucket["bucket"]} if bucket else other
    how: dict[str, Any] = {"example": "minimal", "path": {"app_id": app}}
    again = scenario.send("CreateRecordRule", **how, change=moved)
    if bucket and not bucket.get("is_authorized") and not again.succeeded:
        again = scenario.send("CreateRecordRule", **how, change=other)
    one = scenario.rule("CreateRecordRule/rule/one-per-location")
    if one.answered(again, Answer(201)):
        one.equal(part(again.json, "rule_id"), path["rule_id"], "rule_id of the second", again)
    shown = show(scenario, path)
    listed_as(one, scenario, app, [shown.json], "the list after a second create")
    replaces = scenario.rule("CreateRecordRule/rule/second-create-replaces")
    read_back(replaces, again, shown)
    left = stale(again, shown.json, before.json)
    replaces.that(
        not left,
        f"left over from the first create: {'; '.join(left)}",
        expected="what the second create sent",
        exchange=shown,
    )
    times = scenario.rule("CreateRecordRule/rule/second-create-keeps-create-time")
    created = part(before.json, "create_time")
    times.equal(part(shown.json, "create_time"), created, "create_time after the second", shown)
    not_earlier(
        times,
        part(before.json, "update_time"),
        part(shown.json, "update_time"),
        "update_time after the second create",
        shown,
    )


@rules(
    "CreateRecordRule/rule/defaults-filled",
    "CreateRecordRule/rule/scoped-to-app",
    "ListRecordRules/rule/empty-list",
    "ShowRecordRule/rule/foreign-rule",
    "UpdateRecordRule/rule/foreign-rule",
    "DeleteRecordRule/rule/foreign-rule",
)
def test_a_rule_belongs_to_its_application(scenario: Scenario) -> None:
    """Sections 6.1 to 6.5: under another application it is not listed and not found."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    other = {"app_id": scenario.fresh("app")}
    empty = scenario.send("ListRecordRules", path=other)
    rule = scenario.rule("ListRecordRules/rule/empty-list")
    if rule.answered(empty, Answer(200)):
        rule.equal(part(empty.json, "rules"), [], "rules of a new application", empty)
    first = show(scenario, path).json
    made = scenario.make("CreateRecordRule", example="minimal", path=other, change=BOTH)
    unlike = unlike_defaults(made, made.json)
    scenario.rule("CreateRecordRule/rule/defaults-filled").that(
        not unlike,
        f"not sent, and not answered with its default: {'; '.join(unlike)}",
        expected="the documented defaults",
        exchange=made,
    )
    scoped = scenario.rule("CreateRecordRule/rule/scoped-to-app")
    scoped.that(
        part(made.json, "rule_id") != path["rule_id"],
        "two applications share one rule",
        expected=f"another rule_id than {path['rule_id']}",
        exchange=made,
    )
    listed_as(scoped, scenario, path["app_id"], [first], "the first application's rules")
    listed_as(scoped, scenario, other["app_id"], [made.json], "the second application's rules")
    _judge_foreign(scenario, path, other, [first, made.json])


def _judge_foreign(
    scenario: Scenario, path: dict[str, Any], other: dict[str, Any], before: list[Any]
) -> None:
    """Show, update and delete the first rule beneath the second application, which has its own."""
    foreign = {**path, **other}
    own = {**other, "rule_id": part(before[1], "rule_id")}
    for operation in ("ShowRecordRule", "UpdateRecordRule", "DeleteRecordRule"):
        rule = scenario.rule(f"{operation}/rule/foreign-rule")
        change = {"obs_addr.object": "Foreign/"} if operation == "UpdateRecordRule" else None
        sent = scenario.send(operation, path=foreign, change=change)
        rule.refused(sent)
        if operation == "ShowRecordRule":
            continue
        for place, rule_before in zip((path, own), before, strict=True):
            shown = scenario.send("ShowRecordRule", path=place)
            rule.that(
                shown.status == 200 and plain(shown.json) == plain(rule_before),
                f"after {operation} under another application",
                expected=f"200 {rule_before}",
                exchange=shown,
            )


@rules(
    "CreateRecordRule/rule/unsupported-location",
    "CreateRecordRule/rule/formats-uppercase",
    "CreateRecordRule/rule/mp4-cycle-left-out",
    "CreateRecordRule/rule/refused-changes-nothing",
    "CreateRecordRule/rule/rule-id-not-chosen",
)
def test_a_refused_create_changes_nothing(scenario: Scenario) -> None:
    """Table 6-4 knows one location, table 6-3 two formats in capitals; refused leaves no trace."""
    path = {"app_id": scenario.fresh("app")}
    unmoved = scenario.rule("CreateRecordRule/rule/refused-changes-nothing")
    _judge_refusals(scenario, path, ("unsupported-location",))
    listed_as(unmoved, scenario, path["app_id"], [], "the list after refused creates")
    chosen = "0123456789abcdef0123456789abcde0"
    made = scenario.send("CreateRecordRule", path=path, change={"rule_id": chosen})
    rule = scenario.rule("CreateRecordRule/rule/rule-id-not-chosen")
    if rule.permitted(made):
        rule.that(
            part(made.json, "rule_id") != chosen,
            "the rule took the id of the request",
            expected=f"another rule_id than {chosen}",
            exchange=made,
        )
    if made.status != 201:
        made = scenario.make("CreateRecordRule", path=path)
    _judge_refusals(scenario, path, ("unsupported-location", "formats-uppercase"))
    listed_as(unmoved, scenario, path["app_id"], [made.json], "the list after refused creates")
    judge_without_cycle(scenario, "CreateRecordRule", path)


def _judge_refusals(scenario: Scenario, path: dict[str, Any], names: tuple[str, ...]) -> None:
    changes = refused_changes(scenario)
    for name in names:
        for change in changes[name]:
            sent = scenario.send("CreateRecordRule", example="minimal", path=path, change=change)
            scenario.rule(f"CreateRecordRule/rule/{name}").refused(sent)
