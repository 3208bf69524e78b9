"""Chapter 13, sections 13.10 to 13.12: calls of some days ago, and the domain of a call."""

from __future__ import annotations

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.statistics.calls import QOS, closed, find_call, middles
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import rows_in_words, rows_not_in, rows_of
from conformance.suite.kit.statistics.time_windows import DAY, HOUR, Span, time_window
from conformance.suite.kit.statistics.user_sessions import refused_or_empty

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

_YOUNGEST, _OLDEST = 3 * DAY, 4 * DAY
"""Days ago that every reading of the five days has (13.10 to 13.12)."""


@for_each((QOS, "ListRtcEvent", "ListRtcAbnormalEvent"), "kept-for-five-days")
def test_calls_of_some_days_ago_are_still_there(scenario: Scenario, operation: str) -> None:
    """What is kept for five days is served after three: the query, and what was measured then."""
    rule = scenario.rule(f"{operation}/rule/kept-for-five-days")
    now = scenario.lab.now().replace(second=0, microsecond=0)
    days = Span(now - _OLDEST, now - _YOUNGEST)
    rooms = list(closed(scenario, days))
    if not rooms:
        raise Inconclusive(f"no data: no room of {days} is listed")
    if operation == QOS:
        queries = [query for _, query in middles(scenario, days)]
        asked = {"mid": ["all"]}
    else:
        window = time_window(scenario, operation)
        row, span = rooms[0]
        last = Span(max(span.start, span.end - HOUR), span.end)
        queries, asked = [{"room_id": str(row.get("room_id")), **window.query(last)}], {}
    answers = [scenario.send(operation, query={**query, **asked}) for query in queries]
    for answer in answers:
        if not rule.succeeded(answer):
            return
    if operation == QOS and not any(rows_of(QOS, answer.json) for answer in answers):
        call = find_call(scenario)
        rule.that(
            False,
            f"nothing is answered of the longest rooms of {days}, though calls of the past day are",
            expected="what was measured, for five days",
            actual=f"of room {call.room}, of the past day: {rows_in_words(call.all.rows)}",
            exchange=answers[0],
        )


@rules(f"{QOS}/rule/domain-selects")
def test_a_call_has_one_domain(scenario: Scenario) -> None:
    """With the domain that the list of rooms shows nothing is left out, with another all is."""
    rule = scenario.rule(f"{QOS}/rule/domain-selects")
    call = find_call(scenario)
    if not call.domain:
        raise Inconclusive("no data: the list of rooms shows no domain")

    def look(anew: bool) -> Comparison:
        asked = {**call.query, "mid": ["all"]}
        whole = listing(scenario, QOS, asked) if anew else call.all
        same = listing(scenario, QOS, {**asked, "domain": call.domain})
        lost = rows_not_in(whole.rows, same.rows) + rows_not_in(same.rows, whole.rows)
        problem = "with the domain of the room another answer comes than without it"
        return Comparison(
            same.exchange,
            problem if lost else "",
            rows_in_words(whole.rows),
            f"differs in {rows_in_words(lost)}",
        )

    judge(rule, settle(scenario, look))
    for other in (f"x{call.domain}", call.domain[:-1]):
        refused_or_empty(scenario, rule, QOS, {**call.query, "mid": ["all"], "domain": other})
