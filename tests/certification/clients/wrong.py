"""Wrong clients: the exemplary one with one mistake each.

``python wrong.py NAME`` is the client; ``WRONG`` is the table that the tests read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from exemplary import (
    Asked,
    Client,
    create_app,
    create_mix_job,
    create_rule,
    create_single_job,
    list_apps,
    list_objects,
    list_users,
    quality,
    set_callback,
    show_app,
)

Change = Callable[[Client, Asked], Asked]


def once(make: Callable[[Client], Asked], change: Change) -> Callable[[Client], None]:
    """A client that sends one request, changed."""

    def acts(client: Client) -> None:
        client.send(change(client, make(client)))

    return acts


def body(path: str, value: Any) -> Change:
    """Set (or with DROP remove) one field of the body."""

    def change(_client: Client, asked: Asked) -> Asked:
        changed = json.loads(json.dumps(asked.body))
        at = changed
        *above, last = path.split(".")
        for step in above:
            at = at[step]
        if value is DROP:
            del at[last]
        else:
            at[last] = value
        return asked.but(body=changed)

    return change


def query(**changes: Any) -> Change:
    """Set (or with DROP remove) parameters of the query."""

    def change(_client: Client, asked: Asked) -> Asked:
        assert not isinstance(asked.query, str)
        merged = {**asked.query, **changes}
        return asked.but(query={k: v for k, v in merged.items() if v is not DROP})

    return change


def headers(**changes: str | None) -> Change:
    """Set (or with None remove) headers; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return lambda _client, asked: asked.but(headers=named)


def raw(text: bytes) -> Change:
    """Send these bytes as the body."""
    return lambda _client, asked: asked.but(raw=text)


def path(template: str) -> Change:
    """Ask another path."""
    return lambda client, asked: asked.but(path=template.format(app=client.app))


def method(name: str) -> Change:
    """Use another method."""
    return lambda _client, asked: asked.but(method=name, query={})


DROP = object()


def stale_id(client: Client) -> None:
    """Delete an application, and go on using it."""
    app = client.send(create_app(client)).data["app_id"]
    for verb in ("DELETE", "GET"):
        client.send(Asked(verb, f"/v2/apps/{app}"))


def disabled_app(client: Client) -> None:
    """Start a job at an application that was disabled before."""
    client.send(Asked("POST", f"/v2/apps/{client.app}/disable"))
    client.send(create_single_job(client))


def stubborn(client: Client) -> None:
    """Insist on a name that is taken: made, refused, and sent again as it was."""
    for _ in range(3):
        client.send(create_app(client))


def situation(client: Client, operation: str, name: str) -> None:
    """Have the next answer of an operation replaced."""
    data = json.dumps({"operation": operation, "situation": name}).encode()
    address = client.env["SPARKRTC_SITUATION_URL"]
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, kind, method="POST")  # noqa: S310
    with urllib.request.urlopen(request):  # noqa: S310
        pass


def retries_create(client: Client) -> None:
    """Repeat a create after 500."""
    situation(client, "CreateMixJob", "error-500-RTC.00002002")
    client.send(create_mix_job(client))
    client.send(create_mix_job(client))


def retries_cut_create(client: Client) -> None:
    """Repeat a create after 503."""
    situation(client, "CreateSingleJob".replace("Single", "IndividualStream"), "unavailable")
    with suppress(HTTPException):
        client.send(create_single_job(client))
    client.send(create_single_job(client))


def impatient(client: Client) -> None:
    """Pay no attention to Retry-After."""
    situation(client, "ListApps", "throttled")
    client.send(list_apps(client))
    client.send(list_apps(client))


def hasty(client: Client) -> None:
    """Three calls of chapter 12 in a moment, where two a second are allowed."""
    for prefix in ("a", "b", "c"):
        client.send(query(prefix=prefix)(client, list_objects(client)))


