"""The random layer: what it finds comes out small, under an id, with the request that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from schemathesis import GenerationMode

from conformance.checks.failures import NO_SERVER_ERROR
from conformance.engine.judging.fuzzing import explore
from conformance.engine.lab import Lab
from conformance.model.verdict import Outcome
from tests.labs import answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab


def _failed(lab: Lab) -> set[str]:
    return {r for r, entry in lab.ledger.entries.items() if Outcome.FAIL in entry.counts}


@pytest.mark.parametrize("operation", ["CreateApp", "ListApps"])
def test_the_reference_has_nothing_to_find(make_lab: MakeLab, operation: str) -> None:
    """Whatever is drawn, the reference answers as the document says."""
    lab, requests = make_lab()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        explore(lab, lab.contract.operation(operation), mode)
    assert len(requests) > 5
    assert not _failed(lab)


def test_a_planted_deviation_is_shrunk_and_reported(make_lab: MakeLab) -> None:
    """A server that takes what is no name: the requirement fails, and the evidence is small."""

    def lenient(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and answer.status_code == 400:
            return answer_like(answer, 201, {"app_id": "x1"})
        return answer

    lab, _ = make_lab(lenient)
    explore(lab, lab.contract.operation("CreateApp"), GenerationMode.NEGATIVE)
    failed = {r for r in _failed(lab) if r.startswith("CreateApp/body/")}
    assert len(failed) == 1
    (told,) = lab.ledger.entries[failed.pop()].told
    assert told.message == "a random request that breaks this is accepted"
    evidence = lab.transcript.redacted(told.exchange or 0)
    assert evidence is not None
    assert len(evidence.request.body or b"") < 60


def test_a_failure_that_comes_and_goes_is_still_told(make_lab: MakeLab) -> None:
    """A server that fails now and then cannot be shrunk; what was seen counts all the same."""
    seen = 0

    def flaky(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        nonlocal seen
        seen += 1
        body: dict[str, Any] = {"error_code": "RTC.00000001", "error_msg": "m"}
        return answer_like(answer, 500, body) if seen == 3 else answer

    lab, _ = make_lab(flaky)
    explore(lab, lab.contract.operation("ListApps"), GenerationMode.POSITIVE)
    assert NO_SERVER_ERROR in _failed(lab)
