"""One wrong answer of a creation: the run goes on where it can, and the cause is the first."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.commands.test_run import _EMPTY, _run, _served

_CREATES_WITH = """
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

world = seeded_world(0)
inner = create_app(world)

async def app(scope, receive, send):
    creates = scope.get("method") == "POST" and scope["path"] == "/v2/apps"

    async def changed(message):
        if creates and message["type"] == "http.response.start" and message["status"] == 201:
            message = {**message, "status": STATUS}
        await send(message)

    await inner(scope, receive, changed if scope["type"] == "http" else send)

serve(app=app, world=world)
"""
_PYTHON = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|[\[{(]'|: '|<object|Exchange\(|\bdict_")


def _judged(tmp_path: Path, status: int, *options: str) -> tuple[dict[str, Any], str]:
    with _served(_CREATES_WITH.replace("STATUS", str(status))) as announced:
        done = _run(announced, tmp_path, "--level", "quick", *options)
    assert done.returncode == 1, done.stdout
    return json.loads((tmp_path / "report.json").read_text(encoding="utf-8")), done.stdout


def _titles(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.startswith(("✗ ", "! "))]


def test_an_unexpected_success_with_an_id_does_not_end_the_run(tmp_path: Path) -> None:
    """200 instead of 201 is one finding of its own; what it has made serves for everything."""
    report, shown = _judged(tmp_path, 200)
    assert [item["id"] for item in report["requirements"] if item["verdict"] == "blocked"] == []
    failed = {item["id"] for item in report["requirements"] if item["verdict"] == "fail"}
    assert "CreateApp/201/status/answered" in failed
    assert {item.split("/")[0] for item in failed} <= {"CreateApp", "common"}
    assert "CreateApp" in _titles(shown)[0]
    assert "without an error code" not in shown


def test_the_cause_that_blocks_most_is_the_first(tmp_path: Path) -> None:
    """An application that cannot be created keeps more from being judged than all else breaks."""
    report, shown = _judged(tmp_path, 503)
    blocked = [item for item in report["requirements"] if item["verdict"] == "blocked"]
    assert len(blocked) > 100
    first = _titles(shown)[0]
    assert "CreateApp" in first
    found = re.search(r"prevents (\d+) from being judged", first)
    assert found is not None, first
    assert int(found[1]) >= len(blocked) * 0.9


def test_no_message_shows_a_value_as_python_does(tmp_path: Path) -> None:
    """Nor does any speak of a missing error code where the answer was a success."""
    with _served(_EMPTY) as announced:
        done = _run(announced, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    said = {
        text
        for finding in report["findings"]
        for text in (finding["message"], finding["expected"], finding["actual"])
    }
    said |= {item["reason"] for item in report["requirements"]}
    assert [text for text in said if _PYTHON.search(text)] == []
    assert len(said) > 50
    assert re.findall(r"\b[23]\d\d without an error code", done.stdout) == []
