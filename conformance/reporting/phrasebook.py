"""What reports say in another language: English texts with their translations, as data.

The English text is the key, as in gettext. A pattern has places for what differs between texts of
one family: ``{name}`` is any text and is translated in its turn, ``{name:text}`` is left as it is;
``{name:word}`` has no blanks and is left as it is, ``{name:term}`` is a word that the book
has, ``{name:part}`` has no comma and is translated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE: Final = re.compile(r"\{(?P<name>[a-z_]+)(?::(?P<kind>text|word|term|part))?\}")
_EXPRESSIONS: Final = {"word": r"\S+", "term": r"\S+", "part": "[^,]+?"}
_VERBATIM: Final = {"text", "word"}
_DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Pattern:
    """A family of texts: the English form, and the translation with the same places."""

    english: str
    shape: re.Pattern[str]
    translation: str
    verbatim: frozenset[str]
    terms: frozenset[str]

    @property
    def weight(self) -> int:
        """The length of its fixed text: longer ones are tried first."""
        return len(_PLACE.sub("", self.english))


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Translations of sentences and patterns; other texts stay unchanged."""

    sentences: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()

    def say(self, text: str, depth: int = _DEPTH) -> str:
        """The translation, or the text itself if there is none."""
        known = self.sentences.get(text)
        if known is not None or depth == 0:
            return known or text
        for pattern in self.patterns:
            match = pattern.shape.fullmatch(text)
            if match is not None and all(match[name] in self.sentences for name in pattern.terms):
                return self._filled(pattern, match.groupdict(), depth)
        return text

    def _filled(self, pattern: Pattern, places: Mapping[str, str], depth: int) -> str:
        said = {
            name: value if name in pattern.verbatim else self.say(value, depth - 1)
            for name, value in places.items()
        }
        return _PLACE.sub(lambda place: said[place["name"]], pattern.translation)


def phrasebook(nodes: Iterable[Mapping[str, Any]]) -> Phrasebook:
    """One book of several files, each with ``sentences`` and ``patterns``."""
    sentences: dict[str, str] = {}
    patterns: list[Pattern] = []
    for node in nodes:
        sentences |= node.get("sentences") or {}
        patterns += [_pattern(*item) for item in (node.get("patterns") or {}).items()]
    patterns.sort(key=lambda pattern: pattern.weight, reverse=True)
    return Phrasebook(sentences, tuple(patterns))


def _pattern(english: str, translation: str) -> Pattern:
    expression, end = "", 0
    kinds: dict[str, str | None] = {}
    for place in _PLACE.finditer(english):
        inner = _EXPRESSIONS.get(place["kind"], ".+?")
        expression += f"{re.escape(english[end : place.start()])}(?P<{place['name']}>{inner})"
        end = place.end()
        kinds[place["name"]] = place["kind"]
    shape = re.compile(expression + re.escape(english[end:]), re.DOTALL)
    verbatim = frozenset(name for name, kind in kinds.items() if kind in _VERBATIM)
    terms = frozenset(name for name, kind in kinds.items() if kind == "term")
    return Pattern(english, shape, translation, verbatim, terms)
