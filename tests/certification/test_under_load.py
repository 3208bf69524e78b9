"""On a machine that is busy the same is found, and nothing else: no race, no false haste."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fnmatch import fnmatchcase

import pytest

from conformance.certification.certifying import Plan, certify
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.judges.unexplained import unexplained
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.contract.files import spec_folder
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import unusual  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]
from exemplary import Client

BURN = "import time\nend = time.monotonic() + 120\nwhile time.monotonic() < end: pass"


@pytest.fixture
def load() -> Iterator[None]:
    """Twice as many processes as there are cores, each of which takes all that it can get."""
    with ExitStack() as stack:
        for _ in range(2 * (os.cpu_count() or 2)):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", BURN]))
            stack.callback(process.kill)
        yield


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
    assert unexplained(server.calls, ledger) == []


@pytest.mark.parametrize("name", ["impatient", "hasty", "abandoned-create", "timed-out-create"])
def test_what_is_wrong_is_found_all_the_same(
    name: str, server: RecordingServer, judged: Callable[[], ClientLedger], load: None
) -> None:
    """Mistakes that time has a part in are found on a busy machine too."""
    mistake = wrong.WRONG[name]
    mistake.acts(Client(server.environment))
    assert [fnmatchcase(found, mistake.requirement) for found in broken(judged())] == [True]
