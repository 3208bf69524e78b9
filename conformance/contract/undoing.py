"""The overlay that leads from a document back to an earlier one: exactly, whatever has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Way = tuple[str | int, ...]
Action = dict[str, Any]

_NAMES = ("id", "operationId", "x-name", "name", "$ref", "code")
"""Members by which the items of a list are told apart, where they have one."""


def overlay_back(new: Any, old: Any, title: str, version: str, extends: str) -> dict[str, Any]:
    """An OpenAPI Overlay 1.0 that makes ``old`` of ``new``; both are objects.

    ``extends`` is the file of ``new``, for readers. Key order is not kept, everything else is.
    """
    return {
        "overlay": "1.0.0",
        "info": {"title": title, "version": version},
        "extends": extends,
        "actions": list(_object((), new, old)),
    }


def _object(way: Way, new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[Action]:
    lacking: dict[str, Any] = {}
    for key in new:
        if key not in old:
            yield {"target": _path((*way, key)), "remove": True}
    for key, was in old.items():
        if key not in new:
            lacking[key] = was
            continue
        now = new[key]
        if _same(now, was):
            continue
        if isinstance(now, dict) and isinstance(was, dict):
            yield from _object((*way, key), now, was)
            continue
        steps = _items((*way, key), now, was) if _are_lists(now, was) else None
        if steps is not None:
            yield from steps
            continue
        if isinstance(now, dict | list) or isinstance(was, dict | list):
            yield {"target": _path((*way, key)), "remove": True}
        lacking[key] = was
    if lacking:
        yield {"target": _path(way), "update": lacking}


def _items(way: Way, new: list[Any], old: list[Any]) -> list[Action] | None:
    """How the items change one by one; None where the whole list is better said anew."""
    ours, theirs = [_name(item) for item in new], [_name(item) for item in old]
    if len(set(ours)) < len(ours) or len(set(theirs)) < len(theirs):
        return None
    kept = [name for name in ours if name in theirs]
    if kept != theirs[: len(kept)]:
        return None
    actions: list[Action] = []
    for name in kept:
        now, was = new[ours.index(name)], old[theirs.index(name)]
        if not _same(now, was):
            actions += _object((*way, ours.index(name)), now, was)
    gone = [number for number, name in enumerate(ours) if name not in theirs]
    actions += [{"target": _path((*way, number)), "remove": True} for number in reversed(gone)]
    actions += [{"target": _path(way), "update": item} for item in old[len(kept) :]]
    return actions


def _name(item: Any) -> str:
    """What tells an item from the others of its list: a member that names it, or all of it."""
    if isinstance(item, dict):
        for key in _NAMES:
            if isinstance(item.get(key), str):
                return f"{key} {item[key]}"
    return repr(item)


def _are_lists(now: Any, was: Any) -> bool:
    return isinstance(now, list) and isinstance(was, list)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON is: 1 is not true."""
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _path(way: Sequence[str | int]) -> str:
    """A normalized JSONPath (RFC 9535, 2.7)."""
    steps = (f"[{step}]" if isinstance(step, int) else f"['{_quoted(step)}']" for step in way)
    return "".join(["$", *steps])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
