"""A run as big and as odd as a real one: 44 operations, some 3000 requirements, planted faults."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from conformance.model.report import (
    ReceivedResponse,
    Report,
    ReportedExchange,
    ReportedFinding,
    ReportedRequirement,
    RunRecord,
    SentRequest,
    StatusCell,
)
from conformance.model.verdict import RunVerdict, Verdict

BASE = "https://emulator.example.test"
APP = "5d7a9a52e2b14e0fa7d1b2c3d4e5f607"

OPERATIONS = """
CreateApp POST /v2/apps 5.1
ListApps GET /v2/apps 5.2
ShowApp GET /v2/apps/{app_id} 5.3
DeleteApp DELETE /v2/apps/{app_id} 5.4
StartApp POST /v2/apps/{app_id}/enable 5.5
StopApp POST /v2/apps/{app_id}/disable 5.6
CreateRecordRule POST /v2/apps/{app_id}/record-rules 6.1
ListRecordRules GET /v2/apps/{app_id}/record-rules 6.2
ShowRecordRule GET /v2/apps/{app_id}/record-rules/{rule_id} 6.3
UpdateRecordRule PUT /v2/apps/{app_id}/record-rules/{rule_id} 6.4
DeleteRecordRule DELETE /v2/apps/{app_id}/record-rules/{rule_id} 6.5
UpdateAutoRecord PUT /v2/apps/{app_id}/auto-record-mode 7.1
ShowAutoRecord GET /v2/apps/{app_id}/auto-record-mode 7.2
UpdateRecordCallback PUT /v2/apps/{app_id}/record-callback 8.1
ShowRecordCallback GET /v2/apps/{app_id}/record-callback 8.2
CreateMixJob POST /v2/apps/{app_id}/mix-stream-jobs 9.1
ShowMixJob GET /v2/apps/{app_id}/mix-stream-jobs/{job_id} 9.2
UpdateMixJob PUT /v2/apps/{app_id}/mix-stream-jobs/{job_id} 9.3
StopMixJob DELETE /v2/apps/{app_id}/mix-stream-jobs/{job_id} 9.4
CreateIndividualStreamJob POST /v2/apps/{app_id}/individual-stream-jobs 10.1
ShowIndividualStreamJob GET /v2/apps/{app_id}/individual-stream-jobs/{job_id} 10.2
StopIndividualStreamJob DELETE /v2/apps/{app_id}/individual-stream-jobs/{job_id} 10.3
UpdateIndividualStreamJob PUT /v2/apps/{app_id}/individual-stream-jobs/{job_id} 10.4
RemoveUsers POST /v2/apps/{app_id}/rooms/{room_id}/batch-remove-users 11.1
RemoveRoom POST /v2/apps/{app_id}/rooms/{room_id}/dismiss 11.2
ListObsBuckets GET /v2/rtc-ops/buckets 12.1
ListObsBucketObjects GET /v2/rtc-ops/buckets/objects 12.2
UpdateObsBucketAuthority PUT /v2/rtc-ops/buckets/authentication 12.3
ListRtcRoomList GET /v1/{project_id}/rtc/rooms 13.1
ListRtcUserList GET /v1/{project_id}/rtc/users 13.2
ListRtcRealtimeScale GET /v1/{project_id}/rtc/realtime/scale 13.3
ListRtcRealtimeScaleDimension GET /v1/{project_id}/rtc/realtime/scale/dimension 13.4
ListRtcRealtimeQuality GET /v1/{project_id}/rtc/realtime/quality 13.5
ListRtcRealtimeNetwork GET /v1/{project_id}/rtc/realtime/network 13.6
ListRtcHistoryUsage GET /v1/{project_id}/rtc/history/usage 13.7
ListRtcHistoryScale GET /v1/{project_id}/rtc/history/scale 13.8
ListRtcHistoryQuality GET /v1/{project_id}/rtc/history/quality 13.9
ListRtcClientQosDetails GET /v1/{project_id}/rtc/client/qos/details 13.10
ListRtcEvent GET /v1/{project_id}/rtc/client/event 13.11
ListRtcAbnormalEvent GET /v1/{project_id}/rtc/client/abnormalevent 13.12
ListRtcAbnormalEvents GET /v1/rtc/data/abnormal-events 13.13
ListRtcAbnormalEventDimension GET /v1/rtc/data/abnormal-event/dimension 13.14
CreateToken POST /v3/auth/tokens 3.2
ListProjects GET /v3/projects 14.3
"""

FIELDS = {
    "5": ("app_name", "domain", "app_id", "state.state", "state.update_time", "limit"),
    "6": ("location", "bucket", "object", "record_formats[]", "hls_config.record_cycle", "rule_id"),
    "7": ("mode", "record_rule_id", "update_time", "room_id", "enabled"),
    "8": ("url", "auth_key", "notify_event_subscription[]", "need_auth", "timeout"),
    "9": ("room_id", "encode_param.template", "layout_panes[].width", "max_idle_time", "job_id"),
    "10": ("room_id", "user_id", "select_stream_index", "max_idle_time", "job_id", "is_record"),
    "11": ("user_ids[]", "room_id", "reason", "app_id", "mode"),
    "12": ("bucket", "location", "objects[].key", "prefix", "type"),
    "13": ("app", "start_time", "end_time", "limit", "offset", "rooms[].room_id"),
    "3": ("auth.identity.methods[]", "auth.scope.project.name", "token.expires_at"),
    "14": ("projects[].id", "projects[].name", "links.self", "limit"),
}
INPUT_KEYWORDS = ("required", "type", "minLength", "maxLength", "pattern", "enum", "null")
ANSWER_KEYWORDS = ("required", "type", "format", "enum")
STATUSES = ("400", "401", "403", "404")
CAPABILITIES = {"12": "obs", "13": "statistics", "11": "rooms.remove", "9": "jobs", "10": "jobs"}


def _operations() -> list[tuple[str, str, str, str, str]]:
    rows = (line.split() for line in OPERATIONS.strip().splitlines())
    return [
        (op, method, path, section, section.split(".")[0]) for op, method, path, section in rows
    ]


def _requirement(
    identity: str, operation: str | None, section: str, text: str, level: str = "MUST"
) -> ReportedRequirement:
    chapter = section.split(".")[0] if operation else "common"
    return ReportedRequirement(
        id=identity,
        level=level,
        operation=operation,
        chapter=chapter,
        source=f"section {section}, table {section.replace('.', '-')}",
        text=text,
        verdict=Verdict.PASS,
        cases=[f"{identity}[a]", f"{identity}[b]"],
        capabilities=[CAPABILITIES[chapter]] if chapter in CAPABILITIES else [],
    )


def _requirements() -> list[ReportedRequirement]:
    found: list[ReportedRequirement] = []
    for op, method, _, section, chapter in _operations():
        place = "query" if method in {"GET", "DELETE"} else "body"
        fields = FIELDS[chapter]
        found += [
            _requirement(f"{op}/{place}/{field}/{word}", op, section, f"{field} keeps its {word}.")
            for field in fields
            for word in INPUT_KEYWORDS
        ]
        found += [
            _requirement(
                f"{op}/200/{field}/{word}",
                op,
                section,
                f"Answer 200 carries {field} as documented ({word}).",
                "SHOULD" if word == "format" else "MUST",
            )
            for field in fields
            for word in ANSWER_KEYWORDS
        ]
        found.append(
            _requirement(
                f"{op}/200/header/x-request-id/required", op, section, "x-request-id is present."
            )
        )
        found += [
            _requirement(f"{op}/{status}/error_code/{word}", op, section, f"{status}: {word}")
            for status in STATUSES
            for word in ("required", "catalogued")
        ]
        found.append(_requirement(f"{op}/rule/state-kept", op, section, "What is read is written."))
        found.append(
            _requirement(
                f"{op}/200/body/undeclared", op, section, "No undeclared fields.", "SHOULD"
            )
        )
    found.append(
        _requirement(
            "common/header/x-request-id/unique", None, "3.3", "No two answers share an id."
        )
    )
    found.append(_requirement("common/json/duplicate-keys", None, "3.3", "No doubled keys.", "MAY"))
    return found


def request_of(operation: str, body: Any = None) -> SentRequest:
    """A plausible request of that operation, secrets already variables."""
    real = operation[5:] if operation.startswith("Copy") else operation
    method, path = next((m, p) for op, m, p, _, _ in _operations() if op == real)
    for name, value in (("app_id", APP), ("project_id", "0f1e2d3c4b5a"), ("job_id", "job-1")):
        path = path.replace("{" + name + "}", value)
    path = path.replace("{rule_id}", "rule-1").replace("{room_id}", "room-1")
    headers = [["Content-Type", "application/json"], ["X-Auth-Token", "$SPARKRTC_TOKEN"]]
    text = None if body is None else json.dumps(body, ensure_ascii=False)
    return SentRequest(method, BASE + path, headers, text)


def exchange_of(
    number: int, operation: str, status: int, answer: Any, sent: Any = None, **more: Any
) -> ReportedExchange:
    """One exchange; ``answer`` a JSON value, or a str that goes out as it is."""
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    headers = [["Content-Type", "application/json"], ["X-request-Id", f"req-{number}"]]
    return ReportedExchange(
        number=number,
        case=f"case-{number}",
        operation=operation,
        request=request_of(operation, sent),
        response=ReceivedResponse(status, headers, text, 12.5 + number % 7),
        **more,
    )


def finding_of(
    requirement: ReportedRequirement,
    exchange: ReportedExchange | None,
    message: str,
    expected: str,
    actual: str,
) -> ReportedFinding:
    """A finding against that requirement, with its two ways to replay it."""
    url = exchange.request.url if exchange else BASE
    method = exchange.request.method if exchange else "GET"
    return ReportedFinding(
        requirement=requirement.id,
        level=requirement.level,
        case=requirement.cases[0],
        message=message,
        expected=expected,
        actual=actual,
        source=requirement.source,
        exchange=exchange,
        curl=f"curl -X {method} '{url}' -H \"X-Auth-Token: $SPARKRTC_TOKEN\"",
        pytest=f"pytest --pyargs conformance.suite -k '{requirement.cases[0]}'",
    )


def _fault(requirement: ReportedRequirement, number: int) -> ReportedFinding | None:
    """The planted faults, most of them breaking several requirements at once."""
    op, _, rest = requirement.id.partition("/")
    if op == "UpdateIndividualStreamJob" and not rest.startswith("40"):
        refused = {"error_code": "APIGW.0101", "error_msg": "The API does not exist"}
        seen = exchange_of(number, op, 404, refused, {"room_id": "room-1"})
        return finding_of(requirement, seen, "answered 404", "200", "404 APIGW.0101")
    if rest.endswith("state.state/enum") and rest.startswith("200"):
        answer = {"app_id": APP, "state": {"state": "ENABLED", "update_time": "2023-11-28"}}
        seen = exchange_of(number, op, 200, answer)
        return finding_of(
            requirement,
            seen,
            "state.state is 'ENABLED', which is not a documented value",
            "ACTIVATION, DEACTIVATION",
            "ENABLED",
        )
    if rest.endswith("header/x-request-id/required") and requirement.chapter in {"6", "13"}:
        seen = exchange_of(number, op, 200, {"count": 0})
        seen = replace(seen, response=replace(seen.response, headers=seen.response.headers[:1]))
        return finding_of(requirement, seen, "no x-request-id header", "present", "absent")
    if requirement.chapter == "8" and rest.startswith("body/") and rest.endswith("type"):
        wrong = {"detail": [{"loc": ["body"], "msg": "value is not valid"}]}
        seen = exchange_of(number, op, 422, wrong, {"url": 5})
        return finding_of(
            requirement, seen, "answered 422, not 400", "400 RTC.00001003", "422 without a code"
        )
    if rest.startswith("body/") and rest.endswith("maxLength"):
        field = rest.split("/")[1]
        sent = {"scope": "DOMESTIC", field.replace("[]", ""): "x" * 129}
        seen = exchange_of(number, op, 201, {"app_id": APP}, sent)
        return finding_of(
            requirement,
            seen,
            f"a value of 129 characters in {field} was accepted",
            "400 RTC.00001003",
            "201",
        )
    if requirement.id == "ListRtcClientQosDetails/query/start_time/pattern":
        seen = exchange_of(number, op, 500, "<html><script>alert('boom')</script></html>")
        url = f"{seen.request.url}?app={APP}&start_time=yesterday&limit=10"
        seen = replace(seen, request=replace(seen.request, url=url))
        return finding_of(requirement, seen, "the server failed with 500", "400", "500")
    if requirement.id == "CreateRecordRule/rule/state-kept":
        seen = exchange_of(number, op, 201, {"location": "cn-north-4"}, {"location": "cn-east-3"})
        return finding_of(
            requirement, seen, "location came back changed", "cn-east-3", "cn-north-4"
        )
    if requirement.id == "ListApps/200/state.state/required":
        answer = {"count": 9007199254740993, "state": {"update_time": "2023-11-28T01:02:03Z"}}
        seen = exchange_of(number, op, 200, answer)
        return finding_of(requirement, seen, "state.state is missing", "present", "absent")
    if rest == "200/body/undeclared" and requirement.chapter == "10":
        seen = exchange_of(number, op, 200, {"job_id": "1", "internal_state": 7})
        return finding_of(
            requirement,
            seen,
            "internal_state is not documented",
            "only documented fields",
            "internal_state",
        )
    return None


def _judged(requirement: ReportedRequirement, found: bool, clean: bool) -> ReportedRequirement:
    """The verdict of a requirement, by level, chapter and whether a fault struck it."""
    if found:
        if requirement.id == "CreateRecordRule/rule/state-kept":
            waiver = {
                "reason": "the emulator knows one region",
                "owner": "media team",
                "issue": "https://issues.example.test/17",
                "expires": "2027-03-01",
            }
            return replace(requirement, verdict=Verdict.WAIVED, waiver=waiver)
        verdict = Verdict.FAIL if requirement.level == "MUST" else Verdict.WARN
        return replace(requirement, verdict=verdict)
    if requirement.chapter == "12":
        return replace(
            requirement,
            verdict=Verdict.NOT_APPLICABLE,
            reason="the target does not claim the capability obs",
            cases=[],
        )
    if requirement.operation == "RemoveUsers" and not clean:
        return replace(
            requirement, verdict=Verdict.BLOCKED, reason="no room is running in the target"
        )
    if requirement.operation == "ListRtcEvent" and "/200/" in requirement.id and not clean:
        return replace(
            requirement, verdict=Verdict.INCONCLUSIVE, reason="no record in the documented window"
        )
    if requirement.operation == "CreateToken" and requirement.id.endswith("enum"):
        return replace(requirement, verdict=Verdict.NOT_SELECTED, reason="--exclude CreateToken/*")
    if requirement.id == "CreateMixJob/body/encode_param.template/enum":
        return replace(requirement, erratum="E-9-template-separator")
    return requirement


def tally(requirements: list[ReportedRequirement]) -> dict[str, int]:
    """How many requirements have which verdict; every verdict named."""
    counts = Counter(item.verdict for item in requirements)
    return {verdict.value: counts[verdict] for verdict in Verdict}


def assemble(
    requirements: list[ReportedRequirement], findings: list[ReportedFinding], **changes: Any
) -> Report:
    """A consistent report of these requirements and findings; ``changes`` replace its fields."""

    def by(key: str) -> dict[str, dict[str, int]]:
        values = dict.fromkeys(str(getattr(r, key) or "common") for r in requirements)
        return {
            value: tally([r for r in requirements if str(getattr(r, key) or "common") == value])
            for value in values
        }

    found = {item.verdict for item in requirements}
    verdict = RunVerdict.CONFORMANT
    if found & {Verdict.BLOCKED, Verdict.INCONCLUSIVE}:
        verdict = RunVerdict.INCOMPLETE
    if Verdict.FAIL in found:
        verdict = RunVerdict.NONCONFORMANT
    report = Report(
        suite={"name": "sparkrtc-conformance", "version": "0.1.0"},
        contract={
            "revision": "2023-11-28",
            "sha256": "ab" * 32,
            "errata_applied": ["E-9-template-separator"],
        },
        target={
            "name": "media-emulator 2.4",
            "base_url": BASE,
            "profile": "emulator",
            "capabilities": ["writes", "jobs", "rooms.remove", "statistics"],
        },
        run=RunRecord.from_dict(
            {
                "started": "2026-11-22T17:00:00Z",
                "finished": "2026-11-22T17:01:12Z",
                "duration_s": 72.4,
                "seed": 20231128,
                "level": "standard",
                "selection": {"only": [], "exclude": ["CreateToken/*"]},
                "requests": 4120,
                "requests_by_flow_group": {"management": 2800, "jobs": 900, "statistics": 420},
                "interrupted": False,
            }
        ),
        verdict=verdict,
        summary=tally(requirements),
        by_operation=by("operation"),
        by_level=by("level"),
        by_chapter=by("chapter"),
        status_coverage=_coverage(),
        requirements=requirements,
        findings=findings,
    )
    return replace(report, **changes)


def _coverage() -> list[StatusCell]:
    cells: list[StatusCell] = []
    for op, method, _, _, chapter in _operations():
        success = "201" if op.startswith("Create") else "204" if method == "DELETE" else "200"
        for status in (success, *STATUSES, "500"):
            reached = 0 if status in {"403", "500"} or chapter == "12" else 3 + len(op) % 5
            reason = "" if reached else "nothing documented leads there" if status != "403" else ""
            cells.append(StatusCell(op, status, reached, reason))
    return cells


def build_report(*, clean: bool = False, requirements: int | None = None) -> Report:
    """The sample run.

    ``clean``: every fault repaired. ``requirements``: at least that many, the surplus being
    copies of the real ones in operations that do not exist (for the tests of speed).
    """
    known = _requirements()
    copies = 0
    while requirements is not None and len(known) < requirements:
        copies += 1
        known += [
            replace(item, id=f"Copy{copies}{item.id}") for item in _requirements() if item.operation
        ]
    found: list[ReportedFinding] = []
    judged: list[ReportedRequirement] = []
    for number, item in enumerate(known, start=1):
        finding = None if clean else _fault(item, number)
        if finding is not None:
            found.append(finding)
        judged.append(_judged(item, finding is not None, clean))
    return assemble(judged, found)
