"""pytest fixtures for clients in Python: a server to talk to, and a mock without one.

They are installed with the package. What they need is imported when a test asks for them, so that
a session that does not is not slowed down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.certification.mock import ContractMock
    from conformance.certification.testserver import TestServer
    from conformance.contract.document import Contract


@pytest.fixture(scope="session")
def sparkrtc_contract(pytestconfig: pytest.Config) -> Contract:
    """The contract, or that of ``--sparkrtc-contract``, read once per session."""
    from conformance.contract.document import load_contract
    from conformance.contract.own import load_own_contract

    named = pytestconfig.getoption("sparkrtc_contract", None)
    if named is None:
        return load_contract()
    return load_own_contract(named, pytestconfig.getoption("sparkrtc_base", None))


@pytest.fixture
def sparkrtc_server(sparkrtc_contract: Contract) -> Iterator[TestServer]:
    """The reference on loopback, with its own state: address, credentials, and what it saw."""
    from conformance.certification.session import RecordingServer
    from conformance.certification.testserver import TestServer

    with RecordingServer(sparkrtc_contract) as recording:
        yield TestServer(recording)


@pytest.fixture
def sparkrtc_mock(
    sparkrtc_contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ContractMock]:
    """A respx router built from the contract, over httpx: the test fails on any violation."""
    import importlib.util
    import socket

    if importlib.util.find_spec("respx") is None:
        pytest.fail(
            "sparkrtc_mock needs respx; pip install 'sparkrtc-conformance[mock]'", pytrace=False
        )
    from conformance.certification.mock import ContractMock, refuse_other_clients

    monkeypatch.setattr(socket, "getaddrinfo", refuse_other_clients(socket.getaddrinfo))
    mock = ContractMock(sparkrtc_contract)
    with mock.router:
        yield mock
    problems = mock.violations()
    if problems:
        pytest.fail("the client broke the contract:\n" + "\n".join(problems), pytrace=False)
