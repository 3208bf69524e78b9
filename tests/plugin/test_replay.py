"""The lines of a finding replay what was found: same target, level, seed, and the wrong token."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from tests.processes import running

FAULT = "ShowApp/auth/wrong-token/accepted"


def _command(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={**os.environ, **env},
    )


def test_a_wrong_token_that_is_taken_is_replayed(tmp_path: Path) -> None:
    """The curl line sends the wrong token, not ours; the pytest line fails as the run did."""
    command = [sys.executable, "-m", "conformance.cli", "serve", "--fault", FAULT]
    with running(command) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        known = {"SPARKRTC_TOKEN": told["token"], "SPARKRTC_PROJECT_ID": told["project_id"]}
        chosen = ("--only", "ShowApp/auth/wrong-token", "--seed", "3", "--report-dir", tmp_path)
        _command("conformance.cli", "run", told["base_url"], *chosen, **known)
        report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        (finding,) = report["findings"]
        line = shlex.split(finding["pytest"])
        again = _command(*line, f"--sparkrtc-report-dir={tmp_path / 'again'}", **known)
    made, sent = finding["curl"].splitlines()
    assert made.startswith("app_id=$(curl -s -X POST ")
    header = next(word for word in shlex.split(sent) if word.startswith("X-Auth-Token"))
    assert header.removeprefix("X-Auth-Token: ") not in {"$SPARKRTC_TOKEN", told["token"], "***"}
    assert line[:3] == ["pytest", "--pyargs", "conformance.suite"]
    assert line[line.index("--sparkrtc-target") + 1] == told["base_url"]
    assert line[line.index("--sparkrtc-seed") + 1] == "3"
    assert again.returncode == 1, again.stdout + again.stderr
    assert "1 failed" in again.stdout
