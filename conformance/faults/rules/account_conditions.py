"""Faults of chapters 5 to 8 that show only in some state, or where two things come together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RequirementRow,
    edited,
    faults_of,
    found_app,
    lost,
    refused_when,
    shown,
    tenant_apps,
)
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

_APP_EXISTS = "RTC.00001020"


def faults() -> Iterator[Fault]:
    """Every fault that needs more than one request, or one parameter, to show."""
    return faults_of(_FAULTS)


def _number(turn: Turn, name: str, default: int) -> int:
    text = turn.request.value(name) or ""
    return int(text) if text.isdigit() and len(text) < 9 else default


def _filtered(turn: Turn) -> bool:
    return turn.request.value("state") is not None


def _page_counted(_turn: Turn, body: Any) -> Any:
    return {**body, "count": len(body["apps"])}


def _full_page_lost(turn: Turn, body: Any) -> Any:
    """The last page is there only if it is not full."""
    offset, limit = _number(turn, "offset", 0), _number(turn, "limit", 100)
    return {**body, "apps": []} if offset and (offset + 1) * limit == body["count"] else body


def _filtered_late() -> Behaviour:
    """The page is cut out of all applications; those in another state are then left out."""

    async def behave(turn: Turn) -> Answer:
        state = turn.request.value("state")
        chosen = await turn.forward(turn.request)
        if state is None or not chosen.succeeded:
            return chosen
        page = await turn.forward(turn.request.with_value("state", None))
        rows = [app for app in page.json["apps"] if app["state"]["state"] == state]
        return page.with_json({"count": chosen.json["count"], "apps": rows})

    return behave


def _free_if_disabled() -> Behaviour:
    """A name is looked for among the applications that are enabled."""

    async def behave(turn: Turn) -> Answer:
        apps = tenant_apps(turn).values()
        named = [app for app in apps if app.name == (turn.request.json or {}).get("app_name")]
        if not named or any(app.active for app in named):
            return await turn.forward(turn.request)
        named[0].name, name = "", named[0].name
        answer = await turn.forward(turn.request)
        named[0].name = name
        return answer

    return behave


def _inherited() -> Behaviour:
    """A new application takes over what one of its name had."""

    async def behave(turn: Turn) -> Answer:
        old = found_app(turn)
        answer = await turn.forward(turn.request)
        if turn.endpoint.name == "DeleteApp" and old is not None:
            turn.memory[old.name] = old.callback
        elif turn.endpoint.name == "CreateApp" and answer.succeeded:
            app = tenant_apps(turn)[answer.json["app_id"]]
            app.callback = turn.memory.get(app.name)
        return answer

    return behave


def _alike_taken(turn: Turn) -> bool:
    """Names are told apart neither by case nor by spaces at their ends."""
    name = (turn.request.json or {}).get("app_name")
    names = {app.name.strip().lower() for app in tenant_apps(turn).values()}
    return isinstance(name, str) and name.strip().lower() in names


def _used_by_newest_only() -> Behaviour:
    """Of several jobs only the one that was started last keeps its rule."""

    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        if app is None:
            return await turn.forward(turn.request)
        jobs, app.open_jobs = app.open_jobs, app.open_jobs[-1:]
        answer = await turn.forward(turn.request)
        app.open_jobs = jobs
        return answer

    return behave


def _renamed_elsewhere(turn: Turn) -> Request | None:
    """A name that is free, for whoever works in another project than the first."""
    token = turn.request.header("x-auth-token")
    caller = turn.world.tokens.check(token, turn.world.clock.now()) if token else None
    body = turn.request.json
    if caller is None or caller.project == turn.world.identities[0].project:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("app_name"), str):
        return None
    return turn.request.with_json({**body, "app_name": f"{body['app_name']}-elsewhere"})


def _any_runs(turn: Turn) -> bool:
    """A job of the application has not ended, whatever it records with."""
    app = found_app(turn)
    return app is not None and bool([*app.open_jobs])


def _used_once(turn: Turn) -> bool:
    """A job has named the rule, be it over or not."""
    app = found_app(turn)
    rule_id = turn.path["rule_id"]
    return app is not None and any(job.record_rule_id == rule_id for job in app.jobs.values())


def _in_use(turn: Turn) -> bool:
    """Automatic recording of the application is on."""
    app = found_app(turn)
    return app is not None and app.auto_record.mode != "AUTO_RECORD_OFF"


def deleted_known(rule_of: Callable[[Any], Any]) -> Behaviour:
    """A rule that was deleted is taken for one that is there; the rule's id is in the body."""

    async def behave(turn: Turn) -> Answer:
        app, gone = found_app(turn), turn.memory
        if turn.endpoint.name == "DeleteRecordRule":
            kept = app.rules.get(turn.path["rule_id"]) if app is not None else None
            answer = await turn.forward(turn.request)
            if answer.succeeded:
                gone[turn.path["rule_id"]] = kept
            return answer
        named = rule_of(turn.request.json or {})
        if app is None or named not in gone:
            return await turn.forward(turn.request)
        app.rules[named] = gone[named]
        answer = await turn.forward(turn.request)
        del app.rules[named]
        return answer

    return behave


def _hours_ahead(text: Any) -> Any:
    """A time of Beijing, written as if it were one of Greenwich."""
    moment = datetime.fromisoformat(text) + timedelta(hours=8)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _in_small_letters(turn: Turn) -> Request:
    return turn.request.with_path(turn.request.path.lower())


