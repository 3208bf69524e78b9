"""Requests of all kinds in any order, against a small model of the document (level thorough)."""

from __future__ import annotations

from conformance.engine.scenario import Scenario, rules


@rules("common/state/random-walk", effort="thorough")
def test_a_random_walk(scenario: Scenario) -> None:
    """Applications and all beneath them are what the requests so far have made them (5 to 10)."""
    from conformance.suite.stateful.machine import (
        walk,  # Hypothesis is slow to load, and rarely needed.
    )

    walk(scenario)
