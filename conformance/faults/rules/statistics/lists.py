"""Faults of chapter 13: whose data is shown, pages, filters, and the same things counted twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import always, breaking, from_one, shown, tenant_apps
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.series import ALL_ROWS, rows_changed, spoiled

ROOMS, USERS, QOS = "ListRtcRoomList", "ListRtcUserList", "ListRtcClientQosDetails"
EVENTS = "ListRtcAbnormalEvents"
_PAGED = (ROOMS, USERS, QOS, EVENTS)
_CALLS_APP_ID = frozenset({QOS, "ListRtcEvent", "ListRtcAbnormalEvent"})
_WITHOUT_PROJECT = frozenset({EVENTS, "ListRtcAbnormalEventDimension"})


def faults() -> Iterator[Fault]:
    """Every fault of a list, operation by operation."""
    for name in ALL_ROWS:
        yield from _of_owner(name)
    for name in _PAGED:
        yield from _of_pages(name)
    yield from _of_filters()
    yield from _of_users()
    for name, rule in (
        (ROOMS, "rooms-unique"),
        (USERS, "sessions-unique"),
        (QOS, "series-unique"),
        ("ListRtcAbnormalEventDimension", "groups-unique"),
        ("ListRtcRealtimeScaleDimension", "dimension-values-unique"),
    ):
        yield breaking(
            f"{name}/rule/{rule}", f"{name} answers its first item twice", shown(_first_twice(name))
        )


def _first_twice(name: str) -> Callable[[Turn, Any], Any]:
    def change(_turn: Turn, body: Any) -> Any:
        rows = body[ALL_ROWS[name]]
        return {**body, ALL_ROWS[name]: [*rows[:1], *rows]}

    return change


def _of_owner(name: str) -> Iterator[Fault]:
    parameter = "app_id" if name in _CALLS_APP_ID else "app"

    def nameless(_turn: Turn, answer: Answer) -> Answer:
        body = answer.json
        if answer.status != 400 or not isinstance(body, dict):
            return answer
        return answer.with_json({**body, "error_msg": "the request is wrong"})

    async def unnamed(turn: Turn) -> Answer:
        return nameless(turn, await turn.forward(turn.request))

    def known(turn: Turn) -> Request | None:
        app = turn.request.value(parameter)
        if app is None or app in tenant_apps(turn):
            return None
        return turn.request.with_value(parameter, next(iter(tenant_apps(turn))))

    yield breaking(
        f"{name}/rule/missing-app-named", f"{name} does not say what is missing", unnamed
    )
    yield breaking(
        f"{name}/rule/unknown-app-empty-or-refused",
        f"{name} shows another application for an unknown one",
        on_request(known),
    )
    if name in _WITHOUT_PROJECT:
        return
    yield breaking(
        f"{name}/rule/foreign-project-refused",
        f"{name} does not look at the project in the path",
        on_request(_own_project),
    )
    if name != "ListRtcEvent":
        yield breaking(
            f"{name}/rule/project-header-matches",
            f"{name} does not look at X-Project-Id",
            on_request(_without_project),
        )


def _without_project(turn: Turn) -> Request | None:
    """The request as the owner's token makes it, where a signature names another project."""
    request, given = turn.request, turn.path["project_id"]
    if request.header("x-project-id") in {None, given}:
        return None
    request = request.with_header("x-project-id", None).with_header("authorization", None)
    return request.with_header("x-auth-token", turn.world.identities[0].token)


def _own_project(turn: Turn) -> Request:
    given, own = turn.path["project_id"], turn.world.identities[0].project_id
    token = turn.world.identities[0].token
    request = turn.request.with_header("x-project-id", None).with_header("x-auth-token", token)
    return request.with_path(turn.request.path.replace(given, own))


