"""Changing every value at one path of a JSON-like value: ``apps[].state.state``."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Holder = Any
"""An object or a list that holds the value, with the key or position to find it at."""


def change(value: Any, path: str, edit: Callable[[Holder, Any], None]) -> Any:
    """A copy in which ``edit`` was called for the holder and key of each value at ``path``.

    The holders exist; whether the key does is for ``edit`` to see.
    """
    result = copy.deepcopy(value)
    for holder, key in list(holders(result, path)):
        edit(holder, key)
    return result


def holders(value: Any, path: str) -> Iterator[tuple[Holder, Any]]:
    """Each object or list on the way that holds the last step of ``path``, with that step."""
    steps = _steps(path)
    yield from _below([value], steps[:-1], steps[-1])


def values(value: Any, path: str) -> list[Any]:
    """Every value at ``path``."""
    return [holder[key] for holder, key in holders(value, path) if has(holder, key)]


def has(holder: Holder, key: Any) -> bool:
    """Whether there is something at that key."""
    return isinstance(key, int) or key in holder


def put(new: Any) -> Callable[[Holder, Any], None]:
    """An edit that sets a value where one is."""

    def edit(holder: Holder, key: Any) -> None:
        if has(holder, key):
            holder[key] = new

    return edit


def insert(new: Any) -> Callable[[Holder, Any], None]:
    """An edit that sets a value whether one is there or not."""

    def edit(holder: Holder, key: Any) -> None:
        holder[key] = copy.deepcopy(new)

    return edit


def drop(holder: Holder, key: Any) -> None:
    """An edit that takes a field out."""
    if isinstance(holder, dict):
        holder.pop(key, None)


def rename(holder: Holder, key: Any) -> None:
    """An edit that gives a field another name."""
    if isinstance(holder, dict) and key in holder:
        holder[f"{key}_"] = holder.pop(key)


def _below(found: list[Any], steps: tuple[str, ...], last: str) -> Iterator[tuple[Holder, Any]]:
    for step in steps:
        following: list[Any] = []
        for item in found:
            if step == "[]":
                following.extend(item if isinstance(item, list) else ())
            elif isinstance(item, dict) and step in item:
                following.append(item[step])
        found = following
    for item in found:
        if last == "[]" and isinstance(item, list):
            for position in range(len(item)):
                yield item, position
        elif last != "[]" and isinstance(item, dict):
            yield item, last


def _steps(path: str) -> tuple[str, ...]:
    steps: list[str] = []
    for part in path.split("."):
        name = part.rstrip("[]")
        if name:
            steps.append(name)
        steps.extend(["[]"] * part.count("[]"))
    return tuple(steps)
