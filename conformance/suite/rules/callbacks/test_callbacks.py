"""Chapter 8: the callback for recording events is configured (8.1) and shown (8.2)."""

from __future__ import annotations

from typing import Any

from conformance.engine.comparing.round_trip import without_nulls
from conformance.engine.scenario import Answer, Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import (
    Views,
    any_app,
    callback_address,
    not_earlier,
    part,
    show,
    unchanged,
)

_FIELD = "record_callback"
_EVENTS = ("RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE")
_KEY = "8923ab8c2dcef4538923ab8c2dcef453"
_OTHER_KEY = "F453-8923AB8C2DCEf453_8923ab8c2dce"
_NOT_HTTP = (
    "ftp://mydomain.com/callback",
    "mydomain.com/callback",
    "//mydomain.com/callback",
    "ftp://mydomain.com/?next=http://mydomain.com/",
    "xhttp://mydomain.com/callback",
    "httpx://mydomain.com/callback",
)


def _views(scenario: Scenario, app: str) -> Views:
    return Views.of(scenario, app, "ShowRecordCallback", _FIELD, "callbacks", _FIELD)


def _triple(callback: Any) -> dict[str, Any]:
    """Address, key and update time; no key is as good as an empty one."""
    return {
        "url": part(callback, "url"),
        "auth_key": part(callback, "auth_key") or "",
        "update_time": part(callback, "update_time"),
    }


@rules(
    "UpdateRecordCallback/rule/id-echoed",
    "UpdateRecordCallback/rule/url-read-back",
    "UpdateRecordCallback/rule/auth-key-stored",
    "UpdateRecordCallback/rule/seen-by-query",
    "UpdateRecordCallback/rule/seen-by-app",
    "UpdateRecordCallback/rule/seen-by-list",
    "UpdateRecordCallback/rule/http-and-https",
    "UpdateRecordCallback/rule/key-not-needed",
    "UpdateRecordCallback/rule/replaces",
    "UpdateRecordCallback/rule/left-out-key-is-gone",
    "UpdateRecordCallback/rule/update-time-not-earlier",
    "UpdateRecordCallback/rule/subscribed-events",
    "UpdateRecordCallback/rule/other-apps-untouched",
)
def test_a_callback_is_what_was_configured_last(scenario: Scenario) -> None:
    """Section 8.1: address and key as sent, in every place that shows them."""
    app = scenario.fresh("app")
    other = scenario.given("app")
    untouched = show(scenario, other).json
    time = part(show(scenario, app).json, "create_time")
    bodies: tuple[dict[str, str], ...] = (
        {"url": callback_address(scenario, path="/First/?Room=1&next=%2Fa"), "auth_key": _KEY},
        {"url": callback_address(scenario, "https", "/second/")},
        {"url": callback_address(scenario, "https", "/second/"), "auth_key": _OTHER_KEY},
        {"url": callback_address(scenario, path="/third"), "auth_key": ""},
    )
    before: Exchange | None = None
    for body in bodies:
        answered = scenario.send("UpdateRecordCallback", path={"app_id": app}, body=body)
        name = "http-and-https" if "auth_key" in body else "key-not-needed"
        for accepted in {name, "http-and-https"}:
            scenario.rule(f"UpdateRecordCallback/rule/{accepted}").answered(answered, Answer(200))
        if answered.status != 200:
            continue
        _judge_answer(scenario, app, body, answered, time)
        _judge_views(scenario, app, body, answered, before)
        before, time = answered, part(answered.json, _FIELD, "update_time")
    unchanged(
        scenario.rule("UpdateRecordCallback/rule/other-apps-untouched"),
        untouched,
        show(scenario, other),
        "the callback of another application",
    )


def _judge_answer(
    scenario: Scenario, app: str, body: dict[str, str], answered: Exchange, time: Any
) -> None:
    """Judge the answer itself; ``time`` is the last update, or the application's creation."""
    callback = part(answered.json, _FIELD)
    scenario.rule("UpdateRecordCallback/rule/id-echoed").equal(
        part(answered.json, "app_id"), app, "app_id in the answer", answered
    )
    scenario.rule("UpdateRecordCallback/rule/url-read-back").equal(
        part(callback, "url"), body["url"], "url in the answer", answered
    )
    events = part(callback, "notify_event_subscription")
    scenario.rule("UpdateRecordCallback/rule/subscribed-events").that(
        isinstance(events, list) and set(_EVENTS) <= set(events),
        "subscribed events",
        expected=f"{' and '.join(_EVENTS)} among them",
        actual=events,
        exchange=answered,
    )
    not_earlier(
        scenario.rule("UpdateRecordCallback/rule/update-time-not-earlier"),
        time,
        part(callback, "update_time"),
        "update_time of the callback",
        answered,
    )


