"""Faults of chapters 7 and 8: automatic recording, and the callback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RuleRow,
    afterwards,
    crash_when,
    edited,
    faults_of_operation,
    found_app,
    lost,
    other_apps,
    other_id,
    policy,
    refused_when,
    shown,
    tenant_apps,
    year_on,
)
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

SET_AUTO, SHOW_AUTO = "UpdateAutoRecord", "ShowAutoRecord"
SET_CALLBACK, SHOW_CALLBACK = "UpdateRecordCallback", "ShowRecordCallback"
HOUR = timedelta(hours=1)


def faults() -> Iterator[Fault]:
    """Every fault of a rule of chapters 7 and 8."""
    for operation, rows in (
        (SET_AUTO, (*_SET_AUTO, *_seen("auto_record_mode", "auto_record_mode", SHOW_AUTO))),
        (SHOW_AUTO, _SHOW_AUTO),
        (
            SET_CALLBACK,
            (*_SET_CALLBACK, *_seen("record_callback", "callbacks.record_callback", SHOW_CALLBACK)),
        ),
        (SHOW_CALLBACK, _SHOW_CALLBACK),
    ):
        yield from faults_of_operation(operation, rows)


def _seen(own: str, in_app: str, show: str) -> tuple[RuleRow, ...]:
    """What was set is shown otherwise elsewhere."""
    return (
        (
            "seen-by-query",
            "is shown with another time",
            edited(f"{own}.update_time", year_on),
            (show,),
        ),
        (
            "seen-by-app",
            "is shown otherwise with the application",
            edited(f"{in_app}.update_time", year_on),
            ("ShowApp",),
        ),
        (
            "seen-by-list",
            "is listed otherwise",
            edited(f"apps[].{in_app}.update_time", year_on),
            ("ListApps",),
        ),
        ("id-echoed", "answers another id", edited("app_id", other_id), ()),
        (
            "update-time-not-earlier",
            "moves the time back",
            edited(f"{own}.update_time", lambda text: year_on(text, -1)),
            (),
        ),
    )


def _mode(turn: Turn) -> Any:
    return (turn.request.json or {}).get("mode")


def _rule_id(turn: Turn) -> Any:
    return (turn.request.json or {}).get("record_rule_id")


def _switched_off(turn: Turn) -> bool:
    return bool(_mode(turn) == "AUTO_RECORD_OFF")


def _taken(turn: Turn, *, foreign: bool) -> Request | None:
    """Switch off where a rule is named that is not the application's."""
    app, wanted = found_app(turn), _rule_id(turn)
    if app is None or not wanted or wanted in app.rules:
        return None
    elsewhere = any(wanted in one.rules for one in tenant_apps(turn).values())
    return turn.request.with_json({"mode": "AUTO_RECORD_OFF"}) if elsewhere is foreign else None


def _setting_touched(turn: Turn, _body: Any) -> None:
    app = found_app(turn)
    if app is not None:
        app.auto_record.updated += HOUR


def _settings_touched(turn: Turn, _body: Any) -> None:
    for app in other_apps(turn):
        app.auto_record.updated += HOUR


_SET_AUTO: tuple[RuleRow, ...] = (
    ("read-back", "answers another rule", edited("auto_record_mode.record_rule_id", other_id), ()),
    ("off-after-on", "cannot be switched off", lost(_switched_off), ()),
    (
        "unknown-rule",
        "takes a rule that is not there",
        on_request(lambda turn: _taken(turn, foreign=False)),
        (),
    ),
    (
        "foreign-rule",
        "takes the rule of another application",
        on_request(lambda turn: _taken(turn, foreign=True)),
        (),
    ),
    (
        "refused-changes-nothing",
        "changes when it refuses",
        afterwards(_setting_touched, refused=True),
        (),
    ),
    (
        "off-with-rule",
        "fails when a rule is named while switching off",
        crash_when(lambda turn: _switched_off(turn) and bool(_rule_id(turn))),
        (),
    ),
    ("other-apps-untouched", "changes other applications", afterwards(_settings_touched), ()),
)


def _as_new(_turn: Turn, body: Any) -> Any:
    mode = {**body["auto_record_mode"], "mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": "1"}
    return {**body, "auto_record_mode": mode}


_SHOW_AUTO: tuple[RuleRow, ...] = (
    ("id-echoed", "answers another id", edited("app_id", other_id), ()),
    ("never-configured", "is on without having been switched on", shown(_as_new), ()),
    (
        "same-as-app",
        "answers another time than the application",
        edited("auto_record_mode.update_time", year_on),
        (),
    ),
)


def _url(turn: Turn) -> str:
    return str((turn.request.json or {}).get("url", ""))


def _any_scheme(turn: Turn) -> Request | None:
    body = turn.request.json
    if not isinstance(body, dict) or _url(turn).startswith(("http://", "https://")):
        return None
    return turn.request.with_json({**body, "url": "http://callback.example/"})


def _keyless(turn: Turn) -> bool:
    return not (turn.request.json or {}).get("auth_key")


def _set_before(turn: Turn) -> bool:
    app = found_app(turn)
    return app is not None and app.callback is not None


def _key_kept() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        before = app.callback if app is not None else None
        answer = await turn.forward(turn.request)
        if answer.succeeded and before is not None and _keyless(turn):
            app.callback = replace(app.callback, auth_key=before.auth_key)
            put = tree.put(before.auth_key)
            return answer.with_json(tree.change(answer.json, "record_callback.auth_key", put))
        return answer

    return behave


def _callback_touched(turn: Turn, _body: Any) -> None:
    app = found_app(turn)
    if app is not None and app.callback is not None:
        app.callback.url += "x"


def _callbacks_taken(turn: Turn, _body: Any) -> None:
    own = found_app(turn)
    for app in other_apps(turn):
        app.callback = replace(own.callback)


_SET_CALLBACK: tuple[RuleRow, ...] = (
    (
        "url-read-back",
        "answers another address",
        edited("record_callback.url", lambda url: f"{url}/"),
        (),
    ),
    ("auth-key-stored", "hides the key", edited("record_callback.auth_key", lambda _: "***"), ()),
    (
        "http-and-https",
        "takes no https",
        refused_when(lambda turn: _url(turn).startswith("https:")),
        (),
    ),
    ("other-schemes", "takes any scheme", on_request(_any_scheme), ()),
    ("key-not-needed", "demands a key", refused_when(_keyless, 400, "RTC.00001005"), ()),
    ("replaces", "keeps the first address", lost(_set_before), ()),
    ("left-out-key-is-gone", "keeps the key", _key_kept(), ()),
    (
        "subscribed-events",
        "subscribes to something else",
        edited("record_callback.notify_event_subscription", lambda _: ["CLOUD_RECORD_OVER"]),
        (),
    ),
    ("unreachable", "takes addresses that cannot be reached", policy(unreachable_hosts=()), ()),
    (
        "refused-changes-nothing",
        "changes when it refuses",
        afterwards(_callback_touched, refused=True),
        (),
    ),
    ("other-apps-untouched", "sets the callback of all", afterwards(_callbacks_taken), ()),
)


def _never_set(turn: Turn) -> bool:
    app = found_app(turn)
    return app is not None and app.callback is None


_SHOW_CALLBACK: tuple[RuleRow, ...] = (
    ("id-echoed", "answers another id", edited("app_id", other_id), ()),
    (
        "never-configured",
        "is refused while none is set",
        refused_when(_never_set, 404, "RTC.00001015"),
        (),
    ),
    (
        "same-as-app",
        "answers another address than the application",
        edited("record_callback.url", lambda url: f"{url}/"),
        (),
    ),
)
