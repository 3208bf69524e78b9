"""A client's own negative tests: named, left out, and of no effect where they do not fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conformance.certification.certifying import Plan, certify
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.negative_tests import mark_meant_to_fail, read_meant, remarks_on
from conformance.certification.recording.call import Call
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.errors import UsageError
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import exemplary  # type: ignore[import-not-found]
import wrong  # type: ignore[import-not-found]
from exemplary import Asked, Client

SUITE = """
import os, sys
sys.path.insert(0, {clients!r})
from exemplary import Asked, Client, create_mix_job, list_apps
from wrong import situation
client = Client(os.environ)
meant = {{"X-Conformance-Meant-To-Fail": "no such application"}} if {marked} else {{}}
client.send(Asked("GET", "/v2/apps/0123456789abcdef", headers=meant))
situation(client, "CreateMixJob", "unavailable")
client.send(create_mix_job(client).but(headers=meant))
client.send(create_mix_job(client))
situation(client, "ListApps", "throttled")
client.send(list_apps(client).but(headers=meant))
client.send(list_apps(client))
"""


def suite(folder: Path, *, mark_meant_to_fail: bool) -> tuple[str, ...]:
    """A test suite of a client that tests how errors are reported, and says so or not."""
    path = folder / "suite.py"
    path.write_text(SUITE.format(clients=str(CLIENTS), marked=mark_meant_to_fail), encoding="utf-8")
    return (sys.executable, str(path))


def test_a_suite_with_negative_tests_passes_under_strict(
    contract: Contract, tmp_path: Path
) -> None:
    """With the header it is conformant, and each test is named; without it, it is not."""
    report = certify(contract, Plan(command=suite(tmp_path, mark_meant_to_fail=True), strict=True))
    assert [f.requirement for f in report.outcome.report.findings] == []
    assert report.outcome.report.verdict.value == "conformant"
    assert report.outcome.report.run.warnings == [
        "meant to fail, not judged: no such application (request-1, request-2, request-4)"
    ]
    report = certify(contract, Plan(command=suite(tmp_path, mark_meant_to_fail=False), strict=True))
    assert {f.requirement for f in report.outcome.report.findings} == {
        "client/common/resources/made",
        "client/common/repeats/create",
        "client/common/flow/retry-after",
    }


def test_the_environment_can_say_it(contract: Contract, tmp_path: Path) -> None:
    """For a client that can neither add a header nor plan: rules by operation and status."""
    rules = read_meant(
        ("ShowApp:404=unknown application", "CreateMixJob", "List*:429", "DeleteApp:404"), contract
    )
    plan = Plan(command=suite(tmp_path, mark_meant_to_fail=False), strict=True, meant=rules)
    report = certify(contract, plan).outcome.report
    assert report.findings == []
    assert report.run.warnings == [
        "meant to fail, not judged: unknown application (request-1)",
        "meant to fail, not judged: CreateMixJob (request-2)",
        "meant to fail, not judged: List*:429 (request-4)",
        "--meant-to-fail DeleteApp:404 fits no call",
    ]


def test_the_command_reads_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SPARKRTC_MEANT_TO_FAIL holds several rules with blanks between them."""
    from click.testing import CliRunner

    from conformance.cli import cli

    monkeypatch.setenv("SPARKRTC_MEANT_TO_FAIL", "ShowApp:404 CreateMixJob:503 ListApps:429")
    given = [
        "--strict",
        "--report-dir",
        str(tmp_path),
        "--",
        *suite(tmp_path, mark_meant_to_fail=False),
    ]
    done = CliRunner().invoke(cli, ["certify-client", *given], standalone_mode=False)
    assert (done.return_value, done.exception) == (0, None), done.output
    assert "meant to fail, not judged: ShowApp:404 (request-1)" in done.output


def test_what_does_not_fail_is_judged(server: RecordingServer, contract: Contract) -> None:
    """A mark on everything silences nothing that is served."""
    client = Client(server.environment)
    header = {"X-Conformance-Meant-To-Fail": "all of it"}
    client.send(Asked("GET", "/v2/apps", {"page": 1}, headers=header))
    calls: tuple[Call, ...] = tuple(server.calls)
    assert broken(server.judge().judge(calls)) == ["client/ListApps/query/undeclared"]
    assert remarks_on(calls, ()) == [
        "meant to fail, and did not, so judged as ever: all of it (request-1)"
    ]


def test_a_plan_can_say_it(server: RecordingServer) -> None:
    """POST to the situation URL, with a situation or without; one call and no more."""
    import json
    import urllib.request

    client = Client(server.environment)
    for plan in (
        {"operation": "ListApps", "meant": "throttling", "situation": "throttled"},
        {"operation": "ShowApp", "meant": "unknown"},
    ):
        request = urllib.request.Request(  # noqa: S310
            client.env["SPARKRTC_SITUATION_URL"],
            json.dumps(plan).encode(),
            {"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    assert client.send(exemplary.list_apps(client)).status == 429
    client.send(exemplary.list_apps(client))
    assert client.send(Asked("GET", "/v2/apps/0123456789abcdef")).status == 404
    assert broken(server.judge().judge(server.calls)) == []
    assert [call.meant for call in server.calls] == ["throttling", "", "unknown"]


def test_calls_that_fail_still_count_as_calls(server: RecordingServer, contract: Contract) -> None:
    """Flow control counts what was meant to fail as well."""
    client = Client(server.environment)
    header = {"X-Conformance-Meant-To-Fail": "bad prefix"}
    for _ in range(3):
        asked = wrong.query(type="neither")(client, exemplary.list_objects(client))
        client.send(asked.but(headers=header))
    judge = Judge(contract, None)
    assert broken(judge.judge(server.calls)) == ["client/common/flow/obs"]


@pytest.mark.parametrize("text", ["", "ShowApp:abc", "ShowApp:700", "NoSuchOperation", "Show App"])
def test_a_rule_that_is_none_is_refused(text: str, contract: Contract) -> None:
    """One line with the option and the text."""
    with pytest.raises(UsageError, match=r"--meant-to-fail"):
        read_meant((text,), contract)


def test_a_mark_of_a_client_comes_before_a_rule(
    server: RecordingServer, contract: Contract
) -> None:
    """The client's own name for its test is the better one."""
    client = Client(server.environment)
    header = {"X-Conformance-Meant-To-Fail": "mine"}
    client.send(Asked("GET", "/v2/apps/0123456789abcdef", headers=header))
    (call,) = mark_meant_to_fail(server.calls, read_meant(("ShowApp:404=theirs",), contract))
    assert call.meant == "mine"
