"""The same pairs of contracts under a public differ: it sees nothing that we do not.

The differ is the npm package api-smart-diff, which reads OpenAPI 3.1 and classifies for clients.
Installed in the checkout (``npm install api-smart-diff``) or on NODE_PATH, it is used; otherwise
these tests say that they did not run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.comparison.contract_change import Impact
from conformance.comparison.contracts import diff
from conformance.contract.document import Contract
from conformance.contract.revisions import revisions
from tests.comparison.planted import PLANTED, Planted, base, changed, edition
from tests.processes import running

SCRIPT = Path(__file__).with_name("differ.cjs")
PAIRS = [(a, b) for a in revisions() for b in revisions() if a != b]
WEIGHED_OTHERWISE = {
    "answer-error-removed": "a status that no longer comes harms no client",
}
"""Kinds that the differ calls breaking and we call compatible for a client, with our reason."""


@cache
def node() -> str | None:
    """The command that runs the differ; None where it is not installed."""
    command = shutil.which("node")
    if command is None:
        return None
    probe = [command, "-e", "require('api-smart-diff')"]
    found = subprocess.run(probe, cwd=SCRIPT.parent, capture_output=True, check=False)
    return command if found.returncode == 0 else None


_EACH = 5
"""One planted change in so many is tried by default; ``tox -e differ`` tries them all."""
pytestmark = pytest.mark.skipif(
    node() is None,
    reason="the npm package api-smart-diff is not installed; nothing to compare with",
)


class Differ:
    """The public differ, in one process for all that it is asked."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def changes(self, old: Contract, new: Contract) -> list[Any]:
        """What it sees between two contracts: type, action and path of each change."""
        files = []
        for name, contract in (("a.json", old), ("b.json", new)):
            (self._folder / name).write_text(json.dumps(contract.raw), "utf-8")
            files.append(str(self._folder / name))
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(files) + "\n")
        self._process.stdin.flush()
        changes: list[Any] = json.loads(self._process.stdout.readline())
        return changes


@pytest.fixture(scope="module")
def differ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Differ]:
    """Start the differ once."""
    command = [str(node()), str(SCRIPT)]
    with running(command, stdin=subprocess.PIPE, cwd=SCRIPT.parent) as process:
        yield Differ(process, tmp_path_factory.mktemp("differ"))


def seen_by_differ(differ: Differ, old: Contract, new: Contract) -> dict[str, str]:
    """Per operation, ``breaking`` or ``other``: what the differ says of it, extensions apart."""
    found: dict[str, str] = {}
    for kind, _, path in differ.changes(old, new):
        if path[:1] != ["paths"] or len(path) < 3:
            continue
        if any(str(step).startswith("x-") or step in {"examples", "example"} for step in path):
            continue
        identifier = operation_at(old.raw, path) or operation_at(new.raw, path)
        assert identifier is not None, path
        if kind == "breaking" or identifier not in found:
            found[identifier] = "breaking" if kind == "breaking" else "other"
    return found


def operation_at(raw: Mapping[str, Any], path: list[Any]) -> str | None:
    """The operationId at a path such as ``paths, /v2/apps, post, …``."""
    node_there = raw["paths"].get(path[1], {}).get(path[2])
    return str(node_there["operationId"]) if node_there else None


def seen_by_us(old: Contract, new: Contract) -> tuple[dict[str, Impact], set[str]]:
    """Per operation our gravest impact on a client, and all kinds of change."""
    impacts: dict[str, Impact] = {}
    changes = diff(old, new).changes
    for change in changes:
        name = change.place.split("/")[0]
        known = impacts.get(name, Impact.COMPATIBLE)
        impacts[name] = max(known, change.client, key=lambda impact: impact.weight)
    return impacts, {change.kind for change in changes}


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_editions_change_the_same_operations(a: str, b: str, differ: Differ) -> None:
    """Both see the same operations changed, and what breaks a client there is not compatible."""
    old, new = edition(a), edition(b)
    theirs, (ours, _) = seen_by_differ(differ, old, new), seen_by_us(old, new)
    assert theirs.keys() == ours.keys() & (old.operations.keys() | new.operations.keys())
    for name, kind in theirs.items():
        if kind == "breaking":
            assert ours[name] is not Impact.COMPATIBLE, name


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param(one, id=one.kind, marks=pytest.mark.differ if number % _EACH else ())
        for number, one in enumerate(PLANTED)
    ],
)
def test_planted_changes_are_not_missed(planted: Planted, differ: Differ) -> None:
    """Whatever operation the differ sees touched by a planted change, we see touched too."""
    after = changed(*planted.actions)
    for old, new in ((base(), after), (after, base())):
        theirs, (ours, kinds) = seen_by_differ(differ, old, new), seen_by_us(old, new)
        assert theirs.keys() <= ours.keys()
        for name, kind in theirs.items():
            if kind == "breaking" and not kinds & WEIGHED_OTHERWISE.keys():
                assert ours[name] is not Impact.COMPATIBLE, (name, kinds)
