"""Chapter 4: the two worked examples, each from its first step to its last.

The page that shows the steps in between is missing (E-4-lost-page); they are those of 3.1, 5.1
and 6.1. Without the capability ``identity`` an example begins with its second step.
"""

from __future__ import annotations

from typing import Any

import pytest

from conformance.access.auth import TokenAuth
from conformance.engine.scenario import Inconclusive, Rule, Scenario
from conformance.model.exchange import Exchange

AUTH_KEY = "8923ab8c2dcef4538923ab8c2dcef453"
URL = "http://mydomain.com/callback"
ROOM, USER = "room001", "user001"

INDIVIDUAL = {
    "room_id": ROOM,
    "user_id": USER,
    "is_record_audio": True,
    "video_type": "CAMERASTREAM",
    "resolution": "1280*720",
    "resolution_policy": "DOWNWARD",
    "max_idle_time": 30,
}
MIX = {
    "mix_param": {
        "room_id": ROOM,
        "encode_template": "1920x1080_30_4620",
        "max_idle_time": 30,
        "layout_template": "nine_grids_view",
    },
}
SHOWN = {
    "CreateIndividualStreamJob": (
        "room_id",
        "user_id",
        "is_record_audio",
        "video_type",
        "record_param",
    ),
    "CreateMixJob": ("record_param",),
}


@pytest.mark.parametrize(
    ("example", "operation", "show", "job"),
    [
        pytest.param(
            name,
            operation,
            show,
            job,
            marks=pytest.mark.sparkrtc_rules(f"common/example/{name}", effort="standard"),
            id=name,
        )
        for name, operation, show, job in (
            (
                "individual-recording",
                "CreateIndividualStreamJob",
                "ShowIndividualStreamJob",
                INDIVIDUAL,
            ),
            ("mix-recording", "CreateMixJob", "ShowMixJob", MIX),
        )
    ],
)
def test_the_worked_example_runs(
    scenario: Scenario, example: str, operation: str, show: str, job: dict[str, Any]
) -> None:
    """Token, application, recording rule, callback, job: each step as printed (4.1, 4.2)."""
    rule = scenario.rule(f"common/example/{example}")
    who = _token(scenario, rule)
    name = {"app_name": scenario.name("worked-example")}
    app = _done(rule, scenario.send("CreateApp", body=name, credentials=who))["app_id"]
    path = {"app_id": app}
    recording = _recording_rule(scenario, rule, path, who)
    _callback(scenario, rule, path, who)
    body = {**job, "record_param": {"record_rule_id": recording}}
    started = scenario.send(operation, path=path, body=body, credentials=who)
    answer = _done(rule, started)
    wanted = {"app_id": app, **{field: body[field] for field in SHOWN[operation]}}
    wanted |= {"stream_name": _stream(operation, answer.get("job_id"))}
    _shows(rule, started, wanted)
    path = {**path, "job_id": answer["job_id"]}
    shown = scenario.send(show, path=path, credentials=who)
    _done(rule, shown)
    _shows(rule, shown, wanted)


def _token(scenario: Scenario, rule: Rule) -> str:
    """Step 1: a token for the steps that follow."""
    if not scenario.lab.settings.allows("identity"):
        return "valid"
    exchange = scenario.send("CreateToken", credentials="none")
    _done(rule, exchange)
    token = exchange.response.header("x-subject-token") if exchange.response else None
    if not token:
        raise Inconclusive("step 1: the answer of CreateToken carries no X-Subject-Token")
    return scenario.lab.adopt("issued", TokenAuth(token), token)


def _recording_rule(scenario: Scenario, rule: Rule, path: dict[str, Any], who: str) -> str:
    """Step 3: MP4 with an empty configuration, or with its cycle (E-4-mp4-config-empty)."""
    address = {
        "bucket": scenario.given("bucket"),
        "location": "cn-north-4",
        "object": "Record/",
        "project_id": scenario.given("project"),
    }
    body = {"obs_addr": address, "record_formats": ["MP4"], "mp4_config": {}}
    exchange = scenario.send("CreateRecordRule", path=path, body=body, credentials=who)
    if exchange.status == 400:
        body["mp4_config"] = {"record_cycle": 7200}
        exchange = scenario.send("CreateRecordRule", path=path, body=body, credentials=who)
    answer = _done(rule, exchange)
    wanted = {**path, "obs_addr": address, "record_formats": ["MP4"]}
    _shows(rule, exchange, wanted)
    rule.equal(
        (answer.get("mp4_config") or {}).get("record_cycle"),
        7200,
        "record_cycle of the rule that sent none",
        exchange,
    )
    return str(answer["rule_id"])


def _callback(scenario: Scenario, rule: Rule, path: dict[str, Any], who: str) -> None:
    """Step 4: where record events are sent to."""
    url = scenario.lab.sent_for(URL)
    exchange = scenario.send(
        "UpdateRecordCallback", path=path, body={"url": url, "auth_key": AUTH_KEY}, credentials=who
    )
    if scenario.has_code_of(exchange, "UpdateRecordCallback/rule/unreachable"):
        raise Inconclusive(f"step 4: the target cannot reach {URL}")
    answer = _done(rule, exchange)
    rule.equal(answer.get("app_id"), path["app_id"], "app_id of the callback", exchange)
    shown = answer.get("record_callback") or {}
    rule.equal(
        {name: shown.get(name) for name in ("url", "auth_key")},
        {"url": url, "auth_key": AUTH_KEY},
        "the callback that was configured",
        exchange,
    )


def _done(rule: Rule, exchange: Exchange) -> dict[str, Any]:
    """The answer of a step that went well; the example ends where one does not."""
    if not rule.succeeded(exchange) or not isinstance(exchange.json, dict):
        raise Inconclusive(f"the example ended at {exchange.request.operation}")
    return exchange.json


def _shows(rule: Rule, exchange: Exchange, wanted: dict[str, Any]) -> None:
    shown = {name: exchange.json.get(name) for name in wanted}
    rule.equal(shown, wanted, f"what {exchange.request.operation} answers", exchange)


def _stream(operation: str, job: Any) -> str:
    return f"m_{job}_{ROOM}" if operation == "CreateMixJob" else f"s_{job}_{ROOM}_{USER}"
