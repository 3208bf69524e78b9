"""Tampered files: what may stand where a command expects a file of the user's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"
DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Tampered:
    """A row of the table: ``make`` puts it where a file is expected."""

    name: str
    make: Callable[[Path], object]


def holding(content: bytes | str) -> Callable[[Path], object]:
    """A file with this content."""
    octets = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return lambda path: path.write_bytes(octets)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 * 2**20)


def _unreadable(path: Path) -> None:
    path.write_text("{}", encoding="utf-8")
    path.chmod(0)


def _laughs() -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines)


GENERIC: tuple[Tampered, ...] = (
    Tampered("missing", lambda _: None),
    Tampered("empty", holding("")),
    Tampered("directory", lambda path: path.mkdir()),
    Tampered("fifo", os.mkfifo),
    Tampered("device", lambda path: path.symlink_to("/dev/zero")),
    Tampered("loop", lambda path: path.symlink_to(path)),
    Tampered("no-permission", _unreadable),
    Tampered("200-mb", _sparse),
    Tampered("nul", holding(b"\x00" * 4096)),
    Tampered("binary", holding(bytes(range(256)) * 16)),
    Tampered("not-utf-8", holding(b'{"a": "\xff\xfe"}')),
    Tampered("utf-16", holding('{"schema": "x"}'.encode("utf-16"))),
    Tampered("bom", holding(b"\xef\xbb\xbf{}")),
    Tampered("surrogate-octets", holding(b'{"a": "\xed\xa0\x80"}')),
    Tampered("surrogate", holding('{"schema": "\\ud800", "openapi": "\\udfff"}')),
    Tampered("deep-arrays", holding("[" * DEEP + "]" * DEEP)),
    Tampered("deep-objects", holding('{"a":' * DEEP + "1" + "}" * DEEP)),
    Tampered("deep-unclosed", holding("{" * DEEP)),
    Tampered("too-large-a-number", holding('{"schema": 1e999, "log": {"entries": [1e999]}}')),
    Tampered("nan", holding('{"schema": NaN, "log": NaN}')),
    Tampered("long-integer", holding('{"schema": ' + "9" * 20_000 + "}")),
    Tampered("escapes", holding(ESCAPES)),
    Tampered("escapes-as-json", holding(json.dumps({ESCAPES: ESCAPES, "schema": ESCAPES}))),
    Tampered("escapes-as-toml", holding(f'"{ESCAPES.encode("unicode_escape").decode()}" = 1\n')),
    Tampered("list", holding("[]")),
    Tampered("text", holding('"a text"')),
    Tampered("number", holding("7")),
    Tampered("null", holding("null")),
    Tampered("object", holding("{}")),
    Tampered("lines", holding("\n" * 100_000)),
    Tampered("one-line", holding("a" * 2**22)),
    Tampered("aliases", holding(_laughs())),
    Tampered("alias-of-itself", holding("a: &a\n  b: *a\n")),
    Tampered("tags", holding("!!python/object/apply:os.system ['touch owned']")),
    Tampered("unknown-anchor", holding("a: *b")),
    Tampered("two-documents", holding("a: 1\n---\nb: 2\n")),
    Tampered("merge-keys", holding("<<: [1, 2]\n<<: x\n")),
    Tampered("keys-of-lists", holding("? [a, b]\n: 1\n? {c: d}\n: 2\n")),
    Tampered("dates", holding("a: 2023-99-99\nopenapi: 2023-01-01\n= : 1\n")),
)


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of a JSON value, itself first."""
    yield way
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from leaves(item, (*way, key))


WITHOUT = object()
REPLACEMENTS: tuple[tuple[str, Any], ...] = (
    ("without", WITHOUT),
    ("escapes", ESCAPES),
    ("surrogate", "\ud800"),
    ("infinite", float("inf")),
    ("negative", -(10**30)),
    ("null", None),
    ("list", [[]]),
    ("object", {ESCAPES: {}}),
    ("true", True),
)


def replaced(value: Any, way: tuple[Any, ...], by: Any) -> Any:
    """The same with another value at the end of a way, or without it; nothing is shared."""
    if not way:
        return None if by is WITHOUT else by
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(way) == 1 and by is WITHOUT:
        del copy[way[0]]
    else:
        copy[way[0]] = replaced(copy[way[0]], way[1:], by)
    return copy


def mutants(value: Any, every: int = 1) -> Iterator[tuple[str, Any]]:
    """A JSON value with one member tampered with, for each member and kind of tampering.

    ``every``: one in so many, spread evenly over both.
    """
    count = 0
    for way in leaves(value):
        for name, by in REPLACEMENTS:
            count += 1
            if count % every == 0 and (way or by is not WITHOUT):
                yield f"{'/'.join(map(str, way))}={name}", replaced(value, way, by)