def signed(client: Client, asked: Asked, *, key: str = "", spoil: str = "") -> Asked:
    """Sign a request with AK/SK (section 3.2); ``spoil`` one part of it."""
    env = client.env
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2 if spoil == "date" else 0)
    date = f"{moment:%Y%m%dT%H%M%SZ}"
    text = "" if asked.body is None else json.dumps(asked.body, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    canonical = f"{asked.method}\n{asked.path}/\n\nx-sdk-date:{date}\n\nx-sdk-date\n{digest}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashed}"
    secret = "not-the-key" if spoil == "key" else env["HUAWEICLOUD_SDK_SK"]
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    access = key or env["HUAWEICLOUD_SDK_AK"]
    said = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders=x-sdk-date, Signature={signature}"
    sent: dict[str, str | None] = {"X-Auth-Token": None, "X-Sdk-Date": date, "Authorization": said}
    if spoil != "no-project":
        sent["X-Project-Id"] = "0" * 32 if spoil == "project" else client.project
    return asked.but(headers=sent)


def sign(**how: str) -> Callable[[Client], None]:
    """A client that signs one request, wrongly."""
    return lambda client: client.send(signed(client, show_app(client), **how)) and None


def signed_change(client: Client) -> None:
    """Sign one body, and send another."""
    client.send(signed(client, create_app(client)).but(body={"app_name": "other"}))


def login(client: Client) -> str:
    """Fetch a token."""
    env = client.env
    user = {
        "name": env["SPARKRTC_USERNAME"],
        "password": env["SPARKRTC_PASSWORD"],
        "domain": {"name": env["SPARKRTC_DOMAIN"]},
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": env["SPARKRTC_PROJECT_NAME"]}}
    asked = Asked("POST", "/v3/auth/tokens", body={"auth": {"identity": identity, "scope": scope}})
    answered = client.send(asked.but(headers={"X-Auth-Token": None}))
    return {name.lower(): value for name, value in answered.headers.items()}["x-subject-token"]


def forgetful(client: Client) -> None:
    """Fetch a token before every call."""
    for make in (list_apps, show_app, quality):
        client.send(make(client).but(headers={"X-Auth-Token": login(client)}))


def unmoved(client: Client) -> None:
    """Send the same call again with the token that was answered 401."""
    situation(client, "ListApps", "error-401-APIGW.0301")
    client.send(list_apps(client))
    client.send(list_apps(client))


def unmoved_elsewhere(client: Client) -> None:
    """Go on to other calls with a token of one's own that was answered 401."""
    token = {"X-Auth-Token": login(client)}
    situation(client, "ListApps", "error-401-APIGW.0301")
    client.send(list_apps(client).but(headers=token))
    client.send(show_app(client).but(headers=token))


def gives_up_and_repeats(client: Client) -> None:
    """Wait too short a time for the answer to a create, and send it again."""
    situation(client, "CreateMixJob", "slow")
    with suppress(TimeoutError):
        client.send(create_mix_job(client), timeout=0.1)
    client.send(create_mix_job(client))


def hangs_up_and_repeats(client: Client) -> None:
    """Send a create, close the connection without waiting, and send it again."""
    client.leave(create_mix_job(client))
    client.send(create_mix_job(client))


def repeats_after(name: str) -> Callable[[Client], None]:
    """A client that repeats a create of which it could not read the answer."""

    def acts(client: Client) -> None:
        situation(client, "CreateIndividualStreamJob", name)
        with suppress(HTTPException, ValueError):
            client.send(create_single_job(client))
        client.send(create_single_job(client))

    return acts


def pages(client: Client, offsets: tuple[int, ...], limit: int = 2) -> None:
    """Go through the applications, of which there are several."""
    for name in ("page-1", "page-2", "page-3", "page-4"):
        client.send(Asked("POST", "/v2/apps", body={"app_name": name}))
    for offset in offsets:
        client.send(query(limit=limit, offset=offset)(client, list_apps(client)))


def entries_by_page(client: Client) -> None:
    """Count pages where entries are counted."""
    now = {"start_time": DROP, "end_time": DROP, "region": DROP}
    for offset in (0, 1, 2):
        client.send(query(limit=2, offset=offset, **now)(client, list_users(client)))


def ahead(form: str = "%Y-%m-%dT%H:%M:%SZ", **span: float) -> str:
    """Some time from now."""
    return f"{dt.datetime.now(dt.UTC) + dt.timedelta(**span):{form}}"


def beijing_time(client: Client) -> None:
    """The last hour by a clock in Beijing, labelled UTC."""
    change = query(start_time=ahead(hours=7), end_time=ahead(hours=8))
    client.send(change(client, list_users(client)))


def tomorrow(client: Client) -> None:
    """Days that are yet to come."""
    asked = {"app": client.app, "metric": "UserCount", "start_date": ahead("%Y-%m-%d", days=2)}
    asked["end_date"] = ahead("%Y-%m-%d", days=3)
    client.send(Asked("GET", f"/v1/{client.project}/rtc/history/scale", asked))


def raw_address(text: str) -> Callable[[Client], None]:
    """A client that writes an address as it is."""
    return lambda client: client.write(f"GET {text.format(app=client.app)} HTTP/1.1") and None


WRONG: dict[str, Callable[[Client], None]] = {
    "token-for-every-call": forgetful,
    "token-after-401": unmoved,
    "own-token-after-401": unmoved_elsewhere,
    "signed-without-project": sign(spoil="no-project"),
    "timed-out-create": gives_up_and_repeats,
    "abandoned-create": hangs_up_and_repeats,
    "cut-create": repeats_after("cut"),
    "unread-create": repeats_after("malformed"),
    "offset-of-entries": lambda c: pages(c, (0, 2)),
    "offset-of-pages": entries_by_page,
    "local-time-as-utc": beijing_time,
    "days-to-come": tomorrow,
    "raw-space-in-query": raw_address("/v2/apps?state=ACTIVATION or not"),
    "raw-space-in-path": raw_address("/v2/apps/{app}/rooms/my room/dismiss"),
    "raw-utf-8-in-query": raw_address("/v2/apps?state=教室"),
    "raw-utf-8-in-path": raw_address("/v2/apps/{app}/rooms/教室/dismiss"),
    "unknown-path": once(show_app, path("/v2/app/{app}")),
    "unknown-method": once(list_apps, method("PUT")),
    "no-credentials": once(show_app, headers(X_Auth_Token=None)),
    "wrong-token": once(show_app, headers(X_Auth_Token="invented")),
    "bearer-token": once(show_app, headers(X_Auth_Token=None, Authorization="Bearer invented")),
    "unknown-key": sign(key="UNKNOWNKEY0123456789"),
    "wrong-secret": sign(spoil="key"),
    "signed-other-body": signed_change,
    "late-clock": sign(spoil="date"),
    "foreign-project": sign(spoil="project"),
    "foreign-project-in-path": once(
        list_users, path("/v1/00000000000000000000000000000000/rtc/users")
    ),
    "token-in-address": once(list_apps, query(token="secret-in-address")),
    "signed-bucket-list": lambda c: c.send(signed(c, Asked("GET", "/v2/rtc-ops/buckets"))) and None,
    "broken-json": once(create_app, raw(b'{"app_name": "a",}')),
    "nan": once(create_app, raw(b'{"app_name": NaN}')),
    "latin-1": once(create_app, raw('{"app_name": "é"}'.encode("latin-1"))),
    "array-body": once(create_app, raw(b'["app"]')),
    "key-twice": once(create_app, raw(b'{"app_name": "a", "app_name": "b"}')),
    "never-made": once(show_app, path("/v2/apps/0123456789abcdef")),
    "deleted": stale_id,
    "disabled": disabled_app,
    "stubborn": stubborn,
    "unsafe-retry": retries_create,
    "retry-after-503": retries_cut_create,
    "impatient": impatient,
    "hasty": hasty,
    "unfilled-path": once(show_app, path("/v2/apps/%7Bapp_id%7D")),
    "undefined-id": once(show_app, path("/v2/apps/undefined")),
    "missing-parameter": once(list_objects, query(type=DROP)),
    "text-for-number": once(list_apps, query(limit="ten")),
    "limit-too-high": once(list_apps, query(limit=1000)),
    "limit-zero": once(list_apps, query(limit=0)),
    "unknown-state": once(list_apps, query(state="activation")),
    "undeclared-parameter": once(list_apps, query(page=2)),
    "parameter-twice": once(list_apps, lambda _c, a: a.but(query="limit=1&limit=2")),
    "repeated-list": once(
        quality,
        lambda c, a: a.but(query=f"app={c.app}&metric=JoinSuccessRate&metric=VideoFreezeRate"),
    ),
    "bracketed-list": once(list_users, lambda c, a: a.but(query=f"app={c.app}&region[]=GD")),
    "unknown-metric": once(quality, query(metric=["JoinSuccessRate", "join_rate"])),
    "local-time": once(list_users, query(start_time="2026-01-01 00:00:00")),
    "backward-window": once(list_users, query(start_time="2026-01-02T00:00:00Z")),
    "form-body": once(create_app, headers(Content_Type="application/x-www-form-urlencoded")),
    "no-content-type": once(create_app, headers(Content_Type=None)),
    "no-body": once(create_app, lambda _c, a: a.but(body=None)),
    "body-on-get": once(show_app, lambda _c, a: a.but(body={"app_id": "x"})),
    "missing-field": once(create_app, lambda _c, a: a.but(body={})),
    "number-for-text": once(create_app, body("app_name", 7)),
    "null-field": once(create_app, body("app_name", None)),
    "undeclared-field": once(create_app, body("appName", "x")),
    "missing-nested": once(create_rule, body("obs_addr.bucket", DROP)),
    "lower-case-format": once(create_rule, body("record_formats", ["mp4"])),
    "format-without-config": once(create_rule, body("mp4_config", DROP)),
    "idle-too-short": once(create_mix_job, body("mix_param.max_idle_time", 1)),
    "no-layout": once(create_mix_job, body("mix_param.layout_template", DROP)),
    "quoted-boolean": once(create_single_job, body("is_record_audio", "true")),
    "callback-without-scheme": once(set_callback, body("url", "example.com/callback")),
}
"""By name: the mistake. What each must be caught by, and by nothing else, is in the YAML table."""


if __name__ == "__main__":
    WRONG[sys.argv[1]](Client(os.environ))