def _same_address(turn: Turn) -> Request | None:
    """The address that is configured already; with it goes the key that is."""
    app, body = found_app(turn), turn.request.json
    known = app.callback if app is not None else None
    if known is None or not isinstance(body, dict) or body.get("url") != known.url:
        return None
    return turn.request.with_json({**body, "auth_key": known.auth_key})


def _small_address(turn: Turn) -> Request | None:
    body = turn.request.json
    url = body.get("url") if isinstance(body, dict) else None
    return turn.request.with_json({**body, "url": url.lower()}) if isinstance(url, str) else None


def _tenant_is(name: Callable[[Turn, Any], str]) -> Behaviour:
    def change(turn: Turn, body: Any) -> Any:
        rows = [{**app, "tenant_name": name(turn, app)} for app in body["apps"]]
        return {**body, "apps": rows}

    return shown(change)


_FAULTS: tuple[RequirementRow, ...] = (
    (
        "ListApps/rule/pages-complete",
        "last-page-full",
        "ListApps answers nothing where the last page is full",
        shown(_full_page_lost),
        (),
    ),
    (
        "ListApps/rule/filtered-pages",
        "filtered-late",
        "ListApps numbers its pages before it filters",
        _filtered_late(),
        (),
    ),
    (
        "ListApps/rule/one-account",
        "application",
        "ListApps gives the name of the application for that of the account",
        _tenant_is(lambda _turn, app: str(app["app_name"])),
        (),
    ),
    (
        "ListApps/rule/one-account",
        "user",
        "ListApps gives the name of the user for that of the account",
        _tenant_is(lambda turn, _app: turn.world.identities[0].user),
        (),
    ),
    (
        "ListApps/rule/filtered-pages",
        "page-counted",
        "ListApps counts the page for the total when a state is asked for",
        shown(_page_counted, _filtered),
        (),
    ),
    (
        "CreateApp/rule/name-unique-in-tenant",
        "disabled",
        "A disabled application frees its name",
        _free_if_disabled(),
        (),
    ),
    (
        "CreateApp/rule/name-exact",
        "alike",
        "Names are told apart neither by case nor by outer spaces",
        refused_when(_alike_taken, 400, _APP_EXISTS),
        (),
    ),
    (
        "CreateApp/rule/nothing-inherited",
        "inherited",
        "The callback of a deleted application passes to the next of its name",
        _inherited(),
        ("CreateApp", "DeleteApp"),
    ),
    (
        "CreateApp/rule/name-unique-across-projects",
        "per-project",
        "CreateApp looks for the name in the project of the caller alone",
        on_request(_renamed_elsewhere),
        (),
    ),
    (
        "DeleteRecordRule/rule/in-use-by-job",
        "newest-job",
        "DeleteRecordRule looks at the newest job alone",
        _used_by_newest_only(),
        (),
    ),
    (
        "DeleteRecordRule/rule/deletable-after-job",
        "for-good",
        "A rule that a job has recorded with is never deleted",
        refused_when(_used_once, 400, "RTC.00001013"),
        (),
    ),
    (
        "DeleteRecordRule/rule/deletable-after-job",
        "any-job",
        "A rule is never deleted while any job of the application runs",
        refused_when(_any_runs, 400, "RTC.00001013"),
        (),
    ),
    (
        "CreateRecordRule/rule/in-use-replaced",
        "lost",
        "A create in the location of a rule in use answers success and does nothing",
        lost(_in_use),
        (),
    ),
    (
        "UpdateAutoRecord/rule/unknown-rule",
        "deleted",
        "Automatic recording takes a rule that was deleted",
        deleted_known(lambda body: body.get("record_rule_id")),
        ("UpdateAutoRecord", "DeleteRecordRule"),
    ),
    (
        "common/answer/times-are-now",
        "state-ahead",
        "The update time of the state is that of Beijing",
        edited("state.update_time", _hours_ahead),
        ("ShowApp",),
    ),
    (
        "common/answer/times-in-utc",
        "callback-ahead",
        "The update time of a callback is that of Beijing",
        edited("record_callback.update_time", _hours_ahead),
        ("UpdateRecordCallback",),
    ),
    (
        "common/answer/times-are-now",
        "stop-ahead",
        "The time at which a job stopped is that of Beijing",
        edited("stop_time", _hours_ahead),
        ("ShowMixJob",),
    ),
    (
        "common/path/ids-exact",
        "small-letters",
        "Ids are the same in capitals",
        on_request(_in_small_letters),
        ("ShowApp", "ShowRecordRule"),
    ),
    (
        "UpdateRecordCallback/rule/auth-key-stored",
        "same-address",
        "Another key for the same address is lost",
        on_request(_same_address),
        (),
    ),
    (
        "UpdateRecordCallback/rule/url-read-back",
        "small-letters",
        "The address is stored in small letters",
        on_request(_small_address),
        (),
    ),
    (
        "CreateRecordRule/body/hls_config.record_max_duration_to_merge_file/minimum",
        "raised",
        "CreateRecordRule shows 0 where -1 was sent",
        edited("hls_config.record_max_duration_to_merge_file", lambda seconds: max(0, seconds)),
        (),
    ),
)
