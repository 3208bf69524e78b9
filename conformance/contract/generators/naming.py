"""Names that every language takes, made from words of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_PLAIN_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")


def pascal(text: str) -> str:
    """``own_kind`` as ``OwnKind``; empty where the text has no Latin letter or digit."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text))


def constant(value: Any) -> str:
    """A value as the name of a constant, ``OnlineUsers`` as ``ONLINE_USERS``; empty for none.

    A value with characters that no name has is none: what is left of it would mislead.
    """
    text = str(value)
    if not text.isascii():
        return ""
    words = [part for run in re.findall(r"[A-Za-z0-9]+", text) for part in _parts(run)]
    name = "_".join(words).upper()
    return f"VALUE_{name}" if name[:1].isdigit() else name


def _parts(run: str) -> list[str]:
    """The words of a run of letters and digits; digits stay with the letters before them."""
    if not (re.search(r"[a-z]", run) and re.search(r"[A-Z]", run)):
        return [run]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", run).split()


def constants(values: Sequence[Any], given: Sequence[str] | None) -> list[str]:
    """One name for each value, no two alike: those given, or else made from the values."""
    if given is not None and len(given) == len(values):
        return [str(name) for name in given]
    made = [constant(value) for value in values]
    plain = [
        name if _PLAIN_NAME.match(name) else f"VALUE_{number}"
        for number, name in enumerate(made, start=1)
    ]
    return list(apart(plain))


def apart(names: Iterable[str]) -> Iterable[str]:
    """The same names, with a number behind those that are there already whatever the case."""
    seen: set[str] = set()
    for name in names:
        chosen, number = name, 2
        while chosen.casefold() in seen:
            chosen, number = f"{name}_{number}", number + 1
        seen.add(chosen.casefold())
        yield chosen
