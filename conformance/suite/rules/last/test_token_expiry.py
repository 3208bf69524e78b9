"""Section 3.2: a token ends after 24 hours. The clock is moved by a day: it is the last to run."""

from __future__ import annotations

import pytest

from conformance.access.auth import TokenAuth
from conformance.engine.scenario import Inconclusive, Scenario, rules

pytestmark = pytest.mark.sparkrtc_phase("last")

MINUTE = 60.0
DAY = 24 * 3600.0


@rules("common/auth/expired-token-refused")
def test_a_token_ends_after_24_hours(scenario: Scenario) -> None:
    """Served a minute before its end, refused a minute after it (3.2).

    The run's own token may end with it; it goes on with a new one.
    """
    rule = "common/auth/expired-token-refused"
    token = _new_token(scenario)
    scenario.lab.adopt("ageing", TokenAuth(token), token)
    scenario.lab.advance(DAY - MINUTE)
    fresh = _new_token(scenario)
    scenario.lab.adopt("valid", TokenAuth(fresh), fresh)
    before = scenario.send("ListApps", query={"limit": 1}, credentials="ageing")
    scenario.rule(rule).succeeded(before)
    scenario.lab.advance(2 * MINUTE)
    accepted = scenario.lab.contract.answers_of(rule)
    after = scenario.send("ListApps", query={"limit": 1}, credentials="ageing", accept=accepted)
    scenario.rule(rule).answered(after, *accepted.answers)


def _new_token(scenario: Scenario) -> str:
    exchange = scenario.make("CreateToken", credentials="none")
    token = exchange.response.header("x-subject-token") if exchange.response else None
    if not token:
        raise Inconclusive("CreateToken issued no token")
    return token
