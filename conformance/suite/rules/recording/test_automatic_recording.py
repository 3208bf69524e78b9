"""Chapter 7: automatic recording is switched on and off (7.1), and shown (7.2)."""

from __future__ import annotations

from typing import Any

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import Answer, Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import (
    Views,
    any_app,
    not_earlier,
    part,
    show,
    unchanged,
)

OFF, ON = "AUTO_RECORD_OFF", "AUTO_INDIVIDUAL_RECORD"
_FIELD = "auto_record_mode"
_SEEN = {"query": "seen-by-query", "app": "seen-by-app", "list": "seen-by-list"}


def _setting(value: Any) -> Any:
    """A setting without a rule that is null or empty: that is none."""
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if item is not None and item != ""}


def _views(scenario: Scenario, app: str) -> Views:
    return Views.of(scenario, app, "ShowAutoRecord", _FIELD, _FIELD)


@rules(
    "UpdateAutoRecord/rule/id-echoed",
    "UpdateAutoRecord/rule/read-back",
    "UpdateAutoRecord/rule/seen-by-query",
    "UpdateAutoRecord/rule/seen-by-app",
    "UpdateAutoRecord/rule/seen-by-list",
    "UpdateAutoRecord/rule/off-after-on",
    "UpdateAutoRecord/rule/update-time-not-earlier",
    "UpdateAutoRecord/rule/off-with-rule",
    "UpdateAutoRecord/rule/other-apps-untouched",
)
def test_automatic_recording_is_switched_on_and_off(scenario: Scenario) -> None:
    """Section 7.1: what was set last is what every place shows, of this application alone."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = path["app_id"]
    other = scenario.given("app")
    before = show(scenario, other).json
    time = part(show(scenario, app).json, _FIELD, "update_time")
    rule_id = {"record_rule_id": path["rule_id"]}
    switches: tuple[dict[str, Any], ...] = (
        {"mode": ON, **rule_id},
        {"mode": OFF},
        {"mode": ON, **rule_id},
        {"mode": OFF, **rule_id},
    )
    for body in switches:
        time = _judge_switch(scenario, app, body, time)
    unchanged(
        scenario.rule("UpdateAutoRecord/rule/other-apps-untouched"),
        before,
        show(scenario, other),
        "automatic recording of another application",
    )


def _judge_switch(scenario: Scenario, app: str, body: dict[str, Any], time: Any) -> Any:
    """Send one body and look everywhere; the update time that was answered comes back."""
    off_with_rule = body["mode"] == OFF and "record_rule_id" in body
    answered = scenario.send("UpdateAutoRecord", path={"app_id": app}, body=body)
    back = scenario.rule("UpdateAutoRecord/rule/read-back")
    accepted = scenario.rule("UpdateAutoRecord/rule/off-with-rule") if off_with_rule else back
    if not accepted.answered(answered, Answer(200)):
        return time
    setting = part(answered.json, _FIELD)
    wanted = body if body["mode"] == ON else {"mode": OFF}
    found = {name: part(setting, name) for name in wanted}
    back.equal(found, wanted, "the setting in the answer", answered)
    scenario.rule("UpdateAutoRecord/rule/id-echoed").equal(
        part(answered.json, "app_id"), app, "app_id in the answer", answered
    )
    updated = part(setting, "update_time")
    times = scenario.rule("UpdateAutoRecord/rule/update-time-not-earlier")
    if time is not None:
        not_earlier(times, time, updated, "update_time", answered)
    views = _views(scenario, app)
    if off_with_rule:
        kept = part(setting, "record_rule_id") or None
        accepted.that(
            kept in {None, body["record_rule_id"]},
            "switched off with a rule",
            expected=f"{body['record_rule_id']}, or no rule",
            actual=kept,
            exchange=answered,
        )
        _judge_agreement(accepted, views, setting)
    for place, name in _SEEN.items():
        _judge_place(scenario.rule(f"UpdateAutoRecord/rule/{name}"), views, place, setting)
    if body["mode"] == OFF:
        modes = {place: part(seen, "mode") for place, seen in views.settings.items()}
        scenario.rule("UpdateAutoRecord/rule/off-after-on").equal(
            modes, dict.fromkeys(modes, OFF), "mode after switching off", views.shown
        )
    return updated


def _judge_agreement(rule: Rule, views: Views, setting: Any) -> None:
    for place in _SEEN:
        _judge_place(rule, views, place, setting)


def _judge_place(rule: Rule, views: Views, place: str, setting: Any) -> None:
    rule.equal(
        _setting(views.settings[place]),
        _setting(setting),
        f"automatic recording as shown ({place})",
        views.exchange(place),
    )


@rules(
    "UpdateAutoRecord/rule/unknown-rule",
    "UpdateAutoRecord/rule/foreign-rule",
    "UpdateAutoRecord/rule/refused-changes-nothing",
)
def test_automatic_recording_needs_a_rule_of_the_application(scenario: Scenario) -> None:
    """Table 7-3: a rule that is not there is refused, and the setting stays as it was.

    One that was there, and was deleted, is not there either.
    """
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app, deleted = {"app_id": path["app_id"]}, path["rule_id"]
    scenario.make("DeleteRecordRule", path=path)
    made = scenario.make("CreateRecordRule", path=app)
    path = {**app, "rule_id": part(made.json, "rule_id")}
    foreign = scenario.given("record_rule")
    for first in (OFF, ON):
        body = {"mode": ON, "record_rule_id": path["rule_id"]} if first == ON else {"mode": OFF}
        scenario.make("UpdateAutoRecord", path=app, body=body)
        before = scenario.make("ShowAutoRecord", path=app)
        for name, rule_id in (
            ("unknown-rule", UNKNOWN_ID),
            ("unknown-rule", deleted),
            ("foreign-rule", foreign),
        ):
            wrong = {"mode": ON, "record_rule_id": rule_id}
            refused = scenario.send("UpdateAutoRecord", path=app, body=wrong)
            scenario.rule(f"UpdateAutoRecord/rule/{name}").refused(refused)
        scenario.send("UpdateAutoRecord", path=app, body={"mode": "AUTO_MIX_RECORD"})
        after = scenario.send("ShowAutoRecord", path=app)
        scenario.rule("UpdateAutoRecord/rule/refused-changes-nothing").equal(
            after.json, before.json, f"a setting of {first} after refused changes", after
        )


@rules("ShowAutoRecord/rule/id-echoed", "ShowAutoRecord/rule/same-as-app", effort="quick")
def test_the_query_shows_what_the_application_shows(scenario: Scenario) -> None:
    """Tables 5-31 and 7-17 describe one setting."""
    app = _recorded(scenario)
    asked, shown = _asked_and_shown(scenario, app)
    if scenario.lab.settings.allow_writes:
        scenario.send("UpdateAutoRecord", path={"app_id": app}, body={"mode": OFF})
    scenario.rule("ShowAutoRecord/rule/id-echoed").equal(
        part(asked.json, "app_id"), app, "app_id in the answer", asked
    )
    rule = scenario.rule("ShowAutoRecord/rule/same-as-app")
    setting = _setting(part(shown.json, _FIELD))
    if setting is None:
        rule.inconclusive("ShowApp carries no auto_record_mode")
    else:
        rule.equal(
            _setting(part(asked.json, _FIELD)), setting, "automatic recording of the query", asked
        )


def _recorded(scenario: Scenario) -> str:
    """An application with automatic recording on; any other, where none may be created."""
    if not scenario.lab.settings.allow_writes:
        return any_app(scenario)
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    body = {"mode": ON, "record_rule_id": path["rule_id"]}
    scenario.send("UpdateAutoRecord", path={"app_id": path["app_id"]}, body=body)
    return str(path["app_id"])


def _asked_and_shown(scenario: Scenario, app: str) -> tuple[Exchange, Exchange]:
    """Both views; once more if they differ, since another user may have changed it between."""
    asked, shown = scenario.make("ShowAutoRecord", path={"app_id": app}), show(scenario, app)
    if _setting(part(asked.json, _FIELD)) != _setting(part(shown.json, _FIELD)):
        asked = scenario.make("ShowAutoRecord", path={"app_id": app})
    return asked, shown


@rules("ShowAutoRecord/rule/never-configured")
def test_automatic_recording_is_off_at_first(scenario: Scenario) -> None:
    """E-7-initial-mode: nobody switched it on, so it is off."""
    app = scenario.fresh("app")
    asked = scenario.send("ShowAutoRecord", path={"app_id": app})
    rule = scenario.rule("ShowAutoRecord/rule/never-configured")
    if rule.answered(asked, Answer(200)):
        mode = part(asked.json, _FIELD, "mode")
        rule.equal(mode, OFF, "mode of an application that nobody configured", asked)
