"""What every test of certification needs: the contract, a server, and a judged client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract, load_contract

CLIENTS = Path(__file__).parent / "clients"


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
