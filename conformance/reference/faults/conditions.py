"""Faults that show only in some state, or where two things come together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.reference.faults.fault import Fault
from conformance.reference.faults.handmade import (
    breaking,
    found_app,
    refused_when,
    shown,
    tenant_apps,
)
from conformance.reference.faults.layer import Behaviour, Turn
from conformance.reference.faults.messages import Answer

_APP_EXISTS = "RTC.00001020"


def faults() -> Iterator[Fault]:
    """Every fault that needs more than one request, or one parameter, to show."""
    for requirement, slug, title, behaviour, operations in _FAULTS:
        yield breaking(requirement, title, behaviour, *operations, slug=slug)


def _number(turn: Turn, name: str, default: int) -> int:
    text = turn.asked.value(name) or ""
    return int(text) if text.isdigit() and len(text) < 9 else default


def _filtered(turn: Turn) -> bool:
    return turn.asked.value("state") is not None


def _page_counted(_turn: Turn, body: Any) -> Any:
    return {**body, "count": len(body["apps"])}


def _full_page_lost(turn: Turn, body: Any) -> Any:
    """The last page is there only if it is not full."""
    offset, limit = _number(turn, "offset", 0), _number(turn, "limit", 100)
    return {**body, "apps": []} if offset and (offset + 1) * limit == body["count"] else body


def _filtered_late() -> Behaviour:
    """The page is cut out of all applications; those in another state are then left out."""

    async def behave(turn: Turn) -> Answer:
        state = turn.asked.value("state")
        chosen = await turn.forward(turn.asked)
        if state is None or not chosen.succeeded:
            return chosen
        page = await turn.forward(turn.asked.with_value("state", None))
        rows = [app for app in page.json["apps"] if app["state"]["state"] == state]
        return page.with_json({"count": chosen.json["count"], "apps": rows})

    return behave


def _free_if_disabled() -> Behaviour:
    """A name is looked for among the applications that are enabled."""

    async def behave(turn: Turn) -> Answer:
        apps = tenant_apps(turn).values()
        named = [app for app in apps if app.name == (turn.asked.json or {}).get("app_name")]
        if not named or any(app.active for app in named):
            return await turn.forward(turn.asked)
        named[0].name, name = "", named[0].name
        answer = await turn.forward(turn.asked)
        named[0].name = name
        return answer

    return behave


def _inherited() -> Behaviour:
    """A new application takes over what one of its name had."""

    async def behave(turn: Turn) -> Answer:
        old = found_app(turn)
        answer = await turn.forward(turn.asked)
        if turn.endpoint.name == "DeleteApp" and old is not None:
            turn.memory[old.name] = old.callback
        elif turn.endpoint.name == "CreateApp" and answer.succeeded:
            app = tenant_apps(turn)[answer.json["app_id"]]
            app.callback = turn.memory.get(app.name)
        return answer

    return behave


def _alike_taken(turn: Turn) -> bool:
    """Names are told apart neither by case nor by spaces at their ends."""
    name = (turn.asked.json or {}).get("app_name")
    names = {app.name.strip().lower() for app in tenant_apps(turn).values()}
    return isinstance(name, str) and name.strip().lower() in names


_FAULTS: tuple[tuple[str, str, str, Behaviour, tuple[str, ...]], ...] = (
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
)
