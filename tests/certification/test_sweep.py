"""The sweep: every situation of an operation through a driver, and what it understood."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase

import pytest

from conformance.certification.certifying import Certification, Plan, certify
from conformance.certification.scripted.response_diff import difference
from conformance.certification.scripted.situations import situations_of
from conformance.contract.document import Contract
from conformance.contract.files import spec_folder
from conformance.model.verdict import RunVerdict
from tests.certification.conftest import CLIENTS


def swept(contract: Contract, *only: str, wrong: str = "") -> Certification:
    """A sweep of some operations with the driver of these tests."""
    driver = (sys.executable, str(CLIENTS / "driver.py"), str(spec_folder() / "openapi.yaml"))
    return certify(contract, Plan(driver=(*driver, wrong), only=only))


def test_a_right_driver_understands_everything(contract: Contract) -> None:
    """Every situation of four kinds of operation is understood: no finding at all."""
    only = ("CreateApp", "ListRtcRoomList", "DeleteApp", "ShowMixJob")
    report = swept(contract, *only).outcome.report
    assert [(f.requirement, f.message, f.expected, f.actual) for f in report.findings] == []
    assert report.verdict is RunVerdict.CONFORMANT
    judged = sum(1 for r in report.requirements if "/answer/" in r.id and r.cases)
    assert judged == sum(len(situations_of(contract, contract.operation(o))) for o in only)


@pytest.mark.parametrize(
    ("wrong", "requirement"),
    [
        ("deaf", "client/CreateApp/answer/error-*"),
        ("forgetful", "client/CreateApp/answer/maximal"),
        ("retry", "client/common/repeats/create"),
    ],
)
def test_a_wrong_driver_is_caught(wrong: str, requirement: str, contract: Contract) -> None:
    """What a client misunderstands, or does about an error, is named by its own requirement."""
    report = swept(contract, "CreateApp", wrong=wrong).outcome.report
    assert any(fnmatchcase(finding.requirement, requirement) for finding in report.findings)


def test_a_driver_that_ends_early_is_said(contract: Contract) -> None:
    """What the sweep did not reach does not read as understood."""
    report = swept(contract, "CreateApp", wrong="quits").outcome.report
    assert report.verdict is RunVerdict.INCOMPLETE
    assert report.run.problems[0].endswith("has ended")


def test_an_operation_that_a_driver_lacks_is_said(contract: Contract) -> None:
    """A client without an operation is not failed for it, and not passed either."""
    report = swept(contract, "CreateApp", "ShowApp", wrong="without-ShowApp").outcome.report
    assert report.run.problems == ["the driver does not know ShowApp"]
    assert report.verdict is RunVerdict.INCOMPLETE


def test_every_operation_has_its_situations(contract: Contract) -> None:
    """Minimal and maximal bodies everywhere, every documented status, every catalogued code."""
    for operation in contract.operations.values():
        found = situations_of(contract, operation)
        assert {"minimal", "throttled", "slow", "html"} <= set(found), operation.id
        statuses = {situation.status for situation in found.values()}
        assert set(operation.answers) <= statuses, operation.id
        for situation in found.values():
            if situation.status in operation.answers and situation.name in {"minimal", "maximal"}:
                spec = operation.answers[situation.status]
                assert spec.schema is None or spec.validator.is_valid(situation.data)


def test_an_open_end_is_a_situation(contract: Contract) -> None:
    """A room that is still open ends at a hyphen."""
    found = situations_of(contract, contract.operation("ListRtcRoomList"))
    assert b'"end_time": "-"' in found["open-end"].body


SCHEMA = {
    "properties": {
        "count": {"type": "integer"},
        "when": {"type": "string"},
        "rows": {"type": "array", "items": {"properties": {"id": {"type": "string"}}}},
    }
}


@pytest.mark.parametrize(
    ("understood", "path"),
    [
        ({"count": 1, "when": "2023-11-28T08:00:00Z", "rows": [{"id": "a"}]}, None),
        ({"count": 1, "when": "2023-11-28T08:00:00+00:00", "rows": [{"id": "a"}], "x": 1}, None),
        ({"count": True, "when": "2023-11-28T08:00:00Z", "rows": [{"id": "a"}]}, "count"),
        ({"count": 1, "when": "2023-11-28T09:00:00Z", "rows": [{"id": "a"}]}, "when"),
        ({"count": 1, "when": "2023-11-28T08:00:00Z", "rows": []}, "rows"),
        ({"count": 1, "when": "2023-11-28T08:00:00Z", "rows": [{"id": "b"}]}, "rows[].id"),
        ({"when": "2023-11-28T08:00:00Z", "rows": [{"id": "a"}]}, "count"),
    ],
)
def test_what_is_understood_is_compared(understood: dict[str, object], path: str | None) -> None:
    """Another spelling of a moment is the same; another value, type or number of items is not."""
    sent = {"count": 1, "when": "2023-11-28T08:00:00Z", "rows": [{"id": "a"}]}
    found = difference(SCHEMA, sent, understood)
    assert (found.path if found else None) == path


def test_a_sweep_that_takes_too_long_is_stopped(contract: Contract) -> None:
    """--timeout ends a driver that hangs, and that is said; what it did before is judged."""
    silent = (sys.executable, "-c", "import time; time.sleep(60)")
    report = certify(contract, Plan(driver=silent, only=("ShowApp",), timeout=0.3)).outcome.report
    assert report.verdict is RunVerdict.INCOMPLETE
    assert report.run.problems[0].endswith("was stopped: the sweep took longer than 0.3 s")
