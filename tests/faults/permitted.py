"""Choices that the document leaves to whoever implements it: each is a variation."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from varied import Request, Told, Variation

from conformance.reference.world import World

REFUSED = {"error_code": "RTC.00001003", "error_msg": "InvalidParameterValue"}
_APP = re.compile(r"/v2/apps/([^/]+)$")
_ENABLE = re.compile(r"/v2/apps/([^/]+)/enable$")
_FRACTION = re.compile(r"(T\d\d:\d\d:\d\d)\.\d+Z")
_METRICS = (
    "UserCount,SessionCount,RoomCount,MaxOnlineUserCount,MaxOnlineRoomCount,"
    "CommunicationDuration,VideoCommunicationDuration,AudioCommunicationDuration"
)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(item) for key, item in reversed(value.items())}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


def _spelt(_: Request, told: Told) -> Told:
    """Keys the other way round, blanks, escapes; a charset; headers nobody asked for."""
    headers = [(k, v) for k, v in told.headers if k.lower() != b"content-type"]
    headers += [(b"x-frame-options", b"SAMEORIGIN"), (b"server", b"api-gateway")]
    if told.content is not None:
        headers.append((b"content-type", b"Application/JSON; charset=utf-8"))
    text = json.dumps(_reversed(told.content), ensure_ascii=True, indent=1)
    return replace(told, text=text, headers=headers)


def _with_a_point(_: Request, told: Told) -> Told:
    """1.0 for 1: JSON has one kind of number."""

    def write(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: write(item) for key, item in value.items()}
        if isinstance(value, list):
            return [write(item) for item in value]
        return float(value) if type(value) is int else value

    return replace(told, content=write(told.content))


def _capital_headers(_: Request, told: Told) -> Told:
    return replace(told, headers=[(key.title(), value) for key, value in told.headers])


def _seconds(_: Request, told: Told) -> Told:
    text = _FRACTION.sub(r"\1Z", json.dumps(told.content))
    return replace(told, content=json.loads(text))


def _each(told: Told, key: str, change: Any) -> Told:
    """Change every object of the answer that has the key."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        value = {name: walk(item) for name, item in value.items()}
        return change(value) if key in value else value

    return replace(told, content=walk(told.content))


def _job(change: Any) -> Any:
    return lambda asked, told: _each(told, "job_id", change) if "jobs" in asked.path else told


def _left_over(job: dict[str, Any]) -> dict[str, Any]:
    more = {"job_unique_id": "a77bb33d", "push_param": {"rtmp_urls": None}, "record_files": None}
    return {**job, **more}


def _no_time(job: dict[str, Any]) -> dict[str, Any]:
    running = job.get("stop_time") == "0001-01-01T00:00:00Z"
    return {k: v for k, v in job.items() if not (running and k == "stop_time")}


def _other_spelling(job: dict[str, Any]) -> dict[str, Any]:
    mix = dict(job.get("mix_param") or {})
    template = mix.get("encode_template", "")
    if "_30_" in template or "_15_" in template:
        mix["encode_template"] = template.translate(str.maketrans("*x", "x*"))
    return {**job, "mix_param": mix} if mix else job


def _zero_hls(rule: dict[str, Any]) -> dict[str, Any]:
    zero = {"record_cycle": 0, "record_max_duration_to_merge_file": 0}
    return rule if "HLS" in rule["record_formats"] else {**rule, "hls_config": zero}


def _empty_callbacks(app: dict[str, Any]) -> dict[str, Any]:
    nothing = {"url": "", "auth_key": "", "update_time": ""}
    known = {
        name: {k: v for k, v in callback.items() if k != "notify_event_subscription"}
        for name, callback in (app.get("callbacks") or {}).items()
        if callback
    }
    return {**app, "callbacks": {"push_callback": nothing, "record_callback": nothing, **known}}


def _enabled_already(world: World, asked: Request) -> Told | None:
    return _where_active(world, asked, _ENABLE, "POST")


def _in_use(world: World, asked: Request) -> Told | None:
    return _where_active(world, asked, _APP, "DELETE")


def _where_active(world: World, asked: Request, path: re.Pattern[str], method: str) -> Told | None:
    found = path.fullmatch(asked.path)
    token = world.identities[0].token.encode()
    if found is None or asked.method != method or (b"x-auth-token", token) not in asked.headers:
        return None
    app = world.tenant_of(world.identities[0]).apps.get(found[1])
    return Told(400, REFUSED) if app is not None and app.active else None


def _others_at_work(world: World, asked: Request) -> Told | None:
    """Somebody else creates an application and deletes the one before, with every request."""
    apps = world.tenant_of(world.identities[0]).apps
    for app_id in [key for key, app in apps.items() if app.name == "of somebody else"]:
        del apps[app_id]
    app_id, first = world.ids.resource(), next(iter(apps.values()))
    fresh = replace(first, app_id=app_id, name="of somebody else", created=world.clock.now())
    apps[app_id] = replace(fresh, rules={}, jobs={}, open_jobs=[], callback=None)
    return None


def coded(*pairs: tuple[str, int, str, int, str]) -> Any:
    """Other codes: path, status and code become another status and code."""

    def tell(asked: Request, told: Told) -> Told:
        content = told.content if isinstance(told.content, dict) else {}
        for part, status, code, new_status, new_code in pairs:
            if part in asked.path and (told.status, content.get("error_code")) == (status, code):
                return replace(told, status=new_status, content={**content, "error_code": new_code})
        return told

    return tell


