"""Fixtures of all tests: the contract, read once, and labs whose wire ends in this process."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from conformance.access.gateway import Gateway
from conformance.access.transport import TargetClient
from conformance.contract.document import Contract, load_contract
from conformance.engine.lab import Lab
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import announcement
from tests.labs import BASE_URL, Change, InProcess, MakeLab, reach_with

SLOW = {
    "matrix": "the complete matrix of faults",
    "clients": "all clients in other languages",
    "differ": "every planted change before the public differ",
    "editions": "the page on revising the contract, in a copy of the checkout",
    "whole": "all cases of the tables of which a part is run in CI",
    "pages": "the commands of every page, and every job of the CI examples",
    "canaries": "secrets at every verbosity, beside every crash",
    "attack": "every hostile server and every tampered file",
}
"""Marks of what takes minutes: left out unless ``-m`` speaks of it; each has a tox environment."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    for name, what in SLOW.items():
        config.addinivalue_line("markers", f"{name}: {what} (minutes)")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow and was not asked for."""
    unasked = [name for name in SLOW if name not in (config.option.markexpr or "")]
    left = [item for item in items if any(map(item.get_closest_marker, unasked))]
    if left:
        config.hook.pytest_deselected(items=left)
        out = set(left)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the newest edition."""
    return load_contract()


@pytest.fixture
def make_lab(contract: Contract) -> Iterator[MakeLab]:
    """``make_lab(change=…, handler=…, **settings)``: a lab with the reference at its other end.

    ``handler`` answers in place of the reference. ``lab.wire`` is not there: what was sent is in
    the list that comes second.
    """
    with asyncio.Runner() as runner:

        def make(
            change: Change | None = None,
            handler: Callable[[httpx.Request], httpx.Response] | None = None,
            *,
            data: bool = True,
            account: bool = True,
            **settings: Any,
        ) -> tuple[Lab, list[httpx.Request]]:
            world = seeded_world(0, data=data)
            reach = reach_with(announcement(world, BASE_URL), settings)
            if not account:
                reach = dataclasses.replace(reach, account=None, second=None)
            if handler is not None:
                seen: list[httpx.Request] = []

                def record(request: httpx.Request) -> httpx.Response:
                    seen.append(request)
                    return handler(request)

                transport: httpx.BaseTransport = httpx.MockTransport(record)
            else:
                transport = InProcess(create_app(world, with_control=True), runner, change)
                seen = transport.requests
            client = TargetClient(reach.settings, transport=transport)
            gateway = Gateway(reach.settings, client, contract.flow_groups, None)
            return Lab(contract, reach, gateway, prefix="sparkconf-test-", seed=1), seen

        yield make
