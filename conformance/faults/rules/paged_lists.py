"""Faults of 5.2 and 6.2: lists whose pages are numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, every_other, from_one, shown, tenant_apps
from conformance.faults.messages import Answer, Request, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

APPS, RULES = "ListApps", "ListRecordRules"
_ITEMS = {APPS: "apps", RULES: "rules"}


def faults() -> Iterator[Fault]:
    """Every fault of a numbered page."""
    yield from _of_pages()
    yield from _of_rule_pages()
    for rule, title, behaviour in _OF_APPS:
        yield breaking(f"{APPS}/rule/{rule}", f"{APPS} {title}", behaviour)
    for default in ("offset", "limit"):
        yield breaking(
            f"{APPS}/rule/default-{default}",
            f"{APPS} takes 1 for {default}",
            on_request(_unless_given(default, "1")),
        )
    yield breaking(
        f"{RULES}/rule/default-page",
        f"{RULES} begins with the second page",
        on_request(_unless_given("offset", "1")),
    )


def _unless_given(name: str, value: str) -> Callable[[Turn], Request | None]:
    def change(turn: Turn) -> Request | None:
        return turn.request.with_value(name, value) if turn.request.value(name) is None else None

    return change


def _number(turn: Turn, name: str, default: int) -> int:
    text = turn.request.value(name) or ""
    return int(text) if text.isdigit() and len(text) < 9 else default


def _from_one(turn: Turn) -> Request | None:
    offset = _number(turn, "offset", 0)
    return turn.request.with_value("offset", str(offset - 1)) if offset else None


def _one_more(turn: Turn) -> Request | None:
    limit = _number(turn, "limit", 100)
    return turn.request.with_value("limit", str(limit + 1)) if limit < 100 else None


def _by_item(name: str) -> Behaviour:
    """The offset counts items, not pages."""

    async def behave(turn: Turn) -> Answer:
        offset, limit = _number(turn, "offset", 0), _number(turn, "limit", 100)
        request = turn.request.with_value("offset", "0").with_value("limit", "100")
        whole = await turn.forward(request if offset else turn.request)
        if not offset or not whole.succeeded:
            return whole
        rows = whole.json[_ITEMS[name]][offset : offset + limit]
        return whole.with_json({**whole.json, _ITEMS[name]: rows})

    return behave


def _gap(name: str) -> Callable[[Turn, Any], Any]:
    def change(turn: Turn, body: Any) -> Any:
        rows = body[_ITEMS[name]]
        return {**body, _ITEMS[name]: rows[1:] if _number(turn, "offset", 0) else rows}

    return change


def _past_end_refused(name: str) -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.succeeded and _number(turn, "offset", 0) and not answer.json[_ITEMS[name]]:
            return refusal(400, "RTC.00001003")
        return answer

    return behave


def _of_pages() -> Iterator[Fault]:
    for rule, title, behaviour in (
        ("first-page-zero", "numbers its pages from 1", on_request(_from_one)),
        ("page-size", "answers one item more than asked for", on_request(_one_more)),
        ("pages-disjoint", "counts items where pages are counted", _by_item(APPS)),
        ("pages-complete", "loses the first item of a later page", shown(_gap(APPS))),
        ("page-past-end", "refuses a page after the last", _past_end_refused(APPS)),
    ):
        yield breaking(f"{APPS}/rule/{rule}", f"{APPS} {title}", behaviour)
    for name, items in _ITEMS.items():
        yield breaking(
            f"{name}/rule/first-page-zero",
            f"{name} answers nothing for page 0",
            from_one(items),
            slug="from-one",
        )


def _second_instead(turn: Turn) -> Request | None:
    first = turn.request.value("offset") == "0" and _small(turn)
    return turn.request.with_value("offset", "1") if first else None


def _rule_twice(_turn: Turn, body: Any) -> Any:
    return {**body, "rules": body["rules"] * 2}


def _rule_lost(_turn: Turn, body: Any) -> Any:
    return {**body, "rules": body["rules"][1:]}


def _small(turn: Turn) -> bool:
    return _number(turn, "limit", 100) < 100


def _of_rule_pages() -> Iterator[Fault]:
    """An application has one rule in each location, and there is one location to record in."""
    for rule, title, behaviour in (
        (
            "first-page-zero",
            "answers the second of its small pages for the first",
            on_request(_second_instead),
        ),
        ("page-size", "answers its rule twice", shown(_rule_twice)),
        ("pages-disjoint", "answers the first page for the second", on_request(_from_one)),
        ("pages-complete", "loses a rule on a page of one", shown(_rule_lost, _small)),
        ("page-past-end", "refuses a page after the last", _past_end_refused(RULES)),
    ):
        yield breaking(f"{RULES}/rule/{rule}", f"{RULES} {title}", behaviour)


def _ignore_state(turn: Turn) -> Request:
    return turn.request.with_value("state", None)


def _deleted_taken(turn: Turn) -> Request | None:
    return _ignore_state(turn) if turn.request.value("state") == "DELETED" else None


def _filtered(turn: Turn) -> bool:
    return turn.request.value("state") is not None


def _first_lost(_turn: Turn, body: Any) -> Any:
    return {**body, "apps": body["apps"][1:], "count": max(0, body["count"] - 1)}


def _page_counted(_turn: Turn, body: Any) -> Any:
    return {**body, "count": len(body["apps"])}


def _all_counted(turn: Turn, body: Any) -> Any:
    return {**body, "count": len(tenant_apps(turn))}


def _count_kept(turn: Turn, body: Any) -> Any:
    key = ("count", turn.request.value("state"))
    return {**body, "count": turn.memory.setdefault(key, body["count"])}


def _reversed(_turn: Turn, body: Any) -> Any:
    return {**body, "apps": body["apps"][::-1]}


def _first_twice(_turn: Turn, body: Any) -> Any:
    return {**body, "apps": [*body["apps"][:1], *body["apps"]]}


def _other_scope(_turn: Turn, body: Any) -> Any:
    return {**body, "apps": [{**app, "scope": "GLOBAL"} for app in body["apps"]]}


_OF_APPS: tuple[tuple[str, str, Behaviour], ...] = (
    ("state-filter", "does not look at state", on_request(_ignore_state)),
    ("deleted-is-no-filter", "takes DELETED for no state", on_request(_deleted_taken)),
    (
        "state-filters-partition",
        "loses one when a state is asked for",
        shown(_first_lost, _filtered),
    ),
    ("count-is-total", "counts the page for the total", shown(_page_counted)),
    ("count-follows-filter", "counts all, whatever the state", shown(_all_counted)),
    ("count-follows-changes", "counts as at first", shown(_count_kept)),
    ("order-stable", "turns the order round every second time", every_other(_reversed)),
    ("ids-unique", "answers the first twice", shown(_first_twice)),
    ("same-as-show", "answers another scope than is shown", shown(_other_scope)),
)
