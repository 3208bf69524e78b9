"""Reduces a text to one spelling of each letter, so that secrets are found in linear time.

Percent-encoding, HTML references, JSON and Python escapes, and backslashes in front of a letter are
undone in one pass from left to right; capitals become small letters. Every letter knows its place
in the original text.
"""

from __future__ import annotations

import bisect
import html
import re
from collections.abc import Iterator

_SPECIAL = re.compile(
    r"(?P<octets>(?:(?:\\|%(?:25)*+5c)++x[0-9a-f]{2}|%(?:(?:25)++(?!5c)(?:[0-9a-f]{2})?|(?!25|5c)[0-9a-f]{2}))+)"
    r"|(?P<units>(?:\\++u[0-9a-f]{4})+)"
    r"|(?P<slashes>(?:\\|%(?:25)*5c)++)"
    r"|(?P<reference>&(?:amp;)*(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);)",
    re.I,
)
_OCTET = re.compile(r"(?:\\|%(?:25)*+5c)++x([0-9a-f]{2})|%(?:25)*+([0-9a-f]{2})?", re.I)
_UNIT = re.compile(r"\\++u([0-9a-f]{4})", re.I)
_SMALL = str.maketrans({chr(n): chr(n + 32) for n in range(ord("A"), ord("Z") + 1)} | {"+": " "})


class Canonical:
    """``text`` is the canonical text; ``span`` maps a part of it to the original text."""

    def __init__(self, source: str) -> None:
        self._starts: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []
        """Where each piece of the canonical text stands in the source; whether letter by letter."""
        self._length = 0
        parts: list[str] = []
        done = 0
        for found in _SPECIAL.finditer(source):
            if found.start() > done:
                parts.append(self._add(source[done : found.start()], done, found.start(), True))
            for letter, start, end in _letters(found):
                parts.append(self._add(letter, start, end, False))
            done = found.end()
        if done < len(source):
            parts.append(self._add(source[done:], done, len(source), True))
        self.text = "".join(parts).translate(_SMALL)

    def places(self, needle: str) -> Iterator[tuple[int, int]]:
        """The places in the original where a canonical text occurs."""
        at = self.text.find(needle)
        while at >= 0:
            yield self._origin(at)[0], self._origin(at + len(needle) - 1)[1]
            at = self.text.find(needle, at + len(needle))

    def _add(self, letters: str, start: int, end: int, each: bool) -> str:
        self._starts.append(self._length)
        self._pieces.append((start, end, each))
        self._length += len(letters)
        return letters

    def _origin(self, at: int) -> tuple[int, int]:
        piece = bisect.bisect_right(self._starts, at) - 1
        start, end, each = self._pieces[piece]
        if not each:
            return start, end
        return start + at - self._starts[piece], start + at - self._starts[piece] + 1


def canonical(text: str) -> str:
    """The canonical spelling of a text."""
    return Canonical(text).text


def _letters(found: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """The letters that one escape stands for, each with its place in the original."""
    if found["octets"] is not None:
        yield from _of_octets(found.group(), found.start())
    elif found["units"] is not None:
        yield from _of_units(found.group(), found.start())
    elif found["reference"] is not None:
        number = re.sub(r"^&(?:amp;)*(?=[^;]*;)(?!$)", "&", found.group(), flags=re.I)
        letter = html.unescape(number if number != "&" else "&amp;")
        yield from ((char, found.start(), found.end()) for char in letter)


def _of_octets(piece: str, start: int) -> Iterator[tuple[str, int, int]]:
    octets = list(_OCTET.finditer(piece))
    plain = bytes(int(octet[1] or octet[2] or "25", 16) for octet in octets)
    at = 0
    for letter in plain.decode("utf-8", "surrogateescape"):
        size = len(letter.encode("utf-8", "surrogateescape"))
        if letter != "\\":
            yield letter, start + octets[at].start(), start + octets[at + size - 1].end()
        at += size


def _of_units(piece: str, start: int) -> Iterator[tuple[str, int, int]]:
    units = list(_UNIT.finditer(piece))
    octets = b"".join(bytes.fromhex(unit[1]) for unit in units)
    at = 0
    for letter in octets.decode("utf-16-be", "surrogatepass"):
        size = 2 if ord(letter) > 0xFFFF else 1
        if letter != "\\":
            yield letter, start + units[at].start(), start + units[at + size - 1].end()
        at += size
