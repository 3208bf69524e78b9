"""Finds known secrets in a text: in every spelling, and in pieces left by a cut."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import OrderedDict
from collections.abc import Iterator
from urllib.parse import quote

from conformance.access.canonical import Canonical, canonical
from conformance.model.text import octets_of

#: Shorter values cannot be told from ordinary text; they are covered by header and field names.
SHORTEST = 4
#: A piece of a lasting secret is found from this length on.
PIECE = 12
#: So many of the secrets that were overheard are remembered, the latest ones.
OVERHEARD = 256

_GRAM = 8
_STEP = PIECE - _GRAM + 1
_SHORTEST_ENCODED = 8
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
_SHORTEST_CANONICAL = 8
"""Shorter secrets are told from ordinary text by their case and marks alone."""


class KnownSecrets:
    """Secrets kept for the whole run, and those recently overheard."""

    def __init__(self) -> None:
        self._lasting: dict[str, _Spelled] = {}
        self._overheard: OrderedDict[str, _Spelled] = OrderedDict()
        self._pieces: dict[str, list[tuple[str, int]]] = {}
        self._literal: tuple[str, ...] | None = None
        """Every literal spelling; None when it has to be gathered anew."""

    def keep(self, secret: str) -> None:
        """Remember a secret for the whole run; pieces of it are found as well."""
        if secret in self._lasting or len(secret) < SHORTEST:
            return
        spelled = self._lasting[secret] = _Spelled(secret)
        self._literal = None
        self._overheard.pop(secret, None)
        for spelling in spelled.literal:
            for offset in range(0, len(spelling) - _GRAM + 1, _STEP):
                gram = spelling[offset : offset + _GRAM]
                self._pieces.setdefault(gram, []).append((spelling, offset))

    def overhear(self, secret: str) -> None:
        """Remember a secret until many others have been overheard after it."""
        if secret in self._lasting or len(secret) < SHORTEST:
            return
        if secret in self._overheard:
            self._overheard.move_to_end(secret)
            return
        self._overheard[secret] = _Spelled(secret)
        self._literal = None
        if len(self._overheard) > OVERHEARD:
            self._overheard.popitem(last=False)

    def masked(self, text: str, mask: str) -> str:
        """The text with every secret masked."""
        spans = [
            span
            for spelling in self._literals()
            if spelling in text
            for span in _places(text, spelling)
        ]
        spelled_once = Canonical(text)
        spans += [
            span
            for needle in self._canonicals()
            if needle in spelled_once.text
            for span in spelled_once.places(needle)
        ]
        spans += self._found_pieces(text)
        parts: list[str] = []
        done = 0
        for start, end in _merged(spans):
            parts += [text[done:start], mask]
            done = end
        return "".join([*parts, text[done:]])

    def _literals(self) -> tuple[str, ...]:
        if self._literal is None:
            known = (*self._lasting.values(), *self._overheard.values())
            self._literal = tuple({literal for spelled in known for literal in spelled.literal})
        return self._literal

    def _canonicals(self) -> set[str]:
        known = (*self._lasting.values(), *self._overheard.values())
        return {needle for spelled in known for needle in spelled.canonical}

    def _found_pieces(self, text: str) -> Iterator[tuple[int, int]]:
        """Runs of at least PIECE characters that also occur in a secret of the whole run."""
        pieces, done = self._pieces, 0
        for start in range(len(text) - _GRAM + 1 if pieces else 0):
            if start < done or (found := pieces.get(text[start : start + _GRAM])) is None:
                continue
            for spelling, offset in found:
                first, last = _run(text, start, spelling, offset)
                if last - first >= PIECE:
                    done = max(done, last)
                    yield first, last


class _Spelled:
    """One secret with its spellings: literal ones, and those in canonical text."""

    __slots__ = ("canonical", "literal")

    def __init__(self, secret: str) -> None:
        self.literal = tuple(sorted(_literal(secret)))
        plain = octets_of(secret).hex()
        both = (canonical(secret), plain)
        self.canonical = tuple(needle for needle in both if len(needle) >= _SHORTEST_CANONICAL)


def _places(text: str, spelling: str) -> Iterator[tuple[int, int]]:
    start = text.find(spelling)
    while start >= 0:
        yield start, start + len(spelling)
        start = text.find(spelling, start + len(spelling))


def _literal(secret: str) -> set[str]:
    """The secret as it is, and as JSON, HTML, Python, URLs, Latin-1 and base64 spell it."""
    octets = octets_of(secret)
    if _PLAIN.fullmatch(secret):
        return {secret} | _base64(octets)
    plain = json.dumps(secret)[1:-1]
    found = {secret, plain, json.dumps(secret, ensure_ascii=False)[1:-1], plain.replace("/", "\\/")}
    found |= {repr(secret)[1:-1], repr(octets)[2:-1], octets.decode("latin-1")}
    found |= {html.escape(secret), html.escape(secret, quote=False), quote(octets, safe="")}
    return found | _base64(octets)


def _base64(secret: bytes) -> set[str]:
    """The stable middle of the secret's base64 at each of the three places it can start."""
    found = set()
    for lead in range(3):
        text = base64.b64encode(b"\0" * lead + secret)
        whole = (len(secret) + lead) // 3 * 4
        middle = text[(0, 2, 3)[lead] : whole].decode()
        if len(middle) >= _SHORTEST_ENCODED:
            found |= {middle, middle.replace("+", "-").replace("/", "_")}
    return found


def _run(text: str, start: int, spelling: str, offset: int) -> tuple[int, int]:
    """The longest run around ``start`` that is also in the spelling around ``offset``."""
    end, behind = start, offset
    while start > 0 and offset > 0 and text[start - 1] == spelling[offset - 1]:
        start, offset = start - 1, offset - 1
    while end < len(text) and behind < len(spelling) and text[end] == spelling[behind]:
        end, behind = end + 1, behind + 1
    return start, end


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that touch as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last is not None and start < last[1]:
            last = last[0], max(last[1], end)
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last
