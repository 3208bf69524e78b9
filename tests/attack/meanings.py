"""Servers that speak well and lie: wrong ids, foreign ids, lists and deletions that are untrue."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tests.attack.wire import Answer, Behaviour, Hostile, Turn, honestly

JSON = ((b"content-type", b"application/json"), (b"x-request-id", b"1"))


def _creates(turn: Turn) -> bool:
    return turn.asked.method == "POST" and turn.asked.path == "/v2/apps"


def _lists(turn: Turn) -> bool:
    return turn.asked.method == "GET" and turn.asked.path == "/v2/apps"


def created_as(other: Callable[[Turn, str], Any]) -> Behaviour:
    """Creations of applications answer another id than the one that they made."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        if _creates(turn) and answer.status < 300:
            body = {**answer.json, "app_id": other(turn, answer.json["app_id"])}
            answer = answer.but(json.dumps(body).encode())
        await turn.answer(answer)

    return behave


def when(chosen: Callable[[Turn], bool], then: Behaviour) -> Behaviour:
    """Hostile to some requests, honest to the others."""

    async def behave(turn: Turn) -> None:
        await (then if chosen(turn) else honestly)(turn)

    return behave


async def created_foreign_whole(turn: Turn) -> None:
    """The foreign application itself, as if it had been made: a create that is idempotent."""
    if not _creates(turn):
        await honestly(turn)
        return
    asked = replace(turn.asked, method="GET", path=f"/v2/apps/{turn.foreign[0]}", body=b"")
    shown = await turn.honest(asked)
    name = (json.loads(turn.asked.body or b"{}") or {}).get("app_name")
    await turn.answer(
        Answer(201, shown.headers, json.dumps({**shown.json, "app_name": name}).encode())
    )


async def cached(turn: Turn) -> None:
    """A gateway that answers from its cache whatever has the same method and length of path."""
    key = f"{turn.asked.method} {turn.asked.path[:8]} {turn.asked.path.count('/')}"
    if key not in turn.memory:
        turn.memory[key] = await turn.honest()
    await turn.answer(turn.memory[key])


async def late_by_one(turn: Turn) -> None:
    """Every answer is the one to the request before."""
    before = turn.memory.get("before")
    turn.memory["before"] = await turn.honest()
    await turn.answer(before or turn.memory["before"])


async def deletes_nothing(turn: Turn) -> None:
    """204, and nothing is done."""
    if turn.asked.method != "DELETE":
        await honestly(turn)
        return
    await turn.answer(Answer(204, ((b"x-request-id", b"1"),), b""))


async def deletes_another(turn: Turn) -> None:
    """The answer is that of the one, and another one of the run is gone."""
    found = re.fullmatch(r"/v2/apps/([^/]+)", turn.asked.path)
    if turn.asked.method != "DELETE" or not found:
        await honestly(turn)
        return
    own = [app for app in turn.own if app != found[1]] or [found[1]]
    await turn.answer(await turn.honest(replace(turn.asked, path=f"/v2/apps/{own[0]}")))


async def endless_list(turn: Turn) -> None:
    """Every page is full, and says that there are more."""
    answer = await turn.honest()
    if not _lists(turn) or answer.status != 200:
        await turn.answer(answer)
        return
    app = {"app_name": "n", "create_time": "2020-01-01T00:00:00.000Z", "state": "ACTIVATION"}
    start = turn.asked.number * 100
    apps = [{**app, "app_id": f"{start + n:032x}"} for n in range(100)]
    await turn.answer(answer.but(json.dumps({"count": 10**9, "apps": apps}).encode()))


async def lists_foreign_as_ours(turn: Turn) -> None:
    """Foreign applications are listed and shown with names of the run."""
    answer = await turn.honest()
    name = (json.loads(turn.asked.body or b"{}") or {}).get("app_name") if _creates(turn) else None
    if isinstance(name, str) and name.startswith("sparkconf"):
        turn.memory["name"] = name
    text = answer.body.decode()
    if turn.asked.method == "GET" and "name" in turn.memory and answer.status == 200:
        text = re.sub(r'("app_name":\s*)"[^"]*"', rf'\1"{turn.memory["name"]}"', text)
    await turn.answer(answer.but(text.encode()))


async def ids_swapped(turn: Turn) -> None:
    """Every id in every answer is a foreign application's."""
    answer = await turn.honest()
    foreign = turn.foreign[0]
    text = re.sub(r'("app_id":\s*)"[^"]*"', rf'\1"{foreign}"', answer.body.decode())
    await turn.answer(answer.but(text.encode()))


