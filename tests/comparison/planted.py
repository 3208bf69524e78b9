"""The newest contract with one change after another, each of a kind that ``diff`` must tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.contract.document import Contract, load_contract
from conformance.contract.overlay import apply_overlay
from conformance.contract.revisions import load_contract_at

APPS = "$.paths['/v2/apps']"
CREATE, LIST = f"{APPS}.post", f"{APPS}.get"
SHOW = "$.paths['/v2/apps/{app_id}'].get"
REQUEST, APP = "$.components.schemas.AppReq", "$.components.schemas.App"
EVENT = "$.components.schemas.RecordEvent"
HLS_CONFIG = "$.components.schemas.HLSRecordConfigReq"
RULE_REQUEST = "$.components.schemas.RecordRuleReq"
CALLBACK = "$.components.schemas.AppPushCallbackUrl"
HLS = f"{RULE_REQUEST}.allOf[?@['x-name'] == 'hls-needs-config']"
HAS_TIME = f"{CALLBACK}.allOf[?@['x-name'] == 'set-callback-has-time']"
LIMIT, OFFSET = (f"{LIST}.parameters[?@.name == '{name}'].schema" for name in ("limit", "offset"))
PUT = {
    "operationId": "recordEvent",
    "x-source": {"section": "14.6"},
    "x-chapter": 14,
    "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RecordEvent"}}}
    },
}

Action = dict[str, Any]


def put(target: str, update: Any) -> Action:
    """An action that updates."""
    return {"target": target, "update": update}


def drop(target: str) -> Action:
    """An action that removes."""
    return {"target": target, "remove": True}


@cache
def edition(revision: str | None = None) -> Contract:
    """The contract of an edition, read once; without a date the newest."""
    return load_contract_at(revision)


def base() -> Contract:
    """The newest contract."""
    return edition()


def changed(*actions: Action) -> Contract:
    """The newest contract with planted changes."""
    overlay = {"overlay": "1.0.0", "actions": list(actions)}
    return load_contract(document=apply_overlay(base().raw, overlay, "planted"))


@dataclass(frozen=True, slots=True)
class Planted:
    """Actions of an overlay, the kind of change that they are, and the kind of the way back.

    ``impact``: on clients and on servers, each C, R or B: compatible, risky, breaking.
    ``requirement``: an id that both ways must name; empty for none.
    """

    actions: list[Action]
    kind: str
    impact: str
    requirement: str
    kind_back: str
    impact_back: str


PLANTED = [
    Planted(
        [drop("$.paths['/v2/rtc-ops/buckets']")],
        "operation-removed",
        "BC",
        "ListObsBuckets/200/body/json",
        "operation-added",
        "CB",
    ),
    Planted(
        [put(CREATE, {"servers": [{"url": "https://elsewhere.example.test"}]})],
        "operation-moved",
        "BB",
        "",
        "operation-moved",
        "BB",
    ),
    Planted(
        [put(CREATE, {"x-flow-group": "jobs"})],
        "operation-changed",
        "RR",
        "",
        "operation-changed",
        "RR",
    ),
    Planted(
        [put("$['x-conventions']", {"request-id": "x-trace-id"})],
        "conventions-changed",
        "RR",
        "",
        "conventions-changed",
        "RR",
    ),
    Planted(
        [drop(f"{CREATE}.requestBody")],
        "request-body-removed",
        "RC",
        "CreateApp/body/app_name/required",
        "request-body-added",
        "BR",
    ),
    Planted(
        [put(f"{REQUEST}.properties", {"note": {"type": "object", "properties": {"a": {}}}})],
        "request-field-added",
        "CR",
        "CreateApp/body/note.a/optional",
        "request-field-removed",
        "RC",
    ),
    Planted(
        [
            put(f"{REQUEST}.properties", {"note": {"type": "string"}}),
            put(REQUEST, {"required": ["note"]}),
        ],
        "request-field-added-required",
        "BR",
        "CreateApp/body/note/required",
        "request-field-removed",
        "RC",
    ),
    Planted(
        [drop(f"{REQUEST}.required")],
        "request-field-now-optional",
        "CB",
        "CreateApp/body/app_name/required",
        "request-field-now-required",
        "BR",
    ),
    Planted(
        [put(LIMIT, {"maximum": 50})],
        "request-narrowed",
        "BR",
        "ListApps/query/limit/maximum",
        "request-widened",
        "CB",
    ),
    Planted(
        [put(LIMIT, {"type": "string"})],
        "request-replaced",
        "BB",
        "ListApps/query/limit/type",
        "request-replaced",
        "BB",
    ),
    Planted(
        [put(f"{HLS_CONFIG}.properties.record_slice_duration", {"default": 11})],
        "request-meaning",
        "RR",
        "CreateRecordRule/body/hls_config.record_slice_duration/default",
        "request-meaning",
        "RR",
    ),
    Planted(
        [drop(HLS)],
        "request-combination-removed",
        "CB",
        "CreateRecordRule/body/hls-needs-config/combination",
        "request-combination-added",
        "BR",
    ),
    Planted(
        [put(HLS, {"then": {"required": ["x"]}})],
        "request-combination-changed",
        "RR",
        "CreateRecordRule/body/hls-needs-config/combination",
        "request-combination-changed",
        "RR",
    ),
    Planted(
        [drop(f"{SHOW}.responses['200']"), put(f"{SHOW}.responses", {"202": {"description": "x"}})],
        "answer-success-removed",
        "BB",
        "ShowApp/200/app_id/required",
        "answer-success-added",
        "BB",
    ),
    Planted(
        [put(f"{SHOW}.responses", {"409": {"description": "x"}})],
        "answer-error-added",
        "RC",
        "ShowApp/409/body/empty",
        "answer-error-removed",
        "CR",
    ),
    Planted(
        [drop(f"{CREATE}.responses['201'].content")],
        "answer-body-removed",
        "BB",
        "CreateApp/201/app_id/required",
        "answer-body-added",
        "RB",
    ),
    Planted(
        [drop(f"{CREATE}.responses['201'].headers")],
        "answer-header-removed",
        "BC",
        "CreateApp/201/header/x-request-id/required",
        "answer-header-added",
        "CB",
    ),
    Planted(
        [put(f"{APP}.properties", {"note": {"type": "string"}})],
        "answer-field-added-optional",
        "CC",
        "ShowApp/200/note/type",
        "answer-field-removed-optional",
        "RR",
    ),
    Planted(
        [put(f"{APP}.properties", {"note": {}}), put(APP, {"x-recommended": ["note"]})],
        "answer-field-added-recommended",
        "CR",
        "ShowApp/200/note/required",
        "answer-field-removed-recommended",
        "RR",
    ),
    Planted(
        [put(f"{APP}.properties", {"note": {}}), put(APP, {"required": ["note"]})],
        "answer-field-added-required",
        "CB",
        "ShowApp/200/note/required",
        "answer-field-removed-required",
        "BR",
    ),
    Planted(
        [drop(f"{APP}.required")],
        "answer-field-no-longer-required",
        "BC",
        "ShowApp/200/app_id/required",
        "answer-field-now-required",
        "CB",
    ),
    Planted(
        [put(APP, {"x-recommended": ["callbacks"]})],
        "answer-field-now-recommended",
        "CR",
        "ShowApp/200/callbacks/required",
        "answer-field-no-longer-recommended",
        "RC",
    ),
    Planted(
        [drop(f"{APP}.properties.scope.enum[0]")],
        "answer-narrowed",
        "CB",
        "ShowApp/200/scope/enum",
        "answer-widened",
        "RC",
    ),
    Planted(
        [put(f"{APP}.properties.create_time", {"pattern": "^.*$"})],
        "answer-replaced",
        "RB",
        "ShowApp/200/create_time/format",
        "answer-replaced",
        "RB",
    ),
    Planted(
        [
            drop(f"{APP}.properties.domain.type"),
            put(f"{APP}.properties.domain", {"type": ["string", "null"]}),
        ],
        "answer-type-widened",
        "BC",
        "ShowApp/200/domain/type",
        "answer-narrowed",
        "CB",
    ),
    Planted(
        [put(f"{APP}.properties.domain", {"type": "integer"})],
        "answer-type-replaced",
        "BB",
        "ShowApp/200/domain/type",
        "answer-type-replaced",
        "BB",
    ),
    Planted(
        [put(f"{APP}.properties.domain", {"x-unit": "seconds"})],
        "answer-meaning",
        "RR",
        "",
        "answer-meaning",
        "RR",
    ),
    Planted(
        [drop(HAS_TIME)],
        "answer-combination-removed",
        "RC",
        "ShowApp/200/callbacks.push_callback.set-callback-has-time/combination",
        "answer-combination-added",
        "CB",
    ),
    Planted(
        [put(HAS_TIME, {"then": {"required": ["x"]}})],
        "answer-combination-changed",
        "RR",
        "ShowApp/200/callbacks.push_callback.set-callback-has-time/combination",
        "answer-combination-changed",
        "RR",
    ),
    Planted(
        [drop("$.webhooks.recordEvent")],
        "notification-removed",
        "BC",
        "recordEvent/rule/posted",
        "notification-added",
        "RB",
    ),
    Planted(
        [
            drop("$.webhooks.recordEvent.post"),
            put("$.webhooks.recordEvent", {"put": PUT}),
        ],
        "notification-moved",
        "BB",
        "",
        "notification-moved",
        "BB",
    ),
    Planted(
        [drop(f"{CREATE}['x-rules'][0]")],
        "rule-removed",
        "RC",
        "CreateApp/rule/name-unique-in-tenant",
        "rule-added",
        "CR",
    ),
    Planted(
        [put(f"{CREATE}['x-rules'][0]", {"text": "Something else."})],
        "rule-changed",
        "RR",
        "CreateApp/rule/name-unique-in-tenant",
        "rule-changed",
        "RR",
    ),
    Planted(
        [drop("$['x-error-catalogue'].codes[0]")],
        "error-code-removed",
        "CR",
        "",
        "error-code-added",
        "RC",
    ),
    Planted(
        [put("$['x-error-catalogue'].codes[0]", {"status": 401})],
        "error-code-changed",
        "RR",
        "",
        "error-code-changed",
        "RR",
    ),
    Planted(
        [drop("$['x-refusals'].rtc.range")], "refusal-changed", "RR", "", "refusal-changed", "RR"
    ),
    Planted(
        [drop("$['x-refusals'].rtc.missing.preferred")],
        "requirement-removed",
        "RC",
        "CreateApp/body/app_name/required-code",
        "requirement-added",
        "CR",
    ),
    Planted(
        [put("$['x-flow-groups'].jobs", {"limit": 5})],
        "flow-limit-lowered",
        "RR",
        "",
        "flow-limit-raised",
        "CR",
    ),
    Planted(
        [drop("$['x-flow-groups'].jobs")], "flow-limit-removed", "CC", "", "flow-limit-added", "RR"
    ),
    Planted([drop("$['x-regions'][0]")], "region-removed", "RR", "", "region-added", "RC"),
    Planted(
        [drop(f"{OFFSET}['x-levels']")],
        "level-raised",
        "CR",
        "ListApps/query/offset/minimum",
        "level-lowered",
        "RC",
    ),
    Planted(
        [put(f"{REQUEST}['x-source'].tables", "9-9")],
        "wording",
        "CC",
        "CreateApp/body/app_name/required",
        "wording",
        "CC",
    ),
]
