"""Finding what a request does wrong, and mending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.faults import tree
from conformance.faults.derived.fields import Place
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.samples import breaks, valid_value

Spotted = Callable[[Turn], bool]
"""Whether a request does what the fault is about."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One way to be wrong: which input (``where`` is query or body), and which keyword."""

    where: str
    place: Place
    keyword: str

    def __call__(self, turn: Turn) -> bool:
        """Whether the request is wrong in that way."""
        if self.where == "query":
            return self._in_query(turn.request)
        body = turn.request.json
        if not isinstance(body, dict):
            return False
        if self.keyword == "required":
            return any(not tree.has(*found) for found in tree.holders(body, self.place.path))
        return any(
            breaks(self.place, self.keyword, value, in_body=True)
            for value in tree.values(body, self.place.path)
        )

    def _in_query(self, request: Request) -> bool:
        value = request.value(self.place.name)
        if value is None:
            return self.keyword == "required"
        if self.keyword == "required":
            return False
        if self.keyword == "minItems":
            return value == ""
        parts = value.split(",") if self.place.is_item else [value]
        return any(breaks(self.place, self.keyword, part, in_body=False) for part in parts)

    def mended(self, turn: Turn) -> Request:
        """The request with a value that is fine in place of what is wrong."""
        if self.where == "query":
            return turn.request.with_value(self.place.name, str(valid_value(self.place, turn)))
        value = valid_value(self.place, turn)

        def edit(holder: tree.Holder, key: object) -> None:
            missing = not tree.has(holder, key)
            if missing or breaks(self.place, self.keyword, holder[key], in_body=True):
                holder[key] = value

        return turn.request.with_json(tree.change(turn.request.json, self.place.path, edit))


def unreadable(turn: Turn) -> bool:
    """The body is no JSON."""
    return turn.request.json is None and turn.request.body.strip() != b"null"


def no_object(turn: Turn) -> bool:
    """The body is JSON and no object."""
    return not unreadable(turn) and not isinstance(turn.request.json, dict)


def holding(where: str, place: Place, wanted: Callable[[object], bool]) -> Spotted:
    """Whether the request carries a value of the field that is ``wanted``."""

    def spotted(turn: Turn) -> bool:
        if where == "query":
            value = turn.request.value(place.name)
            parts = [] if value is None else value.split(",") if place.is_item else [value]
            return any(wanted(_number(part, place)) for part in parts)
        body = turn.request.json
        return isinstance(body, dict) and any(map(wanted, tree.values(body, place.path)))

    return spotted


def lacking(where: str, place: Place) -> Spotted:
    """Whether the request leaves the field out, though it has the object that it belongs to."""
    return Violation(where, place, "required")


def _number(text: str, place: Place) -> object:
    try:
        return int(text) if place.kind == "integer" else text
    except ValueError:
        return text
