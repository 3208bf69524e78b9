"""What the detection benchmark has measured so far: one row per tool and fault, kept in a file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

if TYPE_CHECKING:
    from judges import Said

SHOWN = 4
"""Complaints that a row keeps as examples."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tool before one fault. ``new``: examples of what it did not say of the clean server."""

    found: bool
    near: bool
    hint: bool
    new: tuple[str, ...]
    requests: int
    seconds: float
    problem: str
    when: str


class Measured:
    """The file; several portions may write it by turns, none loses what another has written."""

    def __init__(self, path: Path, lock: Path) -> None:
        self._path = path
        self._lock = FileLock(lock)

    def clean(self, tool: str) -> tuple[Mapping[str, Any], ...]:
        """The runs of a tool against the clean server: complaints, hints, requests, seconds."""
        return tuple(self._read()["clean"].get(tool, ()))

    def row(self, fault: str, tool: str) -> Row | None:
        """What a tool said of a fault; None while it was not asked."""
        found = self._read()["faults"].get(fault, {}).get(tool)
        return None if found is None else Row(**{**found, "new": tuple(found["new"])})

    def faults(self) -> tuple[str, ...]:
        """Every fault of which something is known."""
        return tuple(self._read()["faults"])

    def seen_clean(self, tool: str, said: Said) -> None:
        """Note a run against the clean server."""
        one = {
            "complaints": sorted(said.complaints),
            "hints": sorted(said.hints),
            "requests": said.requests,
            "seconds": round(said.seconds, 1),
            "problem": said.problem,
            "when": _now(),
        }
        self._change(lambda data: data["clean"].setdefault(tool, []).append(one))

    def seen(self, fault: str, tool: str, said: Said, *, near: bool) -> Row:
        """Note a run against a fault, beside what the clean server got."""
        known = {text for run in self.clean(tool) for text in run["complaints"]}
        hints = {text for run in self.clean(tool) for text in run["hints"]}
        new = sorted(said.complaints - known)
        row = Row(
            bool(new),
            near,
            bool(said.hints - hints),
            tuple(one[:200] for one in new[:SHOWN]),
            said.requests,
            round(said.seconds, 1),
            said.problem,
            _now(),
        )
        self._change(
            lambda data: data["faults"].setdefault(fault, {}).__setitem__(tool, asdict(row))
        )
        return row

    def _read(self) -> dict[str, Any]:
        if not self._path.is_file():
            return {"clean": {}, "faults": {}}
        return dict(json.loads(self._path.read_text(encoding="utf-8")))

    def _change(self, change: Callable[[dict[str, Any]], object]) -> None:
        with self._lock:
            data = self._read()
            change(data)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(data, ensure_ascii=False, indent=1)
            self._path.write_text(text + "\n", encoding="utf-8")


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M")