def _of_pages(name: str) -> Iterator[Fault]:
    def by_page(turn: Turn) -> Request | None:
        limit, offset = turn.request.value("limit"), turn.request.value("offset")
        if not (limit or "").isdigit() or not (offset or "").isdigit():
            return None
        return turn.request.with_value("offset", str(int(limit or 0) * int(offset or 0)))

    def overlapping(turn: Turn) -> Request | None:
        offset = turn.request.value("offset") or ""
        if not offset.isdigit() or int(offset) < 2:
            return None
        return turn.request.with_value("offset", str(int(offset) - 1))

    def skipping(turn: Turn) -> Request | None:
        offset = turn.request.value("offset") or ""
        if not offset.isdigit() or int(offset) < 1:
            return None
        return turn.request.with_value("offset", str(int(offset) + 1))

    def first_again(turn: Turn) -> Request | None:
        offset = turn.request.value("offset") or ""
        return turn.request.with_value("offset", "0") if offset.isdigit() and int(offset) else None

    def limitless(turn: Turn) -> Request | None:
        limit = turn.request.value("limit") or ""
        return turn.request.with_value("limit", str(int(limit) + 1)) if limit.isdigit() else None

    changes: list[tuple[str, str, Behaviour]] = [
        ("offset-counts-items", "counts pages where items are counted", on_request(by_page)),
        ("page-within-limit", "answers one item more than asked for", on_request(limitless)),
        ("pages-disjoint", "begins a page with the last item before", on_request(overlapping)),
        ("pages-join", "leaves an item out between two pages", on_request(skipping)),
        ("offset-beyond-end-empty", "begins anew after the end", on_request(first_again)),
    ]
    if name != QOS:
        changes += [
            ("total-counts-items", "counts one item too many", shown(_one_more)),
            ("total-same-on-pages", "counts the page for the total", shown(_counted(name))),
        ]
    if name == USERS:
        yield breaking(
            f"{name}/rule/total-counts-items",
            f"{name} counts sessions where each user is listed once",
            shown(_more_if_summed_up),
            slug="sessions",
        )
    if name in {ROOMS, USERS}:
        changes.append(("page-echoed", "answers another limit", shown(_other_limit)))
    for rule, title, behaviour in changes:
        yield breaking(f"{name}/rule/{rule}", f"{name} {title}", behaviour)
    yield breaking(
        f"{name}/rule/offset-counts-items",
        f"{name} answers nothing from offset 0",
        from_one(ALL_ROWS[name]),
        slug="from-one",
    )


def _counted(name: str) -> Callable[[Turn, Any], Any]:
    return lambda _turn, body: {**body, "total": len(body[ALL_ROWS[name]])}


def _one_more(_turn: Turn, body: Any) -> Any:
    return {**body, "total": body["total"] + 1}


def _more_if_summed_up(turn: Turn, body: Any) -> Any:
    return body if turn.request.value("type") == "detail" else _one_more(turn, body)


def _other_limit(_turn: Turn, body: Any) -> Any:
    return {**body, "limit": body["limit"] + 1}


_SUBSETS = (
    (ROOMS, "filter-room-subset", "room_id"),
    (USERS, "filter-room-subset", "room_id"),
    ("ListRtcEvent", "filter-room-subset", "room_id"),
    ("ListRtcAbnormalEvent", "filter-room-subset", "room_id"),
    (EVENTS, "filter-room-subset", "room_id"),
    (ROOMS, "filter-state-subset", "state"),
    (USERS, "filter-state-subset", "state"),
    (USERS, "filter-uid-subset", "uid"),
    (EVENTS, "filter-uid-subset", "uid"),
    (USERS, "filter-nickname-subset", "nickname"),
    (USERS, "filter-region-subset", "region"),
    (USERS, "filter-isp-subset", "isp"),
    (QOS, "filter-user-subset", "user_id"),
    (QOS, "filter-peer-subset", "peer_id"),
    (QOS, "filter-stream-subset", "stream_id"),
)


