"""Which module of the suite judges which rules, so that a run of a few imports a few.

It is written by the first run that has collected every module, and kept by the digest of the code
of the suite and of the contract: a changed rule makes another index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from conformance.contract.compiled import Store

SUITE: Final = Path(__file__).resolve().parent.parent / "suite"
_ROOMS: Final = ("contract", "model", "suite", "plugin", "engine")


@dataclass(frozen=True, slots=True)
class RuleItem:
    """One item of a module: the rules that it judges, from which level on, and its name."""

    rules: tuple[str, ...]
    effort: str
    name: str

    @classmethod
    def of(cls, item: pytest.Item) -> RuleItem | None:
        """What the marker of an item says; None for an item that judges no rule."""
        marker = item.get_closest_marker("sparkrtc_rules")
        if marker is None:
            return None
        return cls(marker.args, str(marker.kwargs.get("effort", "standard")), item.name)


class RuleIndex:
    """Modules by their path below the suite; empty until a run has seen all of them."""

    def __init__(self, contract: str) -> None:
        self._store = Store("rules", contract, rooms=_ROOMS)
        self._known: dict[str, list[RuleItem]] = self._store.read(dict) or {}
        self._seen: dict[str, list[RuleItem]] = {}

    def leaves_out(self, path: Path, needed: Callable[[RuleItem], bool]) -> list[RuleItem]:
        """The items of a module that this run needs none of; none where it needs one."""
        items = self._known.get(_name(path), [])
        return [] if any(map(needed, items)) else items

    def note(self, item: pytest.Item) -> None:
        """An item that was collected."""
        told = RuleItem.of(item)
        if not self._known and told is not None:
            self._seen.setdefault(_name(item.path), []).append(told)

    def keep(self) -> None:
        """Write it, once every module of rules was collected."""
        if not self._known and self._seen and self._seen.keys() >= set(_modules()):
            self._store.write(self._seen)


def _modules() -> Iterator[str]:
    return map(_name, (SUITE / "rules").rglob("test_*.py"))


def _name(path: Path) -> str:
    return path.relative_to(SUITE).as_posix() if path.is_relative_to(SUITE) else str(path)
