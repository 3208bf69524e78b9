"""HAR: what other tools ask of version 1.2, for every exchange of the run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from conformance.model.report import Report
from conformance.reporting.formats import write_all
from tests.reporting.sample import exchange_of

REQUEST = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize"}
RESPONSE = {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"}


def _log(report: Report, folder: Path, exchanges: list[Any]) -> dict[str, Any]:
    (path,) = write_all(report, folder, ["har"], exchanges)
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))["log"]
    return loaded


def test_entries_have_what_the_format_demands(report: Report, tmp_path: Path) -> None:
    """Required members of HAR 1.2 are there; the entries stand in the order of the run."""
    sent = {"app_name": "课堂"}
    exchanges = [exchange_of(n, "CreateApp", 201, {"app_id": "a"}, sent) for n in (1, 2, 3)]
    log = _log(report, tmp_path, exchanges)
    assert log["version"] == "1.2"
    assert log["creator"] == {"name": "sparkrtc-conformance", "version": "0.1.0"}
    moments = [datetime.fromisoformat(entry["startedDateTime"]) for entry in log["entries"]]
    assert moments == sorted(set(moments))
    for entry in log["entries"]:
        assert set(entry["request"]) >= REQUEST
        assert set(entry["response"]) >= RESPONSE
        assert entry["time"] == sum(entry["timings"].values())
        assert json.loads(entry["request"]["postData"]["text"]) == sent


def test_binary_truncated_and_missing_answers_are_told_apart(
    report: Report, tmp_path: Path
) -> None:
    """base64 is marked as such, a cut body is said to be cut, no answer is status 0 with why."""
    plain = exchange_of(1, "ListApps", 200, "{}")
    assert plain.response is not None
    binary = replace(plain, response=replace(plain.response, body=None, body_base64="AP8="))
    cut = replace(plain, response=replace(plain.response, truncated=True))
    refused = {"stage": "connect", "message": "connection refused"}
    silent = replace(plain, response=None, failure=refused)
    entries = _log(report, tmp_path, [binary, cut, silent])["entries"]
    assert entries[0]["response"]["content"]["encoding"] == "base64"
    assert "only the start" in entries[1]["response"]["content"]["comment"]
    assert entries[2]["response"]["status"] == 0
    assert entries[2]["response"]["_error"] == "connect: connection refused"


def test_exchanges_are_taken_one_at_a_time(report: Report, tmp_path: Path) -> None:
    """A generator is enough: the log is written without holding the whole run."""
    stream = (exchange_of(n, "ListApps", 200, "{}") for n in range(50))
    assert len(_log(report, tmp_path, stream)["entries"]) == 50  # type: ignore[arg-type]


def test_a_run_without_exchanges_is_still_valid(report: Report, tmp_path: Path) -> None:
    """No exchange gives an empty log, not a broken file."""
    assert _log(report, tmp_path, [])["entries"] == []
