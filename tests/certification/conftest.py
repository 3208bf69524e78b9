"""What every test of certification needs: the contract, a server, and a judged client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract, load_contract

CLIENTS = Path(__file__).parent / "clients"


BURN = "while True: pass"
LOAD = "SPARKRTC_TEST_LOAD"
"""Set, it puts the whole session under load (tox -e clients)."""


@contextmanager
def burning() -> Iterator[None]:
    """Twice as many processes as there are cores, each of which takes all that it can get."""
    with ExitStack() as stack:
        for _ in range(2 * (os.cpu_count() or 2)):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", BURN]))
            stack.callback(process.kill)
        yield


@pytest.fixture
def load() -> Iterator[None]:
    """A busy machine during one test."""
    with burning():
        yield


@pytest.fixture(scope="session", autouse=True)
def load_throughout() -> Iterator[None]:
    """A busy machine during all tests, where that is asked for."""
    with burning() if os.environ.get(LOAD) else nullcontext():
        yield


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract, read once."""
    return load_contract()


@pytest.fixture
def server(contract: Contract) -> Iterator[RecordingServer]:
    """A recording server of one test."""
    with RecordingServer(contract) as running:
        yield running


@pytest.fixture
def judged(server: RecordingServer) -> Callable[[], ClientLedger]:
    """Judge what the server was asked so far."""
    return lambda: server.judge().judge(server.calls)


def broken(ledger: ClientLedger) -> list[str]:
    """The requirements that a client broke."""
    return list(dict.fromkeys(judgement.requirement for judgement in ledger.broken))
