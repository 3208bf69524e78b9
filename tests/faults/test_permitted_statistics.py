"""What chapter 13 leaves open is no finding: the reference with other choices in its statistics."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import driver
import pytest
from varied import Request, Told, Variation, varied

from conformance.access.settings import Limits
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.statistics.busy import BusyStatistics
from conformance.reference.world import World

Edit = Callable[[dict[str, Any]], dict[str, Any]]


def _refusing(status: int, code: str) -> Variation:
    """An unknown application is refused."""

    def refuse(world: World, asked: Request) -> Told | None:
        known = world.tenant_of(world.identities[0]).apps
        query = dict(parse_qsl(asked.query.decode()))
        app = query.get("app") or query.get("app_id")
        if not asked.path.startswith("/v1/") or app is None or app in known:
            return None
        return Told(status, {"error_code": code, "error_msg": "app not exist"})

    return Variation("unknown application", refuse=refuse)


def _edited(path: str, items: str, edit: Edit) -> Variation:
    def tell(asked: Request, told: Told) -> Told:
        if told.status != 200 or path not in asked.path or not told.content.get(items):
            return told
        rows = [edit(row) for row in told.content[items]]
        return replace(told, content={**told.content, items: rows})

    return Variation(path, tell=tell)


def _other_number(_: Request, told: Told) -> Told:
    text = json.dumps(told.content)
    if "DATA.100011001" not in text or "'app" in text:
        return told
    return replace(told, content=json.loads(text.replace("DATA.100011001", "DATA.100011002")))


def _never_joined(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "join_time": "-"} if row["state"] == "FAIL" else row


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "total_duration": row["total_duration"] + 1}


def _longer(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "duration": row["duration"] + 1}


def _unlisted(row: dict[str, Any]) -> dict[str, Any]:
    if row.get("abnormal_factor") != 1:
        return row
    return {**row, "abnormal_factor": 999, "abnormal_factor_desc": "其他"}


def _in_beijing(row: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromisoformat(row["ts"]) + timedelta(hours=8)
    return {**row, "ts": f"{moment:%Y-%m-%dT%H:%M:%S}+08:00"}


def _since_1970(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "ts": str(int(datetime.fromisoformat(row["ts"]).timestamp()))}


def _milliseconds(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "ctime": str(int(datetime.fromisoformat(row["ctime"]).timestamp()) * 1000)}


def _today(world: World, asked: Request) -> Told | None:
    """The running day has its sessions already, and a zero for what is not known."""
    query = dict(parse_qsl(asked.query.decode()))
    today = f"{world.clock.now():%Y-%m-%d}"
    if not asked.path.endswith("/history/scale") or query.get("start_date") != today:
        return None
    row = {"date": today, "user_count": 0, "session_count": 7, "room_count": 0}
    return Told(200, {"scale": [row]})


def _thirty_days(world: World, asked: Request) -> Told | None:
    """Of the past 31 days today is one, and what is older is refused."""
    query = dict(parse_qsl(asked.query.decode()))
    first = f"{world.clock.now() - timedelta(days=30):%Y-%m-%d}"
    daily = asked.path.endswith(("/history/scale", "/history/quality"))
    if not daily or not query.get("app") or query.get("start_date", first) >= first:
        return None
    return Told(400, {"error_code": "DATA.100011002", "error_msg": "too old"})


CHOICES: dict[str, tuple[Variation, str]] = {
    "404 for an application": (
        _refusing(404, "RTC.00001015"),
        "*/unknown-app-empty-or-refused ListRtc*/query/app*/known",
    ),
    "another DATA number": (
        Variation("number", tell=_other_number),
        "ListRtc*/query/metric/required* ListRtc*/query/mid/required* */usage-without-start",
    ),
    "never joined": (
        _edited("/rtc/users", "users", _never_joined),
        "ListRtcUserList/200/* ListRtcUserList/rule/*",
    ),
    "a second of rounding": (_edited("/usage", "usage", _rounded), "ListRtcHistory*/rule/*"),
    "a second more": (
        _edited("/rtc/rooms", "room_info_list", _longer),
        "ListRtcRoomList/rule/duration-*",
    ),
    "a cause of its own": (
        _edited("/abnormal-events", "events", _unlisted),
        "ListRtcAbnormalEvents/200/* */one-description-per-number",
    ),
    "groups of such causes": (
        _edited("/abnormal-event/dimension", "dimensions", _unlisted),
        "ListRtcAbnormalEventDimension/200/*",
    ),
    "a time with an offset": (
        _edited("/abnormalevent", "abnormal_list", _in_beijing),
        "ListRtcAbnormalEvent/200/* ListRtcAbnormalEvent/rule/*",
    ),
    "seconds since 1970": (
        _edited("/abnormalevent", "abnormal_list", _since_1970),
        "ListRtcAbnormalEvent/200/* ListRtcAbnormalEvent/rule/*",
    ),
    "milliseconds since 1970": (
        _edited("/client/event", "data", _milliseconds),
        "ListRtcEvent/200/* ListRtcEvent/rule/*",
    ),
    "sessions of today": (Variation("today", refuse=_today), "ListRtcHistoryScale/rule/*"),
    "31 days with today": (
        Variation("31 days", refuse=_thirty_days),
        "ListRtcHistoryScale/rule/* ListRtcHistoryQuality/rule/*",
    ),
}
"""Each choice, and the requirements that it touches."""


def alarms(world: World, variations: list[Variation], wanted: str) -> list[str]:
    """What is found at the level standard, of the requirements that match."""
    seen: set[str] = set()
    app = varied(world, create_app(world, with_control=True), variations, seen)
    with driver.Run(world, app, driver.matching(wanted)) as run:
        verdicts = run.judge("standard")
    assert seen or not variations, "no variation made a difference"
    return [f"{one.requirement} ({one.case}): {one.message}" for one in verdicts.findings]


@pytest.mark.parametrize(("seed", "rate", "lag"), [(0, 1, 300), (1, 3, 60)])
def test_others_come_and_go(seed: int, rate: float, lag: float) -> None:
    """With a change at each query, known minutes later, nothing of chapter 13 is a finding."""
    world = seeded_world(seed)
    world.statistics = BusyStatistics(world.statistics, world.clock, rate=rate, lag=lag, seed=seed)
    app = create_app(world, with_control=True)
    wanted = driver.matching("ListRtc*/rule/* ListRtc*/200/*")
    with driver.Run(world, app, wanted, limits=Limits(statistics_lag=lag)) as run:
        verdicts = run.judge("standard")
    assert [f"{one.requirement}: {one.message}" for one in verdicts.findings] == []


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_that_is_left_open(name: str) -> None:
    """Each by itself, at the level standard."""
    variation, wanted = CHOICES[name]
    assert alarms(seeded_world(0), [variation], wanted) == []
