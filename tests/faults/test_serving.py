"""Faults over real HTTP: what ``serve --fault`` plants is what the matrix has hunted."""

from __future__ import annotations

import httpx
import pytest

from conformance.faults import plant
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer


def _ask(fault: str, path: str = "/v2/apps") -> httpx.Response:
    world = seeded_world(0)
    with ReferenceServer(plant(fault, world)) as server, httpx.Client() as client:
        return client.get(
            f"{server.base_url}{path}", headers={"X-Auth-Token": world.identities[0].token}
        )


def test_a_field_is_dropped_on_the_wire() -> None:
    """The fault of one field changes that field and nothing else."""
    answer = _ask("ListApps/200/count/dropped")
    assert answer.status_code == 200
    assert set(answer.json()) == {"apps"}
    assert answer.headers["x-request-id"]


def test_other_operations_are_served_as_ever() -> None:
    """A fault of one operation leaves the others alone."""
    assert "count" in _ask("ShowApp/200/app_name/dropped").json()


def test_a_header_is_missing() -> None:
    """A request id that a fault takes away is not put back."""
    answer = _ask("ListApps/200/header/x-request-id/missing")
    assert "x-request-id" not in answer.headers
    assert "x-fault-no-request-id" not in answer.headers


def test_a_connection_breaks() -> None:
    """An answer that is cut off is a failure of the network to whoever reads it."""
    with pytest.raises(httpx.RemoteProtocolError):
        _ask("transport/reset-after-headers")