def _of_filters() -> Iterator[Fault]:
    for name, rule, parameter in _SUBSETS:
        yield breaking(
            f"{name}/rule/{rule}",
            f"{name} does not look at {parameter}",
            on_request(_ignoring(parameter)),
        )
    made_up = rows_changed(QOS, lambda rows: list(map(spoiled, rows)))
    yield breaking(
        f"{QOS}/rule/filter-direction-subset",
        f"{QOS} makes up what has a direction",
        shown(made_up, _has("direction")),
    )
    for name in (
        "ListRtcRealtimeScale",
        "ListRtcRealtimeScaleDimension",
        "ListRtcAbnormalEventDimension",
    ):
        yield breaking(
            f"{name}/rule/filter-room-bounded",
            f"{name} counts more in one room",
            shown(rows_changed(name, _tenfold), _has("room_id")),
        )
    for name in (ROOMS, USERS):
        yield breaking(
            f"{name}/rule/states-disjoint-and-complete",
            f"{name} loses an item when a state is asked for",
            shown(rows_changed(name, lambda rows: rows[1:]), _has("state")),
        )
        yield breaking(
            f"{name}/rule/items-of-app",
            f"{name} shows an item of another application",
            shown(rows_changed(name, _of_another_app), always),
        )


def _of_users() -> Iterator[Fault]:
    def summed_up(turn: Turn) -> Request | None:
        detail = turn.request.value("type") == "detail"
        return turn.request.with_value("type", "summary") if detail else None

    def single(turn: Turn) -> Request | None:
        summary = turn.request.value("type") == "summary"
        return turn.request.with_value("type", "detail") if summary else None

    yield breaking(
        f"{USERS}/rule/detail-lists-sessions",
        f"{USERS} answers the summary for detail",
        on_request(summed_up),
    )
    yield breaking(
        f"{USERS}/rule/summary-one-per-user",
        f"{USERS} answers detail for the summary",
        on_request(single),
        slug="detail",
    )
    for parameter, field, slug, alike in (
        ("nickname", "nick_name", "begins", str.startswith),
        ("nickname", "nick_name", "contains", str.__contains__),
        ("nickname", "nick_name", "case", lambda one, other: one.lower() == other.lower()),
        ("uid", "uid", "begins", str.startswith),
        ("room_id", "room_id", "begins", str.startswith),
    ):
        rule = f"{USERS}/rule/filter-{parameter.removesuffix('_id')}-subset"
        yield breaking(
            rule,
            f"{USERS} searches where {parameter} filters ({slug})",
            _searching(parameter, field, alike),
            slug=slug,
        )


def _searching(parameter: str, field: str, alike: Callable[[str, str], bool]) -> Behaviour:
    """Filter by something that is only like the value; everything on one page."""

    async def behave(turn: Turn) -> Answer:
        wanted = turn.request.value(parameter)
        if wanted is None:
            return await turn.forward(turn.request)
        answer = await turn.forward(turn.request.with_value(parameter, None))
        body = answer.json
        if not answer.succeeded:
            return answer
        rows = [row for row in body[ALL_ROWS[USERS]] if alike(row[field], wanted)]
        return answer.with_json({**body, ALL_ROWS[USERS]: rows, "total": len(rows)})

    return behave


def _ignoring(parameter: str) -> Callable[[Turn], Request]:
    return lambda turn: turn.request.with_value(parameter, None)


def _has(parameter: str) -> Callable[[Turn], bool]:
    return lambda turn: turn.request.value(parameter) is not None


def _tenfold(rows: list[Any]) -> list[Any]:
    return [
        {
            k: v * 10 + 10_000 if k in {"value", "online_users", "user_count"} else v
            for k, v in row.items()
        }
        for row in rows
    ]


def _of_another_app(rows: list[Any]) -> list[Any]:
    return [{**row, "app": "f" * 32} for row in rows[:1]] + rows[1:]
