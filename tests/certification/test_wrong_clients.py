"""Wrong clients are each caught by the id that names their mistake; a right one is not."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.model.requirement import Level, glob_to_pattern
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import exemplary  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]


@pytest.mark.parametrize("name", wrong.WRONG)
def test_each_mistake_is_caught_by_its_own_requirement(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """One mistake breaks the requirement that names it, with evidence, and no other one."""
    mistake = wrong.WRONG[name]
    mistake.acts(exemplary.Client(server.environment))
    ledger = judged()
    caught = broken(ledger)
    assert len(caught) == 1, caught
    assert glob_to_pattern(mistake.requirement).match(caught[0])
    level = ledger.requirements[caught[0]].level
    assert (level is Level.SHOULD) is mistake.warns
    assert ledger.broken[0].exchange is not None


def test_there_are_at_least_thirty_of_them() -> None:
    """The issue asks for thirty wrong clients."""
    assert len(wrong.WRONG) >= 30


def test_every_duty_of_every_request_has_a_wrong_client(contract: Contract) -> None:
    """No common requirement is without a client that breaks it (but the other flow groups)."""
    from conformance.certification.client_requirements import COMMON
    from conformance.certification.duties import DUTIES

    named = {mistake.requirement for mistake in wrong.WRONG.values()}
    assert {f"{COMMON}/{duty.name}" for duty in DUTIES} <= named


@pytest.mark.parametrize("name", exemplary.REQUESTS)
def test_the_right_client_breaks_nothing(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """A client that does it right is found to keep everything, and is answered well."""
    client = exemplary.Client(server.environment)
    answered = client.send(exemplary.REQUESTS[name](client))
    assert 200 <= answered.status < 300, answered
    assert broken(judged()) == []
