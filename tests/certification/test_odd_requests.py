"""Judge and reference agree on odd requests: what is refused is found, what is served is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.session import RecordingServer
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import exemplary  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]
from exemplary import Asked, Client
from wrong import ahead

Make = Callable[[Client], Asked]
JOB = "client/CreateIndividualStreamJob/body"
LIMIT = "client/ListApps/query/limit"
MADE = "client/common/resources/made"


def apps(query: str) -> Make:
    """ListApps with this query as it is."""
    return lambda _client: Asked("GET", "/v2/apps", query)


def job(field: str, value: Any) -> Make:
    """A job with this value in a field."""
    return lambda c: wrong.body(field, value)(c, exemplary.create_single_job(c))


def text(old: str, new: str) -> Make:
    """A job whose JSON is written in another way."""

    def make(client: Client) -> Asked:
        asked = exemplary.create_single_job(client)
        return asked.but(raw=json.dumps(asked.body).replace(old, new).encode())

    return make


def path(template: str) -> Make:
    """ShowApp with the id written in another way."""

    def make(client: Client) -> Asked:
        first, rest = f"{ord(client.app[0]):02x}", client.app[1:]
        return Asked("GET", template.format(app=client.app, first=first, rest=rest))

    return make


def users(**changed: Any) -> Make:
    """13.2 in an hour that is over, with parameters changed or (None) left out."""

    def make(client: Client) -> Asked:
        usual = {"start_time": ahead(hours=-2), "end_time": ahead(hours=-1)}
        query = {"app": client.app, **usual, **changed}
        kept = {name: value for name, value in query.items() if value is not None}
        return Asked("GET", f"/v1/{client.project}/rtc/users", kept)

    return make


def quality(days: float, user: str | None) -> Make:
    """13.10 for some days, of one user, of an empty one, or of all."""

    def make(client: Client) -> Asked:
        query = {
            "app_id": client.app,
            "room_id": "room-1",
            "user_id": user,
            "mid": "abit",
            "start_time": ahead(days=-days),
            "end_time": ahead(minutes=-5),
        }
        kept = {name: value for name, value in query.items() if value is not None}
        return Asked("GET", f"/v1/{client.project}/rtc/client/qos/details", kept)

    return make


def app(raw: bytes, kind: str = "application/json") -> Make:
    """CreateApp with these bytes, declared so."""
    return lambda c: exemplary.create_app(c).but(raw=raw, headers={"Content-Type": kind})


def metrics(value: str) -> Make:
    """13.9 with the list written so."""
    return lambda c: exemplary.quality(c).but(query=f"app={c.app}&metric={value}")


SPAN = "client/ListRtcClientQosDetails/query/window/combination"
USERS = "client/ListRtcUserList/query"
ODD: dict[str, tuple[Make, str]] = {
    "a limit with a point": (apps("limit=10.0"), f"{LIMIT}/type"),
    "a limit with a sign": (apps("limit=%2B10"), f"{LIMIT}/type"),
    "a limit with an exponent": (apps("limit=1e1"), f"{LIMIT}/type"),
    "a limit in Arabic digits": (apps("limit=%D9%A3"), f"{LIMIT}/type"),
    "a limit with an underscore": (apps("limit=1_0"), f"{LIMIT}/type"),
    "an empty limit": (apps("limit="), f"{LIMIT}/type"),
    "a limit without a value": (apps("limit"), f"{LIMIT}/type"),
    "a semicolon between parameters": (apps("limit=10;offset=0"), f"{LIMIT}/type"),
    "an escaped name": (apps("%6Cimit=500"), f"{LIMIT}/maximum"),
    "a space as plus": (apps("state=ACTIVATION+"), "client/ListApps/query/state/enum"),
    "a limit with a zero in front": (apps("limit=010"), ""),
    "minus nothing": (apps("offset=-0"), ""),
    "an empty parameter": (apps("limit=10&&offset=0"), ""),
    "an escaped value": (apps("state=%41CTIVATION"), ""),
    "a numeric room in a query": (users(room_id="123"), ""),
    "a numeric room as text": (job("room_id", "123"), ""),
    "a room that is a number": (job("room_id", 123), f"{JOB}/room_id/type"),
    "a room that is a whole number": (job("room_id", 123.0), f"{JOB}/room_id/type"),
    "a user that is a number": (job("user_id", 7), f"{JOB}/user_id/type"),
    "a whole number with a point": (job("max_idle_time", 3600.0), ""),
    "a whole number with an exponent": (text('": 60', '": 6e1'), ""),
    "half a second": (job("max_idle_time", 60.5), f"{JOB}/max_idle_time/type"),
    "a number as text": (job("max_idle_time", "60"), f"{JOB}/max_idle_time/type"),
    "true for a number": (job("max_idle_time", True), f"{JOB}/max_idle_time/type"),
    "one for true": (job("is_record_audio", 1), f"{JOB}/is_record_audio/type"),
    "null for a choice": (job("select_stream_type", None), f"{JOB}/select_stream_type/null"),
    "an escaped slash": (path("/v2/apps/{app}%2Fx"), "client/common/path/known"),
    "an escaped slash as a slash": (path("/v2%2fapps/{app}"), "client/common/path/known"),
    "an escaped letter": (path("/v2/apps/%{first}{rest}"), ""),
    "escapes in lower case": (path("/%76%32/apps/{app}"), ""),
    "escaped twice": (path("/v2/apps/%25{first}{rest}"), MADE),
    "a slash at the end": (path("/v2/apps/{app}/"), "client/common/path/known"),
    "two slashes": (path("/v2//apps/{app}"), "client/common/path/known"),
    "capitals": (path("/V2/apps/{app}"), "client/common/path/known"),
    "an escaped question mark": (path("/v2/apps/{app}%3Fx=1"), MADE),
    "only a start": (users(end_time=None), ""),
    "only an end": (users(start_time=None), ""),
    "a start long ago alone": (
        users(start_time=ahead(days=-91), end_time=None),
        f"{USERS}/window/combination",
    ),
    "a start within the span alone": (users(start_time=ahead(days=-89), end_time=None), ""),
    "no time at all": (users(start_time=ahead(hours=-1), end_time=ahead(hours=-1)), ""),
    "a small z": (
        users(start_time=ahead(hours=-2).replace("Z", "z")),
        f"{USERS}/start_time/format",
    ),
    "three days of one user": (quality(3, "teacher"), ""),
    "three days of an empty user": (quality(3, ""), ""),
    "three days of all users": (quality(3, None), SPAN),
    "six days of one user": (quality(6, "teacher"), SPAN),
    "a day of all users": (quality(0.9, None), ""),
    "a byte order mark": (app(b'\xef\xbb\xbf{"app_name": "a"}'), "client/common/body/json"),
    "half a surrogate pair": (app(rb'{"app_name": "\ud800"}'), "client/common/body/utf-8"),
    "a media type in capitals": (app(b'{"app_name": "a"}', "Application/JSON;Charset=UTF-8"), ""),
    "a charset that does no harm": (
        app(b'{"app_name": "a"}', "application/json; charset=iso-8859-1"),
        "",
    ),
    "a media type like JSON": (
        app(b'{"app_name": "a"}', "application/vnd.api+json"),
        "client/CreateApp/header/content-type/json",
    ),
    "an escaped comma": (metrics("JoinSuccessRate%2CVideoFreezeRate"), ""),
    "a value twice": (metrics("JoinSuccessRate,JoinSuccessRate"), ""),
    "a comma at the end": (metrics("JoinSuccessRate,"), "*metric[]/enum"),
    "a space after a comma": (metrics("JoinSuccessRate,%20VideoFreezeRate"), "*metric[]/enum"),
}
"""By name: the request, and the one requirement that it breaks; none for what is right."""


@pytest.mark.parametrize("name", ODD)
def test_judge_and_reference_agree(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """Served and right, or refused and wrong, by the one requirement that says why."""
    make, requirement = ODD[name]
    client = Client(server.environment)
    answered = client.send(make(client))
    ledger = judged()
    found = broken(ledger)
    assert (answered.status < 400) is not requirement, answered
    assert [item.endswith(requirement.removeprefix("*")) for item in found] == [True] * bool(
        requirement
    ), found
    assert unexplained_refusals(server.calls, ledger) == []


def test_a_charset_that_garbles_is_found(
    server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """UTF-8 that is declared as Latin-1 is served, and is another text to whoever believes it."""
    client = Client(server.environment)
    garbled = app('{"app_name": "é"}'.encode(), "application/json; charset=iso-8859-1")
    client.send(garbled(client))
    assert broken(judged()) == ["client/CreateApp/header/content-type/json"]


def test_a_number_that_few_can_hold_may_be_refused(
    server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """Beyond 64 bits the document leaves it open: no finding, and no riddle."""
    client = Client(server.environment)
    client.send(Asked("GET", "/v2/apps", "offset=99999999999999999999"))
    ledger = judged()
    assert broken(ledger) == []
    assert unexplained_refusals(server.calls, ledger) == []
