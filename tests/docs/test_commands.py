"""Every command of the documentation is run, against a reference that is served."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.zh-CN.md", "docs/certifying-a-server.md", "docs/reading-a-report.md",
    "docs/waivers-and-errata.md", "docs/adding-a-rule.md", "docs/revising-the-contract.md",
)  # fmt: skip
SKIPPED = {
    "python tests/contract/write_requirements.py": "it would hide a drift that a test must show",
    "sparkrtc-conformance run --target server.toml --level standard --format json,html,junit": (
        "server.toml is the reader's"
    ),
    "sparkrtc-conformance cleanup": "there is nothing to clean up after a run that ended",
}
"""Commands that cannot run here, and why; their blocks say ``sh skip``."""
_BLOCK = re.compile(r"^```sh( skip)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _commands(page: str) -> list[tuple[bool, str]]:
    found = _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [(bool(skip), line) for skip, text in found for line in text.splitlines() if line]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The environment of a reader who has a server: a served reference, and its credentials."""
    scripts = str(Path(sys.executable).parent)
    path = f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    env = {**clean, "PATH": path, "PYTHONPATH": str(ROOT)}
    command = ["sparkrtc-conformance", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        yield {
            **env,
            "SPARKRTC_BASE_URL": told["base_url"],
            "SPARKRTC_IDENTITY_URL": told["identity_url"],
            "SPARKRTC_PROJECT_ID": told["project_id"],
            "SPARKRTC_TOKEN": told["token"],
        }
        server.terminate()


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page: str, environment: dict[str, str], tmp_path: Path) -> None:
    """What a page tells its reader to type works, line for line."""
    for name in ("docs", "spec", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    for skip, command in _commands(page):
        if not skip:
            _run(command, environment, tmp_path)


def _run(command: str, environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S602 - a reader types it into a shell
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_what_is_not_run_is_known() -> None:
    """A command is left out only for a reason that stands here."""
    skipped = {line for page in PAGES for skip, line in _commands(page) if skip}
    assert skipped == set(SKIPPED)
