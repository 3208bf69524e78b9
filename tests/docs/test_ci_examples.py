"""The examples for CI: valid for those who read them, and every command in them is run."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.processes import running

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "ci"
GITHUB = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))
JOBS = ("mock", "client", "live")


def _jobs(always: str) -> list[Any]:
    """All jobs, of which one always runs and the others where pages are followed."""
    slow = pytest.mark.pages
    return [job if job == always else pytest.param(job, marks=slow) for job in JOBS]


NARROW = {"sparkrtc-conformance run": "sparkrtc-conformance run --only 'ShowApp/*' --level quick"}
"""A run of everything belongs to tox's own environments: here it is one operation."""
CLIENT = """\
#!/bin/sh
curl -sf -H "X-Auth-Token: $SPARKRTC_TOKEN" -H "Content-Type: application/json" \\
  "$SPARKRTC_BASE_URL/v2/apps"
"""


@pytest.mark.parametrize(
    ("name", "schema"),
    [("github-actions.yml", "vendor.github-workflows"), ("gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_the_schema_of_the_service_is_kept(name: str, schema: str) -> None:
    """check-jsonschema carries the schemas that GitHub and GitLab publish."""
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    extra = ["--data-transform", "gitlab-ci"] if "gitlab" in name else []
    done = subprocess.run(
        [*command, *extra, str(EXAMPLES / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_installed_exists_somewhere() -> None:
    """No index has the suite: each example says by a variable what pip takes, and explains it."""
    for name in ("github-actions.yml", "gitlab-ci.yml", "tox.ini"):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        assert not re.search(r"(pip install|deps =) *sparkrtc-conformance", text), name
        assert "git+https://git.example.com/" in text, name
        assert "wheel" in text, name


def test_a_fork_needs_no_secret_and_no_right() -> None:
    """Jobs of pull requests name no secret; what writes is skipped for forks; live is no fork's."""
    for name in ("mock", "client"):
        assert "secrets." not in yaml.safe_dump(GITHUB["jobs"][name])
    (upload,) = [s for s in GITHUB["jobs"]["mock"]["steps"] if "upload-sarif" in s.get("uses", "")]
    assert "head.repo.full_name == github.repository" in upload["if"]
    live = GITHUB["jobs"]["live"]
    assert "'schedule'" in live["if"]
    assert "!github.event.repository.fork" in live["if"]
    (rule,) = GITLAB["conformance-live"]["rules"]
    assert '"schedule" && $HUAWEICLOUD_SDK_AK' in rule["if"]


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Any]]:
    """A server of one's own, and what it announces."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    scripts = str(Path(sys.executable).parent)
    env = {**clean, "PATH": f"{scripts}{os.pathsep}{clean['PATH']}", "PYTHONPATH": str(ROOT)}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "conformance.cli", "serve", "--port", str(port)]
    with running(command, env=env) as server:
        assert server.stdout is not None
        yield {**json.loads(server.stdout.readline()), "port": str(port), "env": env}


@pytest.fixture
def project(served: dict[str, Any], tmp_path: Path) -> Path:
    """A project that has what the examples expect: start-mock, client-tests and live.toml."""
    for name, text in {"start-mock": "#!/bin/sh\nexit 0\n", "client-tests": CLIENT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    target = f'name = "night"\nbase_url = "{served["base_url"]}"\nprofile = "live"\n'
    app = f'[fixtures]\napp_id = "{served["fixtures"]["app_id"]}"\n'
    (tmp_path / "live.toml").write_text(target + app, encoding="utf-8")
    return tmp_path


def _run(script: list[str], served: dict[str, Any], project: Path, **on: str) -> str:
    """Run the lines as one job would; what is installed already is not fetched again."""
    text = "\n".join(["set -e", "pip() { :; }", *script])
    for old, new in {"8080": served["port"], **NARROW}.items():
        text = text.replace(old, new)
    credentials = {
        "SPARKRTC_TOKEN": served["token"],
        "SPARKRTC_PROJECT_ID": served["project_id"],
        **on,
    }
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=project,
        env={**served["env"], **credentials},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.parametrize("job", _jobs("mock"))
def test_every_step_of_github_runs(job: str, served: dict[str, Any], project: Path) -> None:
    """The run steps of a job in turn; the files that its other steps take are there."""
    steps = GITHUB["jobs"][job]["steps"]
    home = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(project / "step.md")}
    _run([step["run"] for step in steps if "run" in step], served, project, **home)
    taken = [value for step in steps for value in step.get("with", {}).values()]
    files = [name for name in taken if str(name).startswith("out")]
    assert files
    assert all((project / name).exists() for name in files)
    assert "SparkRTC" in (project / "step.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("job", _jobs("live"))
def test_every_script_of_gitlab_runs(job: str, served: dict[str, Any], project: Path) -> None:
    """before_script and script of a job; the reports that it declares are written."""
    common = GITLAB[".conformance"]
    script = [*common["before_script"], *GITLAB[f"conformance-{job}"]["script"]]
    _run(script, served, project, GITLAB_CI="true", CI_PROJECT_DIR=str(project))
    for file in common["artifacts"]["reports"].values():
        assert (project / file).is_file()


@pytest.mark.parametrize("job", _jobs("client"))
def test_every_command_of_tox_runs(job: str, served: dict[str, Any], project: Path) -> None:
    """The commands as tox reads them, without the environment that it would build."""
    asked = [sys.executable, "-m", "tox", "config", "-c", str(EXAMPLES / "tox.ini")]
    done = subprocess.run(
        [*asked, "--workdir", str(project / "tox"), "-e", job, "-k", "commands"],
        env={**served["env"], "SPARKRTC_BASE_URL": served["base_url"]},
        capture_output=True,
        text=True,
        check=False,
    )
    commands = re.findall(
        r"^(?:commands =)?\s*(sparkrtc-conformance .*)$", done.stdout, re.MULTILINE
    )
    assert len(commands) == 1, done.stdout + done.stderr
    _run([f"{commands[0]} || test $? = 4"], served, project)
    assert (project / "tox" / job / "report.html").is_file()
