"""Facts about the repository: what the README says can be done, and what the build promises."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance import cli as command_line
from conformance.cli import COMMANDS, cli
from conformance.errors import ConformanceError, TargetError

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
STATUSES = {0, 1, 2, 3, 4, 130}
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|tmp/(?:venv|brief))/")
"""Paths that only the machine has on which this was written."""


def _tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, check=True, cwd=ROOT, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def _environments() -> list[str]:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    return [name.strip() for name in tox["tox"]["env_list"].split(",")]


def test_ci_runs_what_tox_lists() -> None:
    """.ci/run calls tox without naming environments, so that no list can drift from the other."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"bin/tox run(?: \|\||\s*$)", script, re.MULTILINE)
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    sections = {name.partition(":")[2] for name in tox.sections() if ":" in name}
    assert set(_environments()) <= sections
    named = set(re.findall(r"tox run -e (\w+)", script))
    assert named <= sections


def test_the_readme_names_the_test_command() -> None:
    """One command passes the tests, and CI passes the same ones."""
    assert "pip install tox && tox" in README
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    (only,) = _environments()
    for part in ("lint", "contract", "tests", "suite"):
        assert f"{{[testenv:{part}]commands}}" in tox[f"testenv:{only}"]["commands"]


def test_exit_statuses_are_told_the_same_everywhere() -> None:
    """The README, the docstring of the command line, and the errors themselves."""
    for text in (README, str(command_line.__doc__)):
        told = text[text.lower().index("exit status") :]
        numbers = {int(n) for n in re.findall(r"\b(\d{1,3}) (?=[a-z])", told[:420])}
        assert numbers >= STATUSES, numbers
    assert (ConformanceError.exit_status, TargetError.exit_status) == (2, 3)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    """-h tells what a command does."""
    done = CliRunner().invoke(cli, [name, "-h"])
    assert done.exit_code == 0
    assert "Usage" in done.output


def test_commands_of_the_readme_exist() -> None:
    """Every command and long option that the README shows is one."""
    known = set(COMMANDS)
    named = set(re.findall(r"sparkrtc-conformance ([a-z][a-z-]+)", README))
    assert named <= known
    shown = " ".join(CliRunner().invoke(cli, [name, "-h"]).output for name in sorted(known))
    for command, rest in re.findall(r"sparkrtc-conformance ([a-z-]+)([^\n`]*)", README):
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in shown, f"{command} {option}"


def test_lists_of_the_readme_run() -> None:
    """What the README suggests to look at can be looked at."""
    runner = CliRunner()
    for arguments in re.findall(
        r"^sparkrtc-conformance ((?:faults|requirements|errata|capabilities)[^\n]*)$",
        README,
        re.MULTILINE,
    ):
        done = runner.invoke(cli, arguments.replace("'", "").split())
        assert done.exit_code == 0, (arguments, done.output)


def test_files_that_the_readme_names_exist() -> None:
    """Paths in the README lead somewhere."""
    for name in re.findall(r"`((?:docs|spec|tests|\.ci)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name


def test_no_machine_path_is_committed() -> None:
    """Nothing that is committed knows the machine on which it was written."""
    found: list[str] = []
    for path in _tracked():
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in MACHINE.finditer(text)]
    assert not found, "\n".join(found[:20])
