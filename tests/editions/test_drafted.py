"""Clients of a draft find a server: what the reference lacks is answered from the draft."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.certification.client_ledger import violation_lines
from conformance.certification.drafted import drafted
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.session import RecordingServer
from conformance.contract.document import load_contract
from conformance.contract.own import load_own_contract
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from tests.labs import InProcess

DRAFT = load_own_contract(Path(__file__).with_name("draft.overlay.yaml"), "2023-11-28")


@pytest.fixture
def served() -> Iterator[tuple[httpx.Client, list[str]]]:
    """The reference held to the draft, and what it says of the requests."""
    world = seeded_world(0)
    said: list[str] = []
    app: Any = drafted(create_app(world, with_control=True), DRAFT, said.append)
    headers = {"X-Auth-Token": world.identities[0].token, "Content-Type": "application/json"}
    with asyncio.Runner() as runner:
        transport = InProcess(app, runner, None)
        with httpx.Client(
            transport=transport, base_url="http://127.0.0.1:9", headers=headers
        ) as client:
            yield client, said


def test_what_the_reference_lacks_is_answered(served: tuple[httpx.Client, list[str]]) -> None:
    """A new operation and a raised maximum by the draft's schemas, all else by the reference."""
    client, said = served
    app_id = client.get("/v2/apps").json()["apps"][0]["app_id"]
    summary = client.get(f"/v2/apps/{app_id}/summary")
    assert summary.status_code == 200
    assert DRAFT.operations["ShowAppSummary"].success.validator.is_valid(summary.json())
    assert "X-request-Id" in summary.headers
    raised = client.get("/v2/apps", params={"limit": 200})
    assert raised.status_code == 200
    assert DRAFT.operations["ListApps"].success.validator.is_valid(raised.json())
    assert client.get("/v2/apps", params={"like": "demo"}).status_code == 200
    assert client.get("/v2/apps/none").status_code == 404
    assert client.get("/_control").status_code != 200 or not said
    assert said == []


def test_what_breaks_the_draft_is_said(served: tuple[httpx.Client, list[str]]) -> None:
    """Above the raised maximum, too long a value, an unknown path; the refusals stay refusals."""
    client, said = served
    assert client.get("/v2/apps", params={"limit": 201}).status_code == 400
    assert client.get("/v2/apps", params={"like": "a" * 17}).status_code == 400
    assert client.get("/v2/nowhere").status_code == 404
    assert [line.partition(" ")[0] for line in said] == [
        "client/ListApps/query/limit/maximum",
        "client/ListApps/query/like/maxLength",
        "client/common/path/known",
    ]


def test_the_contract_that_it_keeps_changes_nothing() -> None:
    """No layer where the reference lacks nothing and nobody listens."""
    app = create_app(seeded_world(0))
    assert drafted(app, load_contract()) is app


def test_a_client_of_the_draft_is_certified() -> None:
    """Its new call and its larger page are no refusals that nothing explains."""
    with RecordingServer(DRAFT) as server:
        headers = {
            "X-Auth-Token": str(server.announced["token"]),
            "Content-Type": "application/json",
        }
        with httpx.Client(base_url=server.base_url, headers=headers) as client:
            app_id = client.get("/v2/apps", params={"limit": 200}).json()["apps"][0]["app_id"]
            assert client.get(f"/v2/apps/{app_id}/summary").status_code == 200
            assert client.get("/v2/apps", params={"like": "a" * 17}).status_code == 400
        ledger = Judge(DRAFT, None).judge(server.calls)
        assert unexplained_refusals(server.calls, ledger) == []
        broken = [line.partition(" ")[0] for line in violation_lines(ledger)]
        assert broken == ["client/ListApps/query/like/maxLength"]
