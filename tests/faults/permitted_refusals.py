"""Refusals as the document prints them where it also says otherwise: each is a variation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from varied import Request, Told, Variation

from conformance.reference.world import World

INVALID = "RTC.00001003"


def _as_printed(_: Request, told: Told) -> Told:
    """Every 404 with the code that all examples of a 404 print (5.3 to 12.3)."""
    code = told.content.get("error_code", "") if isinstance(told.content, dict) else ""
    if told.status != 404 or not code.startswith("RTC."):
        return told
    return replace(told, content={**told.content, "error_code": INVALID})


NOT_FOUND_AS_PRINTED = Variation("404 as the examples print it", tell=_as_printed)


def _in_front(asked: Request, told: Told) -> Told:
    """404 and 405 of a gateway: plain text, no request id."""
    code = told.content.get("error_code", "") if isinstance(told.content, dict) else ""
    if told.status not in {404, 405} or code.startswith("RTC."):
        return told
    headers = [(k, v) for k, v in told.headers if k.lower() == b"allow"]
    return replace(told, content="", text="Not here", headers=[*headers, _PLAIN])


_PLAIN = (b"content-type", b"text/plain")


def _running(asked: Request, told: Told) -> Told:
    if asked.method != "POST" or told.status != 201 or "-stream-jobs" not in asked.path:
        return told
    return replace(told, content={**told.content, "state": "RUNNING"})


def _null_callback(asked: Request, told: Told) -> Told:
    if asked.method != "GET" or told.status != 200 or not asked.path.endswith("record-callback"):
        return told
    callback = told.content.get("record_callback") or {}
    return told if callback.get("url") else replace(told, content={**told.content, **_UNSET})


_UNSET = {"record_callback": None}


def _kept_as_deleted() -> Variation:
    """What was deleted is still shown, and says so."""
    known: dict[str, dict[str, Any]] = {}
    gone: set[str] = set()

    def tell(asked: Request, told: Told) -> Told:
        app_id = asked.path.removeprefix("/v2/apps/")
        if asked.method == "GET" and told.status == 200 and isinstance(told.content, dict):
            known.setdefault(app_id, told.content)
        if asked.method == "DELETE" and told.status == 204:
            gone.add(app_id)
        if asked.method != "GET" or told.status != 404 or app_id not in gone & known.keys():
            return told
        shown = known[app_id]
        state = {**shown["state"], "state": "DELETED"}
        return replace(told, status=200, content={**shown, "state": state})

    return Variation("deleted and still shown", tell=tell)


def _blank_is_absent(asked: Request) -> Request:
    """``offset=`` counts as a parameter that is not there."""
    if b"=&" not in asked.query + b"&":
        return asked
    return replace(asked, query=urlencode(parse_qsl(asked.query.decode())).encode())


def _short_names(world: World, asked: Request) -> Told | None:
    """A name has room for 64 characters."""
    sent = asked.json if (asked.method, asked.path) == ("POST", "/v2/apps") else None
    name = sent.get("app_name") if isinstance(sent, dict) else None
    if not isinstance(name, str) or len(name) <= _ROOM:
        return None
    return Told(400, {"error_code": INVALID, "error_msg": "InvalidParameterValue"})


_ROOM = 64

IN_FRONT = Variation("404 and 405 in front of the service", tell=_in_front)
RUNNING_AT_ONCE = Variation("a job runs at once", tell=_running)
NULL_CALLBACK = Variation("null for a callback that was never set", tell=_null_callback)
KEPT_AS_DELETED = _kept_as_deleted()
BLANK_IS_ABSENT = Variation("nothing behind the equals sign", ask=_blank_is_absent)
SHORT_NAMES = Variation("names of 64 characters", refuse=_short_names)


def _unauthorised(asked: Request, told: Told) -> Told:
    """Who leaves out a part of his identity is not known: 401 in place of 400 (14.1)."""
    incomplete = asked.path == "/v3/auth/tokens" and told.status == 400 and asked.json is not None
    return replace(told, status=401) if incomplete else told


INCOMPLETE_IDENTITY = Variation("401 for an incomplete identity", tell=_unauthorised)


def _obs_unauthorised(asked: Request, told: Told) -> Told:
    """Every 401 of chapter 12 with the code that its examples print."""
    wrong = "/rtc-ops/buckets" in asked.path and told.status == 401
    return replace(told, content={**told.content, "error_code": INVALID}) if wrong else told


OBS_AS_PRINTED = Variation("401 of 12 as the examples print it", tell=_obs_unauthorised)
