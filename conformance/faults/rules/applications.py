"""Faults of chapter 5: applications are created, shown and deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    afterwards,
    breaking,
    crash_if_refused,
    crash_when,
    field_set,
    found_app,
    kept_in_list,
    lost,
    other_id,
    policy,
    refused_when,
    shown,
    tenant_apps,
    year_on,
)
from conformance.faults.messages import Answer, Request, refusal, success
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import STARTS

_MEANWHILE = 0.05
"""Seconds until a name is seen by who looks whether it is taken."""
_APP_EXISTS = "RTC.00001020"


def faults() -> Iterator[Fault]:
    """Every fault of a rule of 5.1 to 5.4, except those of pages (``paged_lists``)."""
    for rule, title, behaviour, operations in _CREATE:
        yield breaking(f"CreateApp/rule/{rule}", title, behaviour, *operations)
    for rule, title, behaviour, operations in _SHOW:
        yield breaking(f"ShowApp/rule/{rule}", title, behaviour, *operations)
    for rule, title, behaviour, operations in _DELETE:
        yield breaking(f"DeleteApp/rule/{rule}", title, behaviour, *operations)


def _half_created() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.code == _APP_EXISTS:
            await turn.forward(turn.request.with_json({"app_name": turn.world.ids.resource()}))
            newest = list(tenant_apps(turn).values())[-1]
            newest.name = turn.request.json["app_name"]
        return answer

    return behave


async def _looked_up_too_soon(turn: Turn) -> Answer:
    """A name is known to be taken only a moment after it was given."""
    name = str((turn.request.json or {}).get("app_name"))
    given: dict[str, float] = turn.memory.setdefault("given", {})
    fresh = time.monotonic() - given.setdefault(name, time.monotonic()) < _MEANWHILE
    policies = turn.world.policies
    turn.world.policies = replace(policies, unique_app_names=not fresh)
    try:
        return await turn.forward(turn.request)
    finally:
        turn.world.policies = policies


def _named_elsewhere(turn: Turn) -> bool:
    name = (turn.request.json or {}).get("app_name")
    return any(app.name == name for one in turn.world.tenants.values() for app in one.apps.values())


def _names_kept() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        names = turn.memory.setdefault("names", set())
        if turn.endpoint.name == "DeleteApp":
            app = found_app(turn)
            names |= {app.name} if app is not None else set()
        elif (turn.request.json or {}).get("app_name") in names:
            return refusal(400, _APP_EXISTS)
        return await turn.forward(turn.request)

    return behave


def _same_id() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if not answer.succeeded:
            return answer
        first: str = turn.memory.setdefault("id", answer.json["app_id"])
        return answer.with_json({"app_id": first})

    return behave


def _of_shown_apps(**changes: Any) -> Behaviour:
    """The same change of an application, where it is shown and where it is listed."""

    def edit(app: dict[str, Any]) -> dict[str, Any]:
        return {name: changes[name](app) if name in changes else app[name] for name in app}

    def change(_turn: Turn, body: Any) -> Any:
        return {**body, "apps": [*map(edit, body["apps"])]} if "apps" in body else edit(body)

    return shown(change)


def _newest_unlisted(_turn: Turn, body: Any) -> Any:
    newest = max((app["create_time"] for app in body["apps"]), default="")
    return {**body, "apps": [app for app in body["apps"] if app["create_time"] != newest]}


def _decoded(turn: Turn) -> Request | None:
    text = turn.request.body.decode("utf-8", "ignore").encode()
    if text == turn.request.body:
        return None
    return Request(
        turn.request.method, turn.request.path, turn.request.query, turn.request.headers, text
    )


def _deactivate_newest(turn: Turn, body: Any) -> None:
    tenant_apps(turn)[body["app_id"]].active = False


_SHOWN = ("ShowApp", "ListApps")
_CREATE: tuple[tuple[str, str, Behaviour, tuple[str, ...]], ...] = (
    (
        "name-unique-in-tenant",
        "Two applications may share a name",
        policy(unique_app_names=False),
        (),
    ),
    (
        "name-unique-at-once",
        "Whether a name is taken is looked up before others that are being created are there",
        _looked_up_too_soon,
        (),
    ),
    (
        "name-of-another-tenant",
        "A name is taken for all tenants",
        refused_when(_named_elsewhere, 400, _APP_EXISTS),
        (),
    ),
    (
        "duplicate-leaves-one",
        "A name that is refused makes an application all the same",
        _half_created(),
        (),
    ),
    (
        "name-free-after-delete",
        "The name of a deleted application stays taken",
        _names_kept(),
        ("CreateApp", "DeleteApp"),
    ),
    ("at-most-20", "There is no limit of applications", policy(max_apps=100_000), ()),
    (
        "shown-after-create",
        "An application is shown with another name",
        shown(field_set("app_name", "another")),
        ("ShowApp",),
    ),
    (
        "listed-after-create",
        "The newest application is not listed",
        shown(_newest_unlisted),
        ("ListApps",),
    ),
    ("ids-differ", "Every application gets the same id", _same_id(), ()),
    (
        "name-utf8-round-trip",
        "Names lose what is not ASCII",
        _of_shown_apps(app_name=lambda app: app["app_name"].encode("ascii", "replace").decode()),
        _SHOWN,
    ),
    ("name-not-utf8", "A name that is no UTF-8 is repaired", on_request(_decoded), ()),
    ("new-app-active", "A new application is disabled", afterwards(_deactivate_newest), ()),
    (
        "default-expiry",
        "Signatures are valid for an hour",
        _of_shown_apps(authentication=lambda app: {**app["authentication"], "expire": 3600}),
        _SHOWN,
    ),
    (
        "new-app-records-nothing",
        "A new application records everything",
        _of_shown_apps(
            auto_record_mode=lambda app: {
                **app["auto_record_mode"],
                "mode": "AUTO_INDIVIDUAL_RECORD",
            }
        ),
        _SHOWN,
    ),
    (
        "create-time-is-now",
        "Times are a year ahead",
        _of_shown_apps(create_time=lambda app: year_on(app["create_time"])),
        _SHOWN,
    ),
)


def _url_set(callback: dict[str, Any]) -> dict[str, Any]:
    return {**callback, "url": callback["url"] or "http://unset.example/"}


_SHOW: tuple[tuple[str, str, Behaviour, tuple[str, ...]], ...] = (
    (
        "id-echoed",
        "Another id is answered",
        shown(lambda _turn, body: {**body, "app_id": other_id(body["app_id"])}),
        (),
    ),
    (
        "domain-of-app",
        "Every application has the same domain",
        shown(field_set("domain", "rtc.huawei.com")),
        (),
    ),
    (
        "state-not-older-than-app",
        "An application is younger than its state",
        shown(lambda _turn, body: {**body, "create_time": year_on(body["create_time"])}),
        (),
    ),
    (
        "unset-callbacks",
        "A callback that nobody set has an address",
        _of_shown_apps(
            callbacks=lambda app: {name: _url_set(one) for name, one in app["callbacks"].items()}
        ),
        _SHOWN,
    ),
)


def _always_gone(turn: Turn) -> Answer | None:
    return success(204) if found_app(turn) is None else None


def _answered(make: Any) -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer: Answer | None = make(turn)
        return await turn.forward(turn.request) if answer is None else answer

    return behave


def _rename_others(turn: Turn, _body: Any) -> None:
    for app_id, app in tenant_apps(turn).items():
        if app_id != turn.path["app_id"]:
            app.name += "-"


def _with_rule_half(turn: Turn) -> Answer | None:
    app = found_app(turn)
    if app is None or not app.rules:
        return None
    app.rules.clear()
    return refusal(400, "RTC.00001013")


def _disabled(turn: Turn) -> bool:
    app = found_app(turn)
    return app is not None and not app.active


def _bare(turn: Turn) -> bool:
    app = found_app(turn)
    return app is not None and not app.rules and not app.jobs


def _busy(turn: Turn) -> bool:
    app = found_app(turn)
    return app is not None and bool(app.open_jobs)


_BENEATH = (
    "StartApp",
    "StopApp",
    "ListRecordRules",
    "CreateRecordRule",
    "ShowAutoRecord",
    "UpdateAutoRecord",
    "ShowRecordCallback",
    "UpdateRecordCallback",
    *STARTS,
)
_DELETE: tuple[tuple[str, str, Behaviour, tuple[str, ...]], ...] = (
    ("gone", "Nothing is deleted", lost(), ()),
    (
        "gone-from-list",
        "The list keeps what is gone",
        kept_in_list("apps"),
        ("ListApps", "DeleteApp"),
    ),
    ("gone-beneath", "What is beneath a deleted application fails", crash_if_refused(), _BENEATH),
    ("twice", "Deleting nothing succeeds", _answered(_always_gone), ()),
    ("others-untouched", "Other applications are renamed", afterwards(_rename_others), ()),
    (
        "disabled-deletable",
        "A disabled application is kept",
        refused_when(_disabled, 400, "RTC.00001016"),
        (),
    ),
    ("with-nothing-beneath", "An empty application is kept", refused_when(_bare), ()),
    ("with-rule", "A refused deletion takes the rules along", _answered(_with_rule_half), ()),
    ("with-running-job", "A running job makes the deletion fail", crash_when(_busy), ()),
)
