"""On a machine that is busy the same is found, and nothing else: no race, no false haste."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fnmatch import fnmatchcase

import pytest

from conformance.certification.certifying import Plan, certify
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.contract.files import spec_folder
from tests.certification.client_tables import rows
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import unusual  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]
from exemplary import Client


def test_a_sweep_of_a_right_driver_finds_nothing(contract: Contract, load: None) -> None:
    """Every request is recorded before its answer is complete, however late the rest comes."""
    driver = (sys.executable, str(CLIENTS / "driver.py"), str(spec_folder() / "openapi.yaml"))
    only = ("CreateApp", "DeleteApp", "ListApps")
    report = certify(contract, Plan(driver=driver, only=only)).outcome.report
    assert [(f.requirement, f.message) for f in report.findings] == []
    assert report.run.problems == []


@pytest.mark.parametrize("name", ["tests-its-401", "looks-before-it-repeats", "slow-reader"])
def test_what_is_right_stays_right(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger], load: None
) -> None:
    """What depends on time is not found fault with for the machine's sake."""
    unusual.UNUSUAL[name](Client(server.environment))
    ledger = judged()
    assert broken(ledger) == []
    assert unexplained_refusals(server.calls, ledger) == []


@pytest.mark.parametrize("name", ["impatient", "hasty", "abandoned-create", "timed-out-create"])
def test_what_is_wrong_is_found_all_the_same(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger], load: None
) -> None:
    """Mistakes that time has a part in are found on a busy machine too."""
    (by,) = (row.by for row in rows("wrong") if row.name == name)
    wrong.WRONG[name](Client(server.environment))
    assert [fnmatchcase(found, by) for found in broken(judged())] == [True]
