"""Section 1.4: so many requests of a group in so long, and no more; other groups go on.

The group of chapter 12 is taken: two requests a second are soon used up, and soon there again.
What is sent here goes around the suite's own flow control, as a request that is no operation.
"""

from __future__ import annotations

import dataclasses

from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.raw_requests import written

GROUP = "obs"
BURST = 20
QUIET = 1.5
"""Spans of the limit without a request, after which all of it is there again."""
SERVED = Answer(200)


@rules("common/flow/limit-served", "common/flow/excess-throttled", "common/flow/groups-independent")
def test_a_group_is_limited_and_no_other(scenario: Scenario) -> None:
    """As many as the table allows are served, the rest refused until later (table 1-2)."""
    limit, seconds = scenario.lab.contract.flow_groups[GROUP]
    _around(scenario, "ListApps")
    scenario.lab.waiting.rest(QUIET * seconds)
    for _ in range(limit):
        served = _around(scenario, "ListObsBuckets")
        scenario.rule("common/flow/limit-served").answered(served, SERVED)
    burst = [_around(scenario, "ListObsBuckets") for _ in range(BURST)]
    other = _around(scenario, "ListApps")
    scenario.rule("common/flow/groups-independent").answered(other, SERVED)
    refused = [exchange for exchange in burst if exchange.status != SERVED.status]
    throttled = scenario.rule("common/flow/excess-throttled")
    if not throttled.that(
        bool(refused),
        f"{BURST} requests at once beyond the limit were all served",
        expected=f"at most {limit} requests in {seconds:g} s",
        exchange=burst[-1],
    ):
        return
    accepted = scenario.lab.contract.answers_of("common/flow/excess-throttled")
    throttled.answered(refused[0], *accepted.answers)
    scenario.lab.waiting.rest(QUIET * seconds)
    throttled.answered(_around(scenario, "ListObsBuckets"), SERVED)


def _around(scenario: Scenario, operation: str) -> Exchange:
    request = written(scenario, operation)
    return scenario.lab.send_raw(dataclasses.replace(request, operation=None))