async def by_turns(turn: Turn) -> None:
    """A 500, a 429, a 403, a cut connection, and so on."""
    status = (500, 429, 403, 503, 404, 0, 401, 302)[turn.asked.number % 8]
    if not status:
        turn.reset()
        return
    body = json.dumps({"error_code": "RTC.00000001", "error_msg": "in turn"}).encode()
    await turn.answer(Answer(status, JSON, body))


async def clock_jumps(turn: Turn) -> None:
    """Times in bodies are of another century each time."""
    answer = await turn.honest()
    year = b"%04d" % (turn.asked.number * 397 % 10000)
    await turn.answer(answer.but(re.sub(rb"20\d\d(?=-\d\d-\d\dT)", year, answer.body)))


async def accepted_and_lost(turn: Turn) -> None:
    """What is to be made is made, and the connection is cut before that is said."""
    await turn.honest()
    turn.reset()


async def reorders(turn: Turn) -> None:
    """An answer that comes later each time."""
    await asyncio.sleep(min(1.5, turn.asked.number / 100))
    await honestly(turn)


def always(status: int, body: str) -> Behaviour:
    """One answer to everything."""

    async def behave(turn: Turn) -> None:
        await turn.answer(Answer(status, JSON, body.encode()))

    return behave


CREATED: tuple[Hostile, ...] = tuple(
    Hostile(name, what, created_as(other), 1, 0)
    for name, what, other in (
        ("id-foreign", "creations answer a foreign id", lambda turn, _: turn.foreign[0]),
        ("id-second", "that of another account", lambda turn, _: turn.foreign[-1]),
        ("id-reversed", "creations answer a wrong id", lambda _, own: own[::-1]),
        ("id-upper", "the right one in capitals", lambda _, own: own.upper()),
        ("id-path", "a way to a foreign one", lambda turn, _: f"../apps/{turn.foreign[0]}"),
        ("id-encoded", "the same, encoded", lambda turn, _: f"x%2F..%2F{turn.foreign[0]}"),
        ("id-query", "a foreign one with a query", lambda turn, _: f"{turn.foreign[0]}?x=#y"),
        ("id-empty", "no id", lambda *_: ""),
        ("id-dots", "dots", lambda *_: ".."),
        ("id-number", "a number", lambda *_: 7),
        ("id-list", "several", lambda turn, own: [own, turn.foreign[0]]),
        ("id-star", "all of them", lambda *_: "*"),
        ("id-break", "a line break and a header", lambda _, own: f"{own}\r\nHost: evil.invalid"),
        ("id-long", "one of 2 MB", lambda *_: "a" * 2**21),
        ("id-odd", "letters of elsewhere", lambda *_: "\u202e\U0001f4a9\ud800\x00\x1b[2J"),
        ("id-parents", "a job of a foreign one", lambda t, _: f"{t.foreign[0]}/record-callback"),
    )
)
LIES: tuple[Hostile, ...] = (
    Hostile("idempotent-create", "a create answers what there is", created_foreign_whole, 1, 0),
    Hostile("caching-gateway", "answers from its cache", cached, 1, 0),
    Hostile("late-by-one", "the answer to the request before", late_by_one, 1, 0),
    Hostile("deletes-nothing", "204, and nothing is done", deletes_nothing, 1, 0),
    Hostile("deletes-another", "204, and another one is gone", deletes_another, 1, 0),
    Hostile("list-endless", "a list that never ends", endless_list, 1, 0),
    Hostile("list-foreign", "foreign ones under our names", lists_foreign_as_ours, 1, 0),
    Hostile("ids-swapped", "a foreign id in every answer", ids_swapped, 1, 0),
    Hostile("ids-swapped-later", "the same, now and then", ids_swapped),
    Hostile("clock-jumps", "times of other centuries", clock_jumps, 1, 0),
    Hostile("accepted-and-lost", "made, and never said", when(_creates, accepted_and_lost), 1, 0),
    Hostile("lost-now-and-then", "the same of every third request", accepted_and_lost),
    Hostile("errors-in-turn", "another error each time", by_turns, 1),
    Hostile("slower-and-slower", "later each time", reorders, 1),
    Hostile("all-401", "turns everybody away", always(401, '{"error_code":"APIGW.0301"}'), 1, 40),
    Hostile("all-429", "throttles everybody", always(429, '{"error_code":"APIGW.0308"}'), 1, 40),
    Hostile("all-500", "fails for everybody", always(500, "{}"), 1, 40),
    Hostile("all-200", "an empty success for everybody", always(200, "{}"), 1),
    Hostile("all-204", "nothing for everybody", always(204, ""), 1),
)


def lying_servers() -> Iterable[Hostile]:
    """All of them."""
    return (*CREATED, *LIES)
