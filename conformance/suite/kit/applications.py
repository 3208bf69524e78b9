"""Helpers for applications: creating, showing, finding in the list, comparing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.engine.comparing.timestamps import earlier, is_time
from conformance.engine.scenario import Inconclusive, Rule, Scenario, same
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.paged_lists import APPS

ACTIVE, INACTIVE = "ACTIVATION", "DEACTIVATION"


def show(scenario: Scenario, app: str) -> Exchange:
    """The answer of ShowApp for it. Raises Blocked when it is not shown."""
    return scenario.make("ShowApp", path={"app_id": app})


def listed(scenario: Scenario, app: str) -> tuple[dict[str, Any], Exchange]:
    """Its row in the list, empty if there is none, and the first page of the list."""
    whole = APPS.whole(scenario)
    return next(iter(whole.named(app)), {}), whole.exchange


def furnish(scenario: Scenario, app: str) -> None:
    """Give an application all that it can have, as far as the target offers a way to do so."""
    path = {"app_id": app}
    if scenario.offers("CreateRecordRule"):
        rule = scenario.make("CreateRecordRule", example="full", path=path)
        if scenario.offers("UpdateAutoRecord"):
            named = {"record_rule_id": part(rule.json, "rule_id")}
            scenario.make("UpdateAutoRecord", example="full", path=path, change=named)
    if scenario.offers("UpdateRecordCallback"):
        scenario.make("UpdateRecordCallback", example="full", path=path)


def part(value: Any, *names: str) -> Any:
    """The value at nested keys, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def plain(app: Any) -> dict[str, Any]:
    """An application without callbacks that were never set (E-5-push-callback-unset).

    Nulls count as absent. Raises Inconclusive when it is not an object.
    """
    if not isinstance(app, dict):
        raise Inconclusive("the application in the answer is not an object")
    known = {name: value for name, value in app.items() if value is not None}
    callbacks = known.pop("callbacks", None)
    set_ones = {
        name: one
        for name, one in (callbacks.items() if isinstance(callbacks, dict) else ())
        if part(one, "url")
    }
    return {**known, "callbacks": set_ones}


def differences(before: Any, after: Any, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields in which two views of an application differ, with both values."""
    left, right = plain(before), plain(after)
    return {
        name: (left.get(name), right.get(name))
        for name in sorted(left.keys() | right.keys())
        if name not in but and not same(left.get(name), right.get(name))
    }


def unchanged(
    rule: Rule, before: Any, after: Exchange, what: str, *, but: tuple[str, ...] = ()
) -> bool:
    """Judge that an application is shown as before; ``what`` names the operation in between."""
    found = differences(before, after.json, but=but)
    return rule.that(
        not found,
        f"{what} changed {', '.join(found)}",
        expected={name: pair[0] for name, pair in found.items()},
        actual={name: pair[1] for name, pair in found.items()},
        exchange=after,
    )


def not_earlier(rule: Rule, before: Any, after: Any, what: str, exchange: Exchange) -> None:
    """Judge that ``after`` is a time that is not before ``before``."""
    if not is_time(before) or not is_time(after):
        rule.inconclusive(f"{what}: {in_json(before)} and {in_json(after)} are not both times")
        return
    rule.that(
        not earlier(after, before),
        f"{what} went back",
        expected=f"{before} or later",
        actual=after,
        exchange=exchange,
    )


def later(rule: Rule, before: Any, after: Any, what: str, exchange: Exchange) -> None:
    """Judge that ``after`` is a time after ``before``, since something has changed."""
    if before is None and after is None:
        rule.not_applicable(f"{what} is not shown")
        return
    if not is_time(before) or not is_time(after):
        rule.inconclusive(f"{what}: {in_json(before)} and {in_json(after)} are not both times")
        return
    rule.that(
        earlier(before, after),
        f"{what} has not moved with the change",
        expected=f"after {before}",
        actual=after,
        exchange=exchange,
    )


def any_app(scenario: Scenario) -> str:
    """The shared application; the first one of the tenant, where none may be created."""
    if scenario.lab.settings.allow_writes:
        return scenario.given("app")
    rows = APPS.whole(scenario).rows
    if not rows:
        raise Inconclusive("no data: the tenant has no applications")
    return str(rows[0].get("app_id"))


def callback_address(scenario: Scenario, scheme: str = "http", path: str = "/callback") -> str:
    """A URL for callbacks: that of our listener, or the document's example, or what stands in.

    A listener has one scheme: for the other one, or without a listener, nothing can be received.
    """
    listener = scenario.lab.settings.fixtures.callback_url
    if listener is not None and listener.startswith(f"{scheme}://"):
        return listener.rstrip("/") + path
    printed = f"http://mydomain.com{path}"
    sent = scenario.lab.sent_for(printed)
    # Of either scheme: a target that looks at addresses finds ours, which has one.
    return sent if sent != printed else f"{scheme}://mydomain.com{path}"


@dataclass(frozen=True, slots=True)
class Views:
    """One setting of an application, as the three operations that show it answer."""

    query: Exchange
    shown: Exchange
    list: Exchange
    settings: Mapping[str, Any]
    """By place: ``query`` (7.2, 8.2), ``app`` (5.3) and ``list`` (5.2)."""

    @classmethod
    def of(cls, scenario: Scenario, app: str, query: str, field: str, *inside: str) -> Views:
        """Ask ``query`` for ``field``, and the operations on applications for it at ``inside``."""
        asked = scenario.make(query, path={"app_id": app})
        shown = show(scenario, app)
        row, page = listed(scenario, app)
        settings = {
            "query": part(asked.json, field),
            "app": part(shown.json, *inside),
            "list": part(row, *inside),
        }
        return cls(asked, shown, page, settings)

    def exchange(self, place: str) -> Exchange:
        """The answer that showed a place."""
        return {"query": self.query, "app": self.shown, "list": self.list}[place]
