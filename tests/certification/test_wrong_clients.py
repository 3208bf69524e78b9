"""Wrong clients are each caught by the id that names their mistake; a right one is not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON
from conformance.certification.duties import DUTIES
from conformance.certification.session import RecordingServer
from conformance.model.requirement import Level, glob_to_pattern
from tests.certification.client_tables import Row, processes, rows
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import exemplary  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]

ROWS = rows("wrong")
PYTHON = [row for row in ROWS if row.language == "python"]


def is_caught(row: Row, ledger: ClientLedger) -> None:
    """The requirement of the table is broken, with evidence, at its level, and no other one."""
    caught = broken(ledger)
    assert len(caught) == 1, caught
    assert glob_to_pattern(row.by).match(caught[0]), caught
    assert (ledger.requirements[caught[0]].level is Level.SHOULD) is row.warns
    assert ledger.broken[0].exchange is not None


@pytest.mark.parametrize("row", PYTHON, ids=lambda row: row.name)
def test_each_mistake_is_caught_by_its_own_requirement(
    row: Row, server: RecordingServer, judged: Callable[[], ClientLedger]
) -> None:
    """One mistake breaks the requirement that names it."""
    wrong.WRONG[row.name](exemplary.Client(server.environment))
    is_caught(row, judged())


@pytest.mark.parametrize("row", processes("wrong"))
def test_each_mistake_in_another_language_is_caught(
    row: Row, server: RecordingServer, judged: Callable[[], ClientLedger], tmp_path: Path
) -> None:
    """Clients in Node, Java and a shell, with the mistakes that those languages invite."""
    row.run(server, tmp_path)
    is_caught(row, judged())


def test_the_table_is_complete() -> None:
    """A hundred wrong clients in four languages; every one in Python is in the table."""
    assert {row.name for row in PYTHON} == set(wrong.WRONG)
    languages = Counter(row.language for row in ROWS)
    assert languages.total() >= 100
    assert set(languages) == {"python", "node", "curl", "java"}
    assert min(languages.values()) >= 10


def test_every_duty_of_every_request_has_a_wrong_client() -> None:
    """No common requirement is without a client that breaks it (but the other flow groups)."""
    named = {row.by for row in ROWS}
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
