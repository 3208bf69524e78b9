"""Section 1.4: so many requests of a group in so long, and no more; other groups go on.

The group of chapter 12 is taken first: two requests a second are soon used up, and soon there
again; those of a minute are for thorough runs. What is sent here goes around the suite's own flow
control, as a request that is no operation. It asks for what is not there where that is enough.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.scenario import NotApplicable, Scenario
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.suite.kit.raw_requests import is_offered, raw_request

BURST = 20
QUIET = 1.5
"""Spans of the limit without a request, after which all of it is there again."""
THROTTLED = "common/flow/excess-throttled"
_RULES = ("common/flow/limit-served", THROTTLED, "common/flow/groups-independent")
_NOWHERE = {"app_id": UNKNOWN_ID}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a group, and of another one that must go on meanwhile."""

    operation: str
    path: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    other: str = "ListApps"


GROUPS: Mapping[str, Asked] = {
    "obs": Asked("ListObsBuckets"),
    "management": Asked("ListApps", other="ListObsBuckets"),
    "jobs": Asked("ShowMixJob", {**_NOWHERE, "job_id": UNKNOWN_ID}),
    "rooms": Asked("RemoveRoom", {**_NOWHERE, "room_id": "no-room"}),
    "statistics": Asked("ListRtcRoomList"),
}


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(
            group,
            id=group,
            marks=pytest.mark.sparkrtc_rules(
                *_RULES, effort="standard" if group == "obs" else "thorough"
            ),
        )
        for group in GROUPS
    ],
)
def test_a_group_is_limited_and_no_other(scenario: Scenario, group: str) -> None:
    """As many as the table allows are served, the rest refused until later (table 1-2)."""
    asked = GROUPS[group]
    for needed in (asked.operation, asked.other):
        if not is_offered(scenario, needed):
            raise NotApplicable(f"the target does not offer {needed}")
    limit, seconds = scenario.lab.contract.flow_groups[group]
    accepted = scenario.lab.contract.answers_of(THROTTLED)
    scenario.lab.waiting.outlast(QUIET * seconds)
    began = time.monotonic()
    for _ in range(limit):
        _judge_served(scenario, "common/flow/limit-served", _around(scenario, asked), accepted)
    burst = [_around(scenario, asked) for _ in range(BURST)]
    took = time.monotonic() - began
    _judge_served(
        scenario, "common/flow/groups-independent", _around(scenario, Asked(asked.other)), accepted
    )
    refused = [one for one in burst if _throttled(scenario, one, accepted)]
    throttled = scenario.rule(THROTTLED)
    if not refused and took > seconds * (limit + BURST) / (limit + 1):
        throttled.inconclusive(f"{limit + BURST} requests took {took:.1f} s: no limit was reached")
        return
    if throttled.that(
        bool(refused),
        f"{BURST} requests at once beyond the limit of the group {group} were all served",
        expected=f"at most {limit} requests in {seconds:g} s",
        exchange=burst[-1],
    ):
        throttled.answered(refused[0], *accepted.answers)
        scenario.lab.waiting.outlast(QUIET * seconds)
        _judge_served(scenario, THROTTLED, _around(scenario, asked), accepted)


def _judge_served(
    scenario: Scenario, rule: str, exchange: Exchange, throttling: Expectation
) -> None:
    """It was looked at, whatever it then says of what was asked for."""
    judged = scenario.rule(rule)
    judged.heard(exchange)
    judged.that(
        exchange.status < 500 and not _throttled(scenario, exchange, throttling),
        "a request within the limit is not served",
        expected="an answer to what was asked",
        exchange=exchange,
    )


def _throttled(scenario: Scenario, exchange: Exchange, throttling: Expectation) -> bool:
    conventions = scenario.lab.contract.conventions
    return refusal_problem(conventions, throttling, exchange) is None


def _around(scenario: Scenario, asked: Asked) -> Exchange:
    request = raw_request(scenario, asked.operation, path=dict(asked.path))
    return scenario.lab.send_raw(dataclasses.replace(request, operation=None))
