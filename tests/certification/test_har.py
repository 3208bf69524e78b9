"""Recordings are judged without a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.certification.certifying import Plan, certify
from conformance.contract.document import Contract
from conformance.errors import ConfigurationError

HOST = "https://rtc-api.myhuaweicloud.com"


def entry(method: str, url: str, status: int = 200, body: str | None = None) -> dict[str, Any]:
    """One entry as browsers write it, HTTP/2 pseudo headers included."""
    headers = {
        ":authority": "rtc-api.myhuaweicloud.com",
        "X-Auth-Token": "t",
        "Content-Type": "application/json",
    }
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "h2",
        "cookies": [],
        "queryString": [],
        "headers": [{"name": k, "value": v} for k, v in headers.items()],
        "headersSize": -1,
        "bodySize": -1,
    }
    if body is not None:
        request["postData"] = {"mimeType": "application/json", "text": body}
    return {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 3.5,
        "request": request,
        "response": {"status": status, "headers": [], "content": {"text": "{}"}},
    }


def recording(folder: Path, *entries: dict[str, Any]) -> Path:
    """A HAR file with these entries."""
    path = folder / "recording.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return path


def test_a_recording_is_judged_and_other_sites_are_not(contract: Contract, tmp_path: Path) -> None:
    """Requests of this API are judged; those to other sites, and preflights, are left alone."""
    preflight = entry("OPTIONS", f"{HOST}/v2/apps", 204)
    preflight["request"]["headers"].append(
        {"name": "Access-Control-Request-Method", "value": "GET"}
    )
    path = recording(
        tmp_path,
        entry("GET", f"{HOST}/v2/apps?limit=500", 400),
        entry("POST", f"{HOST}/v2/apps", 201, '{"app_name": "a"}'),
        entry("GET", "https://example.com/favicon.ico"),
        preflight,
    )
    report = certify(contract, Plan(har=path)).outcome.report
    assert report.run.requests == 2
    assert report.target["name"] == "recording.har"
    assert [f.requirement for f in report.findings] == ["client/ListApps/query/limit/maximum"]


def test_a_401_in_a_recording_speaks_of_the_credentials(contract: Contract, tmp_path: Path) -> None:
    """A recording does not say which tokens exist; its answers do."""
    path = recording(tmp_path, entry("GET", f"{HOST}/v2/apps", 401))
    report = certify(contract, Plan(har=path)).outcome.report
    assert [f.requirement for f in report.findings] == ["client/common/credentials/token"]


def test_our_own_har_is_read_again(contract: Contract, tmp_path: Path) -> None:
    """What --format har writes, --har reads: the same findings."""
    import sys

    from conformance.reporting.formats import write_all
    from tests.certification.conftest import CLIENTS

    command = (sys.executable, str(CLIENTS / "wrong.py"), "limit-too-high")
    done = certify(contract, Plan(command=command))
    write_all(done.outcome.report, tmp_path, ["har"], done.outcome.exchanges)
    again = certify(contract, Plan(har=tmp_path / "exchanges.har"))
    broken = [f.requirement for f in again.outcome.report.findings]
    assert broken == [f.requirement for f in done.outcome.report.findings]


@pytest.mark.parametrize("text", ["", "[]", '{"log": {"entries": [{}]}}', '{"log": 1}'])
def test_what_is_no_har_is_one_clear_line(contract: Contract, tmp_path: Path, text: str) -> None:
    """A file that is no recording is refused with its name."""
    path = tmp_path / "bad.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.har"):
        certify(contract, Plan(har=path))
