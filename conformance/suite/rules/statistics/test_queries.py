"""Chapter 13: whose data an answer shows: those of one application, of one project."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import ABSENT, Blocked, Scenario
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.statistics.queries import FINEST, SOMETIMES_NEEDED, for_each, has_data
from conformance.suite.kit.statistics.rows import (
    is_empty,
    rows_in_words,
    rows_of,
    shapes,
    shows_nothing,
)
from conformance.suite.kit.statistics.time_windows import DAY, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

BY_PROJECT = (
    "ListRtcRoomList",
    "ListRtcUserList",
    "ListRtcRealtimeScale",
    "ListRtcRealtimeScaleDimension",
    "ListRtcRealtimeQuality",
    "ListRtcRealtimeNetwork",
    "ListRtcHistoryUsage",
    "ListRtcHistoryScale",
    "ListRtcHistoryQuality",
    "ListRtcClientQosDetails",
    "ListRtcAbnormalEvent",
)
"""Operations whose header tables have X-Project-Id; 13.11 has a project but no headers."""
APP_ID = ("ListRtcClientQosDetails", "ListRtcEvent", "ListRtcAbnormalEvent")
"""Operations that call the application ``app_id``; the others call it ``app``."""


@for_each(tuple(shapes()), "missing-app-named", "unknown-app-empty-or-refused")
def test_the_application_decides(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: without an application the refusal names it; an unknown one has no data.

    Nor has one of the same tenant that this run has just created: no room of it was ever open.
    """
    name = "app_id" if operation in APP_ID else "app"
    query = _wide(scenario, operation)
    named = scenario.rule(f"{operation}/rule/missing-app-named")
    without = {**SOMETIMES_NEEDED.get(operation, {}), **query, name: ABSENT}
    missing = scenario.send(operation, query=without)
    if named.permitted(missing):
        message = missing.json.get("error_msg") if isinstance(missing.json, dict) else None
        named.that(
            re.search(rf"(?<!\w){name}(?!\w)", str(message)) is not None
            or message == _catalogued(scenario, missing),
            f"the refusal of a query without {name} does not name it",
            exchange=missing,
            expected=f"an error_msg with the word {name}, or the catalogue's text of the code",
            actual=in_json(message),
        )
    unknown = scenario.rule(f"{operation}/rule/unknown-app-empty-or-refused")
    own = has_data(scenario, operation)
    for app, what in ((UNKNOWN_ID, "does not exist"), (_new_app(scenario), "was just created")):
        if app is None:
            continue
        accepted = scenario.lab.contract.answers_of(unknown.id)
        answer = scenario.send(operation, query={**query, name: app}, accept=accepted)
        rows = rows_of(operation, answer.json)
        if answer.status == 200 and is_empty(rows) and not own:
            continue
        if unknown.permitted(answer) and answer.status == 200:
            unknown.that(
                shows_nothing(operation, rows),
                f"an application that {what} ({app}) has data",
                expected="no data, or a refusal with 400",
                actual=rows_in_words(rows),
                exchange=answer,
            )
    if unknown.id in scenario.pending:
        unknown.inconclusive("no data: the application of the target has none either")


def _new_app(scenario: Scenario) -> str | None:
    """An application of this run; None where the target does not let it create one."""
    try:
        return scenario.given("app")
    except Blocked:
        return None


@for_each(("ListRtcEvent",), "foreign-project-refused")
def test_a_project_of_others(scenario: Scenario, operation: str) -> None:
    """13.11: the project of the path must be one of the credentials."""
    _strangers(scenario, operation)


@for_each(BY_PROJECT, "project-header-matches", "foreign-project-refused")
def test_the_project_decides(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.12: the project of the path must be that of the credentials.

    A signature has its project in X-Project-Id; a token has one itself, and beside it the header,
    which table 13-3 asks for with a signature only, may say anything.
    """
    rule = scenario.rule(f"{operation}/rule/project-header-matches")
    query = _wide(scenario, operation)
    own = scenario.send(operation, query=query, headers={"X-Project-Id": scenario.given("project")})
    rule.succeeded(own)
    if "aksk" in scenario.lab.settings.capabilities:
        header = {"X-Project-Id": UNKNOWN_ID}
        other = scenario.send(operation, query=query, headers=header, credentials="signature")
        rule.permitted(other)
    _strangers(scenario, operation)


def _strangers(scenario: Scenario, operation: str) -> None:
    """Credentials of a second tenant on the path of the first one."""
    rule = scenario.rule(f"{operation}/rule/foreign-project-refused")
    query = _wide(scenario, operation)
    answer = scenario.send(operation, query=query, credentials="second")
    rule.permitted(answer)


def _catalogued(scenario: Scenario, refusal: Exchange) -> str | None:
    """The text that the catalogue prints for the code of a refusal (14.2)."""
    entries = scenario.lab.contract.catalogue.entries
    entry = entries.get(scenario.error_code(refusal) or "")
    return entry.message if entry is not None and entry.message else None


def _wide(scenario: Scenario, operation: str) -> dict[str, Any]:
    """A query over a long span, so that there would be something to show."""
    query: dict[str, Any] = dict(FINEST.get(operation, {}))
    if scenario.lab.contract.operation(operation).window is None:
        return query
    window = time_window(scenario, operation)
    long = window.longest // DAY // 2 * DAY or window.longest // 2
    return {**query, **window.query(window.past(scenario.lab.now(), long))}
