"""Every command of the documentation is run, against a reference that is served."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import running

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "docs/certifying-a-server.md",
    "docs/certify-client.md",
    "docs/events.md",
    "docs/reading-a-report.md",
    "docs/waivers-and-errata.md",
    "docs/adding-a-rule.md",
    "docs/revising-the-contract.md",
    "docs/contracts-of-your-own.md",
    "docs/plain-openapi.md",
    "docs/generators.md",
)
"""Their Chinese twins have the same commands (``test_chinese_pages.py``)."""
SKIPPED = {
    "sparkrtc-conformance run http://127.0.0.1:4010 --contract petstore.yaml --profile stateless": (
        "the petstore and its server are the reader's"
    ),
    "cp spec/openapi.yaml mock.yaml": "it is for the next line",
    "npx @stoplight/prism-cli mock -p 4010 mock.yaml": "it is fetched from npm, and does not end",
    "SPARKRTC_TOKEN=any SPARKRTC_PROJECT_ID=any sparkrtc-conformance run http://127.0.0.1:4010"
    " --profile stateless": "it judges what the line before serves",
    "python -m venv venv && . venv/bin/activate && pip install '.[thorough]'"
    " && sparkrtc-conformance run": (
        "tox installs the package so; here it would only be fetched again"
    ),
    "python -m pip install tox && tox": "it is what runs this test",
    "sparkrtc-conformance certify-client --min-coverage operations=100 -- ./client-tests": (
        "the client of this test calls one operation"
    ),
    "python tests/contract/write_requirements.py": "it would hide a drift that a test must show",
    "sparkrtc-conformance run --target server.toml --level standard --format json,html,junit": (
        "server.toml is the reader's"
    ),
    'sparkrtc-conformance certify-receiver https://events.example.com/rtc --key "$CALLBACK_KEY"': (
        "the receiver is the reader's"
    ),
    'sparkrtc-conformance run "$SPARKRTC_BASE_URL"'
    " --only 'CreateApp*' --watch --watch-file src": "it does not end",
    "sparkrtc-conformance cleanup": "there is nothing to clean up after a run that ended",
}
"""Commands that cannot run here, and why; their blocks say ``sh skip``."""
_BLOCK = re.compile(r"^```sh(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CLIENT = """\
#!/bin/sh
curl -s -H "X-Auth-Token: $SPARKRTC_TOKEN" -H "Content-Type: application/json" \\
  "$SPARKRTC_BASE_URL/v2/apps"
"""
_CLIENTS = {
    "client-tests": _CLIENT,
    "client/test_apps.py": (
        "import subprocess\n\n\n"
        "def test_apps():\n    subprocess.run(['./client-tests'], check=True)\n"
    ),
    "client/apps.test.mjs": (
        'import test from "node:test";\n'
        'test("apps", async () => {\n'
        "  const headers = {\n"
        '    "X-Auth-Token": process.env.SPARKRTC_TOKEN, "Content-Type": "application/json" };\n'
        "  await fetch(`${process.env.SPARKRTC_BASE_URL}/v2/apps`, { headers });\n"
        "});\n"
    ),
}
"""What the pages take for granted: a client's own tests, as a script, for pytest and for Node."""


@dataclass(frozen=True, slots=True)
class Block:
    """The commands of one block; ``mark`` is ``skip``, or the file that they are the text of."""

    mark: str
    text: str

    @property
    def lines(self) -> list[str]:
        """One command each."""
        return [line for line in self.text.splitlines() if line]


def _blocks(page: str) -> list[Block]:
    found = _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [Block(mark, text) for mark, text in found]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The environment of a reader who has a server: a served reference, and its credentials."""
    scripts = str(Path(sys.executable).parent)
    path = f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    env = {**clean, "PATH": path, "PYTHONPATH": str(ROOT)}
    command = ["sparkrtc-conformance", "serve"]
    with running(command, env=env) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        yield {
            **env,
            "SPARKRTC_BASE_URL": told["base_url"],
            "SPARKRTC_IDENTITY_URL": told["identity_url"],
            "SPARKRTC_PROJECT_ID": told["project_id"],
            "SPARKRTC_TOKEN": told["token"],
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader stands: the checkout, and a client of their own."""
    for name in ("docs", "spec", "tests", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "client").mkdir()
    for name, text in _CLIENTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "page", [PAGES[0], *(pytest.param(page, marks=pytest.mark.pages) for page in PAGES[1:])]
)
def test_commands_run(page: str, environment: dict[str, str], folder: Path) -> None:
    """What a page tells its reader to type works, block for block."""
    for block in _blocks(page):
        if block.mark in {"skip", "edition"} or "serve --fault" in block.text:
            continue  # a fault that is served has the test below; editions have tests/editions
        if block.mark:
            (folder / block.mark).write_text(block.text, encoding="utf-8")
        else:
            _run(block, environment, folder)


def _run(block: Block, environment: dict[str, str], folder: Path) -> str:
    lines = [line for line in block.lines if " node " not in line or shutil.which("node")]
    done = subprocess.run(
        ["bash", "-ec", "\n".join(lines)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{block.text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_the_fault_of_the_readme_is_found(environment: dict[str, str], folder: Path) -> None:
    """The block that serves a fault says status 1, and leaves the report that is to be opened."""
    (block,) = (block for block in _blocks(PAGES[0]) if "serve --fault" in block.text)
    assert "status 1" in _run(block, environment, folder)
    report = json.loads((folder / "reports/latest/report.json").read_text(encoding="utf-8"))
    broken = [item["requirement"] for item in report["findings"]]
    assert "UpdateRecordRule/rule/seen-by-show" in broken
    assert (folder / "reports/latest/report.html").is_file()


def test_pictures_and_links_of_every_page_are_there() -> None:
    """A link into the checkout leads to something; a picture is small enough to be cloned."""
    chinese = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.zh-CN.md"))
    for page in dict.fromkeys((*PAGES, *chinese)):
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            place = (ROOT / page).parent / link
            assert place.exists(), f"{page}: {link}"
            assert place.suffix != ".png" or place.stat().st_size < 300_000


def test_what_is_not_run_is_known() -> None:
    """A command is left out only for a reason that stands here."""
    skipped = {
        line
        for page in PAGES
        for block in _blocks(page)
        if block.mark == "skip"
        for line in block.lines
    }
    assert skipped == set(SKIPPED)