def _judge_views(
    scenario: Scenario,
    app: str,
    body: dict[str, str],
    answered: Exchange,
    before: Exchange | None,
) -> None:
    views = _views(scenario, app)
    callback = part(answered.json, _FIELD)
    scenario.rule("UpdateRecordCallback/rule/seen-by-query").equal(
        without_nulls(views.settings["query"]),
        without_nulls(callback),
        "the callback of the query",
        views.query,
    )
    for place, name in (("app", "seen-by-app"), ("list", "seen-by-list")):
        scenario.rule(f"UpdateRecordCallback/rule/{name}").equal(
            _triple(views.settings[place]),
            _triple(callback),
            f"the callback as shown ({place})",
            views.exchange(place),
        )
    _judge_keys(scenario, body, {"answer": callback, **views.settings}, answered)
    first = None if before is None else part(before.json, _FIELD, "url")
    if first not in {None, body["url"]}:
        text = str([part(seen, "url") for seen in (callback, *views.settings.values())])
        scenario.rule("UpdateRecordCallback/rule/replaces").that(
            first not in text and body["url"] in text,
            f"the address {first} is still shown",
            expected=body["url"],
            actual=text,
            exchange=views.query,
        )


def _judge_keys(
    scenario: Scenario, body: dict[str, str], places: dict[str, Any], answered: Exchange
) -> None:
    """A key that was sent is shown everywhere; without one there is none, or an empty one."""
    keys = {place: part(seen, "auth_key") or "" for place, seen in places.items()}
    wanted = dict.fromkeys(keys, body.get("auth_key", ""))
    if body.get("auth_key"):
        names = ["auth-key-stored"]
    else:
        names = ["key-not-needed"] if body.get("auth_key") == "" else ["left-out-key-is-gone"]
    for name in names:
        scenario.rule(f"UpdateRecordCallback/rule/{name}").equal(
            keys, wanted, f"auth_key after {body} was sent", answered
        )


@rules(
    "UpdateRecordCallback/rule/other-schemes", "UpdateRecordCallback/rule/refused-changes-nothing"
)
def test_only_http_and_https_addresses_are_taken(scenario: Scenario) -> None:
    """Table 8-3: url begins with http:// or https://; what is refused changes nothing."""
    app = {"app_id": scenario.fresh("app")}
    body = {"url": callback_address(scenario), "auth_key": _KEY}
    before = scenario.make("UpdateRecordCallback", path=app, body=body)
    for url in _NOT_HTTP:
        wrong = {"url": url, "auth_key": "another-key"}
        refused = scenario.send("UpdateRecordCallback", path=app, body=wrong)
        scenario.rule("UpdateRecordCallback/rule/other-schemes").refused(refused)
    after = scenario.send("ShowRecordCallback", path=app)
    scenario.rule("UpdateRecordCallback/rule/refused-changes-nothing").equal(
        without_nulls(part(after.json, _FIELD)),
        without_nulls(part(before.json, _FIELD)),
        "the callback after refused configurations",
        after,
    )


@rules("UpdateRecordCallback/rule/unreachable")
def test_an_address_that_cannot_be_reached_is_refused(scenario: Scenario) -> None:
    """Section 14.2, RTC.00001018; the name is one that RFC 2606 keeps from ever existing."""
    app = {"app_id": scenario.fresh("app")}
    body = {"url": "http://callback.invalid/events"}
    refused = scenario.send("UpdateRecordCallback", path=app, body=body)
    scenario.rule("UpdateRecordCallback/rule/unreachable").refused(refused)


@rules("ShowRecordCallback/rule/id-echoed", "ShowRecordCallback/rule/same-as-app", effort="quick")
def test_the_query_shows_the_callback_of_the_application(scenario: Scenario) -> None:
    """Tables 5-30 and 8-17 describe one callback."""
    app = _configured(scenario)
    asked, shown = scenario.make("ShowRecordCallback", path={"app_id": app}), show(scenario, app)
    if _pair(asked, shown)[0] != _pair(asked, shown)[1]:
        asked = scenario.make("ShowRecordCallback", path={"app_id": app})
    scenario.rule("ShowRecordCallback/rule/id-echoed").equal(
        part(asked.json, "app_id"), app, "app_id in the answer", asked
    )
    found, wanted = _pair(asked, shown)
    rule = scenario.rule("ShowRecordCallback/rule/same-as-app")
    if not wanted["url"] and not found["url"]:
        raise Inconclusive("no data: the application has no recording callback")
    rule.equal(found, wanted, "the callback of the query", asked)


def _configured(scenario: Scenario) -> str:
    """An application with a callback of its own; any other, where none may be created."""
    if not scenario.lab.settings.allow_writes:
        return any_app(scenario)
    app = scenario.fresh("app")
    body = {"url": callback_address(scenario), "auth_key": _KEY}
    scenario.make("UpdateRecordCallback", path={"app_id": app}, body=body)
    return app


def _pair(asked: Exchange, shown: Exchange) -> tuple[dict[str, Any], dict[str, Any]]:
    """The callback as the query and as the application has it."""
    return _triple(part(asked.json, _FIELD)), _triple(part(shown.json, "callbacks", _FIELD))


@rules("ShowRecordCallback/rule/never-configured")
def test_there_is_no_callback_at_first(scenario: Scenario) -> None:
    """E-8-initial-callback: absent, or with an empty address; the application is there."""
    asked = scenario.send("ShowRecordCallback", path={"app_id": scenario.fresh("app")})
    rule = scenario.rule("ShowRecordCallback/rule/never-configured")
    if rule.answered(asked, Answer(200)):
        rule.that(
            not part(asked.json, _FIELD, "url"),
            "a callback that nobody configured",
            expected="no record_callback, or an empty url",
            exchange=asked,
        )
