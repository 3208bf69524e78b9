"""Reading and writing one place in a JSON-like value, by the dotted path of a requirement.

``a.b[].c`` is the field ``c`` of the first item of the list ``b`` of the object ``a``.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable
from typing import Any

MISSING = object()
"""What ``read`` answers where nothing is."""


def split(path: str) -> tuple[str | int, ...]:
    """The steps to take: names, and 0 for ``[]``."""
    steps: list[str | int] = []
    for part in path.split("."):
        name = part.rstrip("[]")
        if name:
            steps.append(name)
        steps.extend([0] * part.count("[]"))
    return tuple(steps)


def read(value: Any, path: str) -> Any:
    """The value at ``path``, or MISSING."""
    for step in split(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def read_all(value: Any, path: str) -> list[Any]:
    """Every value at ``path``, where ``[]`` stands for each item in turn."""
    return _every(value, split(path))


def write(value: Any, path: str, new: Any) -> Any:
    """A copy with ``new`` at ``path``; objects and lists on the way are made when missing."""
    result = copy.deepcopy(value)
    steps = split(path)
    if not steps:
        return new
    place = result
    for step, following in itertools.pairwise(steps):
        empty: Any = [] if following == 0 else {}
        place = _enter(place, step, empty)
    _put(place, steps[-1], new)
    return result


def write_all(value: Any, path: str, new: Any) -> Any:
    """A copy with ``new`` at ``path`` of every item, where ``[]`` stands for each in turn."""
    result = copy.deepcopy(value)
    *way, last = split(path)
    for place in _every(result, way):
        if isinstance(place, dict):
            place[last] = new
        elif isinstance(place, list):
            place[:] = [new] * len(place)
    return result


def remove(value: Any, path: str) -> Any:
    """A copy without what is at ``path``."""
    result = copy.deepcopy(value)
    steps = split(path)
    place = result
    for step in steps[:-1]:
        place = place[step]
    del place[steps[-1]]
    return result


def _every(value: Any, steps: Iterable[str | int]) -> list[Any]:
    found = [value]
    for step in steps:
        following: list[Any] = []
        for item in found:
            if step == 0:
                following.extend(item if isinstance(item, list) else ())
            elif isinstance(item, dict) and step in item:
                following.append(item[step])
        found = following
    return found


def _enter(place: Any, step: str | int, empty: Any) -> Any:
    if isinstance(step, int):
        if not place:
            place.append(empty)
        return place[step]
    if not isinstance(place.get(step), (dict, list)):
        place[step] = empty
    return place[step]


def _put(place: Any, step: str | int, new: Any) -> None:
    if isinstance(step, int) and not place:
        place.append(new)
    else:
        place[step] = new
