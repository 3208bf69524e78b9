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


def judged(
    contract: Contract, folder: Path, *entries: dict[str, Any], bases: tuple[str, ...] = ()
) -> tuple[list[str], list[str], int]:
    """What a recording breaks, what is said beside it, and how many requests were judged."""
    report = certify(contract, Plan(har=recording(folder, *entries), base_urls=bases)).outcome
    found = [finding.requirement for finding in report.report.findings]
    return found, list(report.report.run.warnings), report.report.run.requests


def without_header(item: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry as an export without this header has it."""
    kept = [pair for pair in item["request"]["headers"] if pair["name"] != name]
    return {**item, "request": {**item["request"], "headers": kept}}


def at(item: dict[str, Any], second: int) -> dict[str, Any]:
    """The entry at another time."""
    return {**item, "startedDateTime": f"2026-01-01T00:00:{second:02}.000Z"}


def test_a_body_that_was_not_recorded_is_not_missing(contract: Contract, tmp_path: Path) -> None:
    """Without its text, of unknown or known size, or cut: not recorded; of size 0 it was none."""
    unknown = entry("POST", f"{HOST}/v2/apps", 201)
    sized = entry("POST", f"{HOST}/v2/apps", 201)
    sized["request"] |= {"bodySize": 20, "postData": {"mimeType": "application/json"}}
    cut = entry("POST", f"{HOST}/v2/apps", 201, '{"app_na')
    cut["request"]["bodySize"] = 20
    found, said, count = judged(contract, tmp_path, unknown, at(sized, 1), at(cut, 2))
    assert (found, count) == ([], 3)
    what = "the body of the request was not recorded, and is not judged"
    assert f"{what}: request-1, request-2, request-3" in said
    none = entry("POST", f"{HOST}/v2/apps", 400)
    none["request"]["bodySize"] = 0
    assert judged(contract, tmp_path, none)[0] == ["client/CreateApp/body/required"]


def test_an_answer_that_was_not_recorded_is_no_riddle(contract: Contract, tmp_path: Path) -> None:
    """A create whose answer has no text in the export was answered all the same."""
    made = entry("POST", f"{HOST}/v2/apps", 201, '{"app_name": "a"}')
    made["response"]["content"] = {"size": 40}
    assert judged(contract, tmp_path, made, at(made, 2))[0] == []
    made["_error"] = "net::ERR_CONTENT_LENGTH_MISMATCH"
    found = judged(contract, tmp_path, made, at(made, 2))[0]
    assert found == ["client/common/repeats/create"]


@pytest.mark.parametrize(("status", "broken"), [(200, False), (404, False), (401, True)])
def test_credentials_that_an_export_removed_are_no_finding(
    status: int, broken: bool, contract: Contract, tmp_path: Path
) -> None:
    """Unless they were missed: then the answer is 401."""
    bare = without_header(entry("GET", f"{HOST}/v2/apps", status), "X-Auth-Token")
    found, said, _ = judged(contract, tmp_path, bare)
    assert ("client/common/credentials/present" in found) is broken
    assert any("credentials were not recorded" in line for line in said) is not broken


def test_entries_are_judged_in_the_order_of_their_times(contract: Contract, tmp_path: Path) -> None:
    """A proxy writes entries as they end: a create and its repetition, the wrong way round."""
    body = '{"app_name": "a"}'
    second = at(entry("POST", f"{HOST}/v2/apps", 201, body), 5)
    first = at(entry("POST", f"{HOST}/v2/apps", 500, body), 1)
    path = recording(tmp_path, second, first)
    report = certify(contract, Plan(har=path)).outcome.report
    assert [(f.requirement, f.case) for f in report.findings] == [
        ("client/common/repeats/create", "request-1")
    ]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"startedDateTime": "2026-01-01T00:00:00.000Z"}, "it has no request"),
        ({**entry("GET", f"{HOST}/v2/apps"), "startedDateTime": "noon"}, "noon"),
        (entry("GET", "/v2/apps"), ""),
        ({**entry("GET", f"{HOST}/v2/apps"), "request": 7}, "not subscriptable"),
        (None, ""),
    ],
)
def test_a_bad_entry_is_named_and_left_out(
    broken: Any, why: str, contract: Contract, tmp_path: Path
) -> None:
    """The others are judged."""
    good = at(entry("GET", f"{HOST}/v2/apps?limit=500", 400), 9)
    found, said, _ = judged(contract, tmp_path, broken, good)
    assert "client/ListApps/query/limit/maximum" in found
    named = [line for line in said if line.startswith("entry 1 is left out (")]
    assert bool(named) is (broken is None or bool(why))
    assert not named or why in named[0]


def test_host_and_base_path_can_be_given(contract: Contract, tmp_path: Path) -> None:
    """Behind a gateway the API has a path before its own, and a host that nobody knows."""
    gateway = "https://gateway.example.com:443/rtc"
    entries = [
        entry("GET", f"{gateway}/v2/apps?limit=500", 400),
        entry("GET", f"{gateway}/v2/app", 404),
        entry("GET", "https://gateway.example.com/other/v2/apps?limit=500", 400),
    ]
    found, said, count = judged(
        contract, tmp_path, *entries, bases=("https://Gateway.Example.com/rtc/",)
    )
    assert found == ["client/ListApps/query/limit/maximum", "client/common/path/known"]
    assert count == 2
    assert "hosts in the recording: gateway.example.com: 2 of 3 judged" in said
    assert judged(contract, tmp_path, *entries)[2] == 0


def test_a_query_that_stands_apart_is_read(contract: Contract, tmp_path: Path) -> None:
    """Some exporters have it in queryString alone, decoded or not."""
    apart = entry("GET", f"{HOST}/v2/apps", 400)
    apart["request"]["queryString"] = [
        {"name": "limit", "value": "500"},
        {"name": "state", "value": "ACTIVATION"},
    ]
    assert judged(contract, tmp_path, apart)[0] == ["client/ListApps/query/limit/maximum"]
    times = entry("GET", f"{HOST}/v1/p/rtc/users", 200)
    times["request"]["queryString"] = [
        {"name": "app", "value": "a"},
        {"name": "start_time", "value": "2025-01-01T00%3A00%3A00Z"},
        {"name": "end_time", "value": "2025-01-01T01:00:00Z"},
    ]
    assert judged(contract, tmp_path, times)[0] == []


def test_the_hosts_that_were_seen_are_said(contract: Contract, tmp_path: Path) -> None:
    """Also when nothing was judged at all."""
    entries = [
        entry("GET", f"{HOST}/v2/apps"),
        entry("GET", "https://cdn.example.com/a.js"),
        entry("GET", "wss://push.example.com/v2/apps"),
    ]
    _, said, count = judged(contract, tmp_path, *entries)
    assert count == 1
    (line,) = (text for text in said if text.startswith("hosts in the recording: "))
    assert "rtc-api.myhuaweicloud.com: 1 of 1 judged" in line
    assert "cdn.example.com: 0 of 1 judged" in line
    assert "push.example.com: 0 of 1 judged" in line
    assert "0 of 2 judged" in judged(contract, tmp_path, entries[1], entries[1])[1][0]


def test_a_host_that_serves_pages_as_well_is_not_blamed(contract: Contract, tmp_path: Path) -> None:
    """Where only its requests tell that a host has the API, its pages are left alone."""
    host = "https://console.example.com"
    entries = [entry("GET", f"{host}{path}") for path in ("/v2/apps", "/", "/a.js", "/v2/app")]
    found, _, count = judged(contract, tmp_path, *entries)
    assert (found, count) == (["client/common/path/known"], 2)


def test_derived_times_are_no_haste(contract: Contract, tmp_path: Path) -> None:
    """Our own HAR tells no pauses: what was sent in peace does not read as a burst."""
    entries = [
        {**entry("GET", f"{HOST}/v2/rtc-ops/buckets"), "comment": "exchange 1; time derived from"}
        for _ in range(5)
    ]
    assert judged(contract, tmp_path, *entries)[0] == []
    bare = [{**item, "comment": ""} for item in entries]
    assert set(judged(contract, tmp_path, *bare)[0]) == {"client/common/flow/obs"}


@pytest.mark.parametrize(
    "arguments", [("--", "true"), ("--har", "{har}", "--base-url", "https://")]
)
def test_a_base_url_that_says_nothing_is_refused(
    arguments: tuple[str, ...], contract: Contract, tmp_path: Path
) -> None:
    """One line, with the remedy."""
    from click.testing import CliRunner

    from conformance.cli import cli

    har = str(recording(tmp_path, entry("GET", f"{HOST}/v2/apps")))
    given = [text.format(har=har) for text in arguments]
    if "--har" not in given:
        given = ["--base-url", "https://h", *given]
    done = CliRunner().invoke(cli, ["certify-client", *given], standalone_mode=False)
    assert "--base-url" in str(done.exception)
