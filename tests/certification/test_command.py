"""``certify-client`` as users run it: any language, exit statuses, gates, reports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.certification.conftest import CLIENTS

PYTHON = sys.executable
HELLO = [PYTHON, str(CLIENTS / "exemplary.py")]


def certify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its reports in a folder of the test."""
    command = [PYTHON, "-c", "from conformance.cli import main; main()"]
    return subprocess.run(
        [*command, "certify-client", "--report-dir", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def report_of(folder: Path) -> dict[str, Any]:
    """The report that was written."""
    data: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return data


def test_a_right_client_is_conformant_in_every_format(tmp_path: Path) -> None:
    """Exit status 0, a file for every report format, the coverage beside them, no secret in any."""
    formats = "json,html,junit,markdown,sarif,har,badge,badge-json"
    done = certify(tmp_path, "--format", formats, "--", *HELLO)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(tmp_path.iterdir())) == 9
    report = report_of(tmp_path)
    assert report["verdict"] == "conformant"
    assert report["target"]["profile"] == "client"
    assert report["run"]["requests"] == 10
    assert report["findings"] == []
    har = (tmp_path / "exchanges.har").read_text(encoding="utf-8")
    assert "<redacted>" in har


def test_what_was_not_called_is_said_not_to_be_covered(tmp_path: Path) -> None:
    """Requirements of operations that the client never called are not passed off as kept."""
    certify(tmp_path, "--", *HELLO)
    by_id = {item["id"]: item for item in report_of(tmp_path)["requirements"]}
    unseen = by_id["client/DeleteRecordRule/path/rule_id/filled"]
    assert unseen["verdict"] == "not-applicable"
    assert unseen["reason"] == "not covered: the client never called DeleteRecordRule"


@pytest.mark.parametrize(("gate", "status"), [("operations=20", 0), ("operations=100", 1)])
def test_coverage_is_a_gate(gate: str, status: int, tmp_path: Path) -> None:
    """A conformant client that covers less than is asked for fails."""
    done = certify(tmp_path, "--min-coverage", gate, "--", *HELLO)
    assert done.returncode == status, done.stdout
    shares = json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))["shares"]
    assert shares["operations"] == {"covered": 10, "total": 42, "percent": 23.81}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--min-coverage", "most", "--", "true"),
        ("--min-coverage", "calls=3", "--", "true"),
        ("--min-coverage", "101", "--", "true"),
        ("--format", "pdf", "--", "true"),
        ("--driver", "true", "--", "true"),
        (),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """What cannot be understood is refused before anything is started."""
    done = certify(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_command_that_does_not_exist_is_status_three(tmp_path: Path) -> None:
    """The certification could not be carried out."""
    done = certify(tmp_path, "--", "no-such-command-anywhere")
    assert done.returncode == 3
    assert "cannot be started" in done.stderr


def test_a_command_that_fails_is_said(tmp_path: Path) -> None:
    """Requests that are all right do not hide that the client's own tests failed."""
    program = f"import runpy, sys; runpy.run_path({HELLO[1]!r}, run_name='__main__'); sys.exit(7)"
    done = certify(tmp_path, "--", PYTHON, "-c", program)
    assert done.returncode == 4
    assert report_of(tmp_path)["run"]["problems"] == ["the command ended with exit status 7"]


def test_a_client_that_sends_nothing_is_not_green(tmp_path: Path) -> None:
    """Nothing was judged: incomplete."""
    done = certify(tmp_path, "--", PYTHON, "-c", "")
    assert done.returncode == 4
    assert "the client sent no request that could be judged" in done.stdout


def test_a_command_that_hangs_is_stopped(tmp_path: Path) -> None:
    """With --timeout a client that never ends is ended, and that is said."""
    done = certify(tmp_path, "--timeout", "0.2", "--", PYTHON, "-c", "import time; time.sleep(60)")
    assert done.returncode == 4
    assert "it ran longer than 0.2 s" in done.stdout


def test_warnings_fail_only_under_strict(tmp_path: Path) -> None:
    """A broken SHOULD is a warn, and --strict makes it count."""
    client = [PYTHON, str(CLIENTS / "wrong.py"), "undeclared-field"]
    assert certify(tmp_path, "--", *client).returncode == 0
    assert certify(tmp_path, "--strict", "--", *client).returncode == 1


def test_a_waiver_covers_a_known_deviation(tmp_path: Path) -> None:
    """Waived, a deviation is shown and does not fail; a waiver that nothing needs is a problem."""
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(
        '[[waivers]]\nrequirement = "client/CreateApp/body/app_name/type"\nreason = "known"\n'
        'owner = "somebody"\nissue = "https://example.com/1"\nexpires = 2099-01-01\n'
    )
    wrong = [PYTHON, str(CLIENTS / "wrong.py"), "number-for-text"]
    done = certify(tmp_path / "a", "--waivers", str(waivers), "--", *wrong)
    assert done.returncode == 0, done.stdout
    done = certify(tmp_path / "b", "--waivers", str(waivers), "--", *HELLO)
    assert done.returncode == 1
    assert "nothing deviates any more" in done.stdout
    assert "strict" not in done.stdout


def test_a_client_that_sends_nothing_is_told_so(tmp_path: Path) -> None:
    """Nothing was judged, and the summary says that, not that 0 requirements are open."""
    done = certify(tmp_path, "--", PYTHON, "-c", "pass")
    assert done.returncode == 4
    assert "Nothing was judged" in done.stdout


def test_a_shell_script_with_curl_is_certified(tmp_path: Path) -> None:
    """A client in a shell is judged by the same command."""
    assert shutil.which("curl")
    done = certify(tmp_path, "--", "sh", str(CLIENTS / "exemplary.sh"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert report_of(tmp_path)["by_operation"]["DeleteApp"]["pass"] > 0


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize(("wrong", "status"), [("", 0), ("1", 1)])
def test_a_test_suite_in_node_is_certified(
    wrong: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client in another language is judged by the same command, and caught when it is wrong."""
    monkeypatch.setenv("WRONG", wrong)
    done = certify(tmp_path, "--", "node", str(CLIENTS / "exemplary.mjs"))
    assert done.returncode == status, done.stdout + done.stderr
    broken = [finding["requirement"] for finding in report_of(tmp_path)["findings"]]
    assert broken == (["client/CreateApp/body/app_name/type"] if wrong else [])