def _without_project(asked: Request) -> Request:
    if not asked.has(b"x-auth-token"):
        return asked
    return replace(asked, headers=[h for h in asked.headers if h[0] != b"x-project-id"])


def _blank_is_absent(asked: Request) -> Request:
    if not asked.path.startswith("/v1/") or b"=&" not in asked.query + b"&":
        return asked
    kept = parse_qsl(asked.query.decode())
    return replace(asked, query=urlencode(kept).encode())


def _every_metric(asked: Request) -> Request:
    if not asked.path.endswith("/history/scale") or b"metric=" not in asked.query:
        return asked
    known = set(_METRICS.split(","))
    pairs = parse_qsl(asked.query.decode(), keep_blank_values=True)
    changed = [
        (name, _METRICS if name == "metric" and set(value.split(",")) <= known else value)
        for name, value in pairs
    ]
    return replace(asked, query=urlencode(changed).encode())


def _no_idle_minutes(asked: Request, told: Told) -> Told:
    if not asked.path.endswith("/realtime/scale") or told.status != 200:
        return told
    rows = [row for row in told.content["scale"] if row["value"]]
    return replace(told, content={"scale": rows})


_EVERYBODY_OUT = ("T02:59:30Z", "T03:06:30Z")


def _nobody_at_three(asked: Request, told: Told) -> Told:
    """Rooms stay open while everybody is out, and a number of users that is zero is no row."""
    first, last = _EVERYBODY_OUT
    if told.status != 200 or not isinstance(told.content, dict):
        return told
    if asked.path.endswith("/realtime/scale") and b"OnlineUsers" in asked.query:
        rows = [row for row in told.content["scale"] if not first < row["time"][10:] < last]
        return replace(told, content={"scale": rows})
    if not asked.path.endswith("/rtc/users"):
        return told

    def out(user: dict[str, Any]) -> dict[str, Any]:
        joined, left = user["join_time"], user["leave_time"]
        if first <= joined[10:] < last:
            late = joined[:10] + last
            return {**user, "join_time": late if left == "-" else min(late, left)}
        day = datetime.fromisoformat(joined) + timedelta(days=joined[10:] >= first)
        moment = f"{day:%Y-%m-%d}{first}"
        if moment >= (left if left != "-" else f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"):
            return user
        return {**user, "leave_time": moment, "state": "OFFLINE"}

    return replace(told, content={**told.content, "users": [*map(out, told.content["users"])]})


def _one_event(asked: Request, told: Told) -> Told:
    if not asked.path.endswith("/client/event") or told.content != {"data": []}:
        return told
    return replace(told, content={"ctime": "", "event_id": "", "event_info": ""})


def _room_as_number(asked: Request) -> Request:
    sent = asked.json
    if not asked.path.endswith("/individual-stream-jobs") or not isinstance(sent, dict):
        return asked
    room = sent.get("room_id")
    if isinstance(room, int) and not isinstance(room, bool):
        return replace(asked, body=json.dumps({**sent, "room_id": str(room)}).encode())
    return asked


WIRE = (
    Variation("whole numbers with a point", tell=_with_a_point),
    Variation("other spelling", tell=_spelt),
    Variation("capital header names", tell=_capital_headers),
)
WAITING = (
    Variation("no idle minutes", tell=_no_idle_minutes),
    Variation("nobody at three", tell=_nobody_at_three),
)
SHARED = (
    Variation("others at work", refuse=_others_at_work),
    Variation("capital header names", tell=_capital_headers),
)
ACCOUNT = (
    Variation("enabling twice is refused", refuse=_enabled_already),
    Variation("only what is stopped is deleted", refuse=_in_use),
)
ANSWERS = (
    Variation("whole seconds", tell=_seconds),
    Variation("fields of chapter 4", tell=_job(_left_over)),
    Variation("no time of stopping", tell=_job(_no_time)),
    Variation("templates spelt otherwise", tell=_job(_other_spelling)),
    Variation("HLS of an MP4 rule", tell=lambda _, told: _each(told, "record_formats", _zero_hls)),
    Variation("empty callbacks", tell=lambda _, told: _each(told, "app_name", _empty_callbacks)),
)
READINGS = (
    Variation("X-Project-Id beside a token", ask=_without_project),
    Variation("nothing behind the equals sign", ask=_blank_is_absent),
    Variation("every metric", ask=_every_metric),
    Variation("no idle minutes", tell=_no_idle_minutes),
    Variation("one event that is none", tell=_one_event),
    Variation("a room as a number", ask=_room_as_number),
    Variation(
        "other codes",
        tell=coded(
            ("/record-rules", 400, "RTC.00001012", 400, "RTC.00001003"),
            ("/mix-stream-jobs", 400, "RTC.00001010", 400, "RTC.00001003"),
            ("/buckets/authentication", 404, "RTC.00001014", 400, "RTC.00001003"),
            ("/client/event", 400, "DATA.100011001", 400, "400"),
            ("/client/abnormalevent", 400, "DATA.100011001", 400, "400"),
        ),
    ),
)
