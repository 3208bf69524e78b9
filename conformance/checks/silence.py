"""What an answer says nothing with: null or an empty text for a field that may be missing, zeros.

They stand for a field that is not there, so that they are taken out before a body is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.fields import Field

_NAMED = 8
"""So many fields are named, however many there are."""


@dataclass(frozen=True, slots=True)
class Off:
    """``x-off-without`` of a field: the list beside it, and the item that it is nothing without."""

    beside: str
    item: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The fields of one body, by path, for which null, an empty text or zero say nothing."""

    nulls: frozenset[str] = frozenset()
    blanks: frozenset[str] = frozenset()
    zeros: frozenset[str] = frozenset()
    off: Mapping[str, Off] = field(default_factory=dict)
    hollow: frozenset[str] = frozenset()
    """``x-off-when-empty``: objects that say nothing if they are empty, or null in every field."""

    @classmethod
    def of(cls, fields: Iterable[Field], *, nulls: bool) -> Silence:
        """Read it from the fields of an answer; ``nulls``: whether null may say nothing at all."""
        known = [one for one in fields if not one.path.endswith("[]")]
        off = {one.path: one.schema.get("x-off-without") for one in known}
        return cls(
            frozenset(one.path for one in known if nulls and one.may_be_null),
            frozenset(one.path for one in known if nulls and one.may_be_blank),
            frozenset(one.path for one in known if nulls and one.may_be_zero),
            {path: Off(**said) for path, said in off.items() if said},
            frozenset(one.path for one in known if one.schema.get("x-off-when-empty")),
        )

    def spoken(self, value: Any, unsaid: list[str], path: str = "") -> Any:
        """The body without what says nothing; ``unsaid`` gets the names of fields that are null."""
        if isinstance(value, list):
            return [self.spoken(item, unsaid, f"{path}[]") for item in value]
        if not isinstance(value, dict):
            return value
        kept: dict[str, Any] = {}
        for name, item in value.items():
            place = f"{path}.{name}" if path else name
            if item is None and place in self.nulls:
                if place not in unsaid and len(unsaid) < _NAMED:
                    unsaid.append(place)
            elif not self._is_empty(place, item) and not self._is_off(place, item, value):
                kept[name] = self.spoken(item, unsaid, place)
        return kept

    def _is_empty(self, place: str, item: Any) -> bool:
        is_zero = item == 0 and type(item) is int
        return (item == "" and place in self.blanks) or (is_zero and place in self.zeros)

    def _is_off(self, place: str, item: Any, holder: Mapping[str, Any]) -> bool:
        if not isinstance(item, dict) or any(item.values()):
            return False
        off = self.off.get(place)
        if off is None:
            return place in self.hollow and all(one is None for one in item.values())
        beside = holder.get(off.beside)
        return isinstance(beside, list) and off.item not in beside
