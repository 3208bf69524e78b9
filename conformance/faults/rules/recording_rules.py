"""Faults of chapter 6: recording rules."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RuleRow,
    afterwards,
    edited,
    faults_of_operation,
    found_app,
    from_owner,
    kept_in_list,
    lost,
    other_apps,
    other_id,
    refused_when,
    shown,
    stale,
    succeeding,
    year_on,
)
from conformance.faults.messages import Answer, Request, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

CREATE, LIST, SHOW = "CreateRecordRule", "ListRecordRules", "ShowRecordRule"
UPDATE, DELETE = "UpdateRecordRule", "DeleteRecordRule"
HOUR = timedelta(hours=1)

_MEANWHILE = 0.05
"""Seconds in which a rule that was made is not yet seen."""


def faults() -> Iterator[Fault]:
    """Every fault of a rule of chapter 6, except those of pages (``paged_lists``)."""
    tables = (
        (CREATE, (*_CREATE, *_TAKEN)),
        (LIST, _LIST),
        (SHOW, _SHOW),
        (UPDATE, (*_UPDATE, *_TAKEN)),
        (DELETE, _DELETE),
    )
    for operation, rows in tables:
        yield from faults_of_operation(operation, rows)


def _rules(turn: Turn) -> dict[str, Any]:
    app = found_app(turn)
    return app.rules if app is not None else {}


def _has_rule(turn: Turn) -> bool:
    return bool(_rules(turn))


def _another_of_the_place(turn: Turn) -> Request:
    for rule in _rules(turn).values():
        rule.location = f"{rule.location}~"
    return turn.request


def _another_if_at_once(turn: Turn) -> Request | None:
    """A rule that is there is known only a moment after it was made."""
    made: dict[str, float] = turn.memory.setdefault("made", {})
    app = str(turn.path.get("app_id"))
    fresh = time.monotonic() - made.setdefault(app, time.monotonic()) < _MEANWHILE
    return _another_of_the_place(turn) if fresh else None


def _created_again(turn: Turn, body: Any) -> None:
    rule = _rules(turn)[body["rule_id"]]
    rule.created = rule.updated


def _everywhere(turn: Turn, body: Any) -> None:
    for app in other_apps(turn):
        app.rules[body["rule_id"]] = _rules(turn)[body["rule_id"]]


def _touched(turn: Turn, _body: Any) -> None:
    for rule in _rules(turn).values():
        rule.updated += HOUR


def _chosen_id() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        wanted = (turn.request.json or {}).get("rule_id") if answer.succeeded else None
        if not isinstance(wanted, str):
            return answer
        rules = _rules(turn)
        rule = rules.pop(answer.json["rule_id"])
        rule.rule_id = wanted
        rules[wanted] = rule
        return answer.with_json({**answer.json, "rule_id": wanted})

    return behave


def _filled_in(_turn: Turn, body: Any) -> Any:
    for name in ("hls_config", "mp4_config"):
        if name in body:
            prefix = body[name]["record_prefix"].replace("{app_id}", body["app_id"])
            body[name]["record_prefix"] = prefix
    return body


def _other_defaults(_turn: Turn, body: Any) -> Any:
    for name in ("hls_config", "mp4_config"):
        if name in body:
            body[name]["record_max_duration_to_merge_file"] += 7
    return body


def _crossed(key: str) -> Behaviour:
    return edited(key, other_id)


def _body(change: Callable[[Any], Any]) -> Behaviour:
    def behave(turn: Turn) -> Request | None:
        body = turn.request.json
        return (
            turn.request.with_json(change(copy.deepcopy(body))) if isinstance(body, dict) else None
        )

    return on_request(behave)


def _here(body: Any) -> Any:
    if isinstance(body.get("obs_addr"), dict):
        body["obs_addr"]["location"] = "cn-north-4"
    return body


def _in_capitals(body: Any) -> Any:
    formats = body.get("record_formats")
    if isinstance(formats, list):
        body["record_formats"] = [str(one).upper() for one in formats]
    return body


def _hourly(body: Any) -> Any:
    if isinstance(body.get("mp4_config"), dict):
        body["mp4_config"].setdefault("record_cycle", 3600)
    return body


_OTHER_BUCKET = edited("obs_addr.bucket", other_id)
_TAKEN: tuple[RuleRow, ...] = (
    ("unsupported-location", "records elsewhere than it was told", _body(_here), ()),
    ("formats-uppercase", "takes formats in small letters", _body(_in_capitals), ()),
    ("mp4-cycle-left-out", "fills a cycle of an hour in", _body(_hourly), ()),
    (
        "refused-changes-nothing",
        "touches the rule when it refuses",
        afterwards(_touched, refused=True),
        (),
    ),
    ("read-back", "answers another bucket", _OTHER_BUCKET, ()),
)
_CREATE: tuple[RuleRow, ...] = (
    (
        "one-per-location",
        "makes a second rule in the same location",
        on_request(_another_of_the_place),
        (),
    ),
    (
        "one-per-location-at-once",
        "looks for a rule before others that are being created are there",
        on_request(_another_if_at_once),
        (),
    ),
    ("second-create-replaces", "keeps the first rule", lost(_has_rule), ()),
    (
        "second-create-keeps-create-time",
        "begins anew with the second create",
        afterwards(_created_again),
        (),
    ),
    ("app-id-echoed", "answers another application", _crossed("app_id"), ()),
    ("defaults-filled", "fills other defaults in", shown(_other_defaults), ()),
    ("shown-after-create", "is shown with another bucket", _OTHER_BUCKET, (SHOW,)),
    (
        "listed-after-create",
        "is not in the list",
        shown(lambda _turn, body: {**body, "rules": []}),
        (LIST,),
    ),
    (
        "new-rule-times",
        "answers a rule that is younger than its update",
        edited("create_time", year_on),
        (),
    ),
    ("scoped-to-app", "makes the rule everybody's", afterwards(_everywhere), ()),
    ("rule-id-not-chosen", "lets the id be chosen", _chosen_id(), ()),
    ("prefix-variables", "fills the names in a prefix", shown(_filled_in), ()),
)


def _doubled(_turn: Turn, body: Any) -> Any:
    twins = [{**rule, "rule_id": other_id(rule["rule_id"])} for rule in body["rules"]]
    return {**body, "rules": [*body["rules"], *twins]}


_LIST: tuple[RuleRow, ...] = (
    (
        "empty-list",
        "is refused where there is none",
        refused_when(lambda turn: not _has_rule(turn), 404, "RTC.00001011"),
        (),
    ),
    (
        "own-rules-only",
        "shows the rules of another application",
        edited("rules[].app_id", other_id),
        (),
    ),
    ("one-per-location", "shows two rules of a location", shown(_doubled), ()),
    ("same-as-show", "shows another bucket", edited("rules[].obs_addr.bucket", other_id), ()),
)
_SHOW: tuple[RuleRow, ...] = (
    ("ids-echoed", "answers another id", _crossed("rule_id"), ()),
    ("foreign-rule", "finds rules of any application", on_request(from_owner), ()),
)


def _formats_added() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        before = copy.deepcopy(_rules(turn).get(turn.path["rule_id"]))
        answer = await turn.forward(turn.request)
        if not answer.succeeded or before is None:
            return answer
        content = _rules(turn)[turn.path["rule_id"]].content
        merged = dict.fromkeys([*before.content["record_formats"], *content["record_formats"]])
        content["record_formats"] = list(merged)
        return answer.with_json({**before.content, **answer.json, "record_formats": list(merged)})

    return behave


def _merged(turn: Turn) -> Request | None:
    rule, body = _rules(turn).get(turn.path["rule_id"]), turn.request.json
    if rule is None or not isinstance(body, dict):
        return None
    for name, value in rule.content.items():
        if isinstance(value, dict) and isinstance(body.get(name), dict):
            body[name] = {**value, **body[name]}
    return turn.request.with_json(body)


def _upsert() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.code != "RTC.00001011":
            return answer
        path = turn.request.path.rpartition("/")[0]
        return (await turn.forward(replace(turn.request, method="POST", path=path))).with_status(
            200
        )

    return behave


_UPDATE: tuple[RuleRow, ...] = (
    ("ids-kept", "answers another id", _crossed("rule_id"), ()),
    ("seen-by-show", "is not seen when the rule is shown", lost(), ()),
    ("seen-by-list", "is not seen in the list", stale(), (LIST,)),
    ("replaces", "adds to the formats that there are", _formats_added(), ()),
    ("left-out-is-default", "keeps what is left out", on_request(_merged), ()),
    ("left-out-is-not-kept", "merges what is sent into the rule", on_request(_merged), ()),
    ("create-time-kept", "begins anew", afterwards(_created_again), ()),
    (
        "update-time-moves",
        "moves the time back",
        edited("update_time", lambda text: year_on(text, -1)),
        (),
    ),
    ("foreign-rule", "updates rules of any application", on_request(from_owner), ()),
    ("makes-none", "makes a rule that is not there", _upsert(), ()),
)


def _unknown(turn: Turn) -> bool:
    return turn.path["rule_id"] not in _rules(turn)


def _without(attribute: str, value: Callable[[], Any]) -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        if app is None:
            return await turn.forward(turn.request)
        before = getattr(app, attribute)
        setattr(app, attribute, value() if value is list else replace(before, mode=value()))
        answer = await turn.forward(turn.request)
        setattr(app, attribute, before)
        return answer

    return behave


def _gone_all_the_same(turn: Turn, body: Any) -> None:
    if (body or {}).get("error_code") == "RTC.00001013":
        _rules(turn).pop(turn.path["rule_id"], None)


def _once_used() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        used: set[str] = turn.memory.setdefault("used", set())
        if turn.endpoint.name == "UpdateAutoRecord":
            used.add(str((turn.request.json or {}).get("record_rule_id")))
        elif turn.path["rule_id"] in used:
            return refusal(400, "RTC.00001013")
        return await turn.forward(turn.request)

    return behave


def _never_free() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        closed: set[str] = turn.memory.setdefault("closed", set())
        if turn.endpoint.name == DELETE:
            closed.add(turn.path["app_id"])
        elif turn.path["app_id"] in closed:
            return refusal(400, "RTC.00001019")
        return await turn.forward(turn.request)

    return behave


def _others_cleared(turn: Turn, _body: Any) -> None:
    for app in other_apps(turn):
        app.rules.clear()


_DELETE: tuple[RuleRow, ...] = (
    ("gone", "deletes nothing", lost(), ()),
    ("gone-from-list", "leaves the rule in the list", kept_in_list("rules"), (LIST, DELETE)),
    ("twice", "succeeds where there is nothing", succeeding(_unknown), ()),
    (
        "in-use-by-auto-record",
        "deletes what automatic recording uses",
        _without("auto_record", lambda: "AUTO_RECORD_OFF"),
        (),
    ),
    ("in-use-by-job", "deletes what a job records with", _without("open_jobs", list), ()),
    (
        "in-use-survives",
        "deletes when it refuses",
        afterwards(_gone_all_the_same, refused=True),
        (),
    ),
    (
        "deletable-after-release",
        "keeps what was ever used",
        _once_used(),
        (DELETE, "UpdateAutoRecord"),
    ),
    ("location-free-again", "keeps the location taken", _never_free(), (DELETE, CREATE)),
    ("foreign-rule", "deletes rules of any application", on_request(from_owner), ()),
    (
        "others-untouched",
        "deletes the rules of other applications",
        afterwards(_others_cleared),
        (),
    ),
)
