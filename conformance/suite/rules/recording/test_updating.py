"""Chapter 6: recording rules are updated (6.4)."""

from __future__ import annotations

from typing import Any

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part
from conformance.suite.kit.recording_rules import (
    LEAST_HLS,
    judge_without_cycle,
    kept_instead,
    listed_as,
    read_back,
    refused_changes,
    same_rule,
    show,
    stale,
    unlike_defaults,
)

_LEAST_OF_BOTH = {"record_formats": ["MP4", "HLS"], **LEAST_HLS}
_OTHER = {"obs_addr.object": "Other/", "mp4_config.record_cycle": 10800}


@rules(
    "UpdateRecordRule/rule/read-back",
    "UpdateRecordRule/rule/ids-kept",
    "UpdateRecordRule/rule/seen-by-show",
    "UpdateRecordRule/rule/seen-by-list",
    "UpdateRecordRule/rule/replaces",
    "UpdateRecordRule/rule/left-out-is-default",
    "UpdateRecordRule/rule/left-out-is-not-kept",
    "UpdateRecordRule/rule/create-time-kept",
)
def test_an_update_replaces_the_rule(scenario: Scenario) -> None:
    """Section 6.4: the rule is what the last update sent, wherever it is shown."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    before = show(scenario, path)
    for change in (_LEAST_OF_BOTH, _OTHER):
        updated = scenario.send("UpdateRecordRule", example="minimal", path=path, change=change)
        if scenario.rule("UpdateRecordRule/rule/read-back").answered(updated, Answer(200)):
            _judge_update(scenario, path, before, updated)
            before = updated


def _judge_update(
    scenario: Scenario, path: dict[str, Any], before: Exchange, updated: Exchange
) -> None:
    read_back(scenario.rule("UpdateRecordRule/rule/read-back"), updated)
    ids = {name: part(updated.json, name) for name in path}
    scenario.rule("UpdateRecordRule/rule/ids-kept").equal(ids, path, "ids of the path", updated)
    left = stale(updated, updated.json, before.json)
    scenario.rule("UpdateRecordRule/rule/replaces").that(
        not left,
        f"left over from before the update: {'; '.join(left)}",
        expected="what the update sent",
        exchange=updated,
    )
    unlike = unlike_defaults(updated, updated.json)
    scenario.rule("UpdateRecordRule/rule/left-out-is-default").that(
        not unlike,
        f"left out of the update: {'; '.join(unlike)}",
        expected="the documented defaults",
        exchange=updated,
    )
    kept = kept_instead(updated, updated.json, before.json)
    scenario.rule("UpdateRecordRule/rule/left-out-is-not-kept").that(
        not kept,
        f"left out of the update, and kept from before: {'; '.join(kept)}",
        expected="the documented defaults",
        exchange=updated,
    )
    created = part(before.json, "create_time")
    scenario.rule("UpdateRecordRule/rule/create-time-kept").equal(
        part(updated.json, "create_time"), created, "create_time after an update", updated
    )
    shown = scenario.send("ShowRecordRule", path=path)
    same_rule(
        scenario.rule("UpdateRecordRule/rule/seen-by-show"),
        shown.json,
        updated.json,
        "the rule as it is shown after the update",
        shown,
    )
    listed_as(
        scenario.rule("UpdateRecordRule/rule/seen-by-list"),
        scenario,
        path["app_id"],
        [updated.json],
        "the list after the update",
    )


@rules(
    "UpdateRecordRule/rule/unsupported-location",
    "UpdateRecordRule/rule/formats-uppercase",
    "UpdateRecordRule/rule/mp4-cycle-left-out",
    "UpdateRecordRule/rule/refused-changes-nothing",
    "UpdateRecordRule/rule/makes-none",
)
def test_a_refused_update_changes_nothing(scenario: Scenario) -> None:
    """Tables 6-48 and 6-49: what is refused leaves the rule, and its update_time, alone."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    before = show(scenario, path)
    for name, changes in refused_changes(scenario).items():
        for change in changes:
            sent = scenario.send("UpdateRecordRule", example="minimal", path=path, change=change)
            scenario.rule(f"UpdateRecordRule/rule/{name}").refused(sent)
    none = scenario.rule("UpdateRecordRule/rule/makes-none")
    unknown = {**path, "rule_id": UNKNOWN_ID}
    none.refused(scenario.send("UpdateRecordRule", path=unknown))
    shown = scenario.send("ShowRecordRule", path=path)
    same_rule(
        scenario.rule("UpdateRecordRule/rule/refused-changes-nothing"),
        shown.json,
        before.json,
        "the rule after refused updates",
        shown,
    )
    listed_as(none, scenario, path["app_id"], [shown.json], "the list after updating no rule")
    judge_without_cycle(scenario, "UpdateRecordRule", path)
