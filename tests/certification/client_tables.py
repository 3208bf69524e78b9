"""The tables of wrong and right clients, and how those in each language are run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml
from _pytest.mark import ParameterSet

from conformance.certification.childprocess import child_environment
from conformance.certification.session import RecordingServer

HERE = Path(__file__).parent
CLIENTS = HERE / "clients"
TOOLS = {"node": "node", "curl": "curl", "java": "javac"}


@dataclass(frozen=True, slots=True)
class Row:
    """One client: ``by`` the requirement that catches it, empty for a right one."""

    language: str
    name: str
    by: str = ""
    warns: bool = False
    sample: bool = False

    @property
    def label(self) -> str:
        """How tests call it."""
        return f"{self.language}:{self.name}"

    def run(self, server: RecordingServer, folder: Path) -> None:
        """Run it as a process, as ``certify-client`` does."""
        done = subprocess.run(
            _command(self),
            env=child_environment(server.environment),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def rows(table: str) -> list[Row]:
    """The rows of ``wrong`` or ``right``."""
    known = yaml.safe_load((HERE / f"{table}_clients.yaml").read_text(encoding="utf-8"))
    return [
        Row(language, name, **row)
        for language, clients in known.items()
        for name, row in clients.items()
    ]


def processes(table: str) -> list[ParameterSet]:
    """Parameters of the clients in other languages: the sample, and with ``-m clients`` all."""
    return [_process(row) for row in rows(table) if row.language != "python"]


def _process(row: Row) -> ParameterSet:
    tool = TOOLS[row.language]
    marks = [pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")]
    if not row.sample:
        marks.append(pytest.mark.clients)
    return pytest.param(row, id=row.label, marks=marks)


def _command(row: Row) -> list[str]:
    if row.language == "java":
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", _compiled(), "Clients", row.name]
    file = {"node": "clients.mjs", "curl": "clients.sh"}[row.language]
    program = {"node": "node", "curl": "sh"}[row.language]
    return [program, str(CLIENTS / file), row.name]


@cache
def _compiled() -> str:
    """Where the classes are, compiled once per session."""
    folder = mkdtemp(prefix="clients-")
    source = str(CLIENTS / "java" / "Clients.java")
    command = ["javac", "-encoding", "UTF-8", "-d", folder, source]
    subprocess.run(command, check=True, timeout=300)
    return folder


if __name__ == "__main__":
    for kind in ("wrong", "right"):
        found = rows(kind)
        sys.stdout.write(f"{kind}: {len(found)}\n")
