"""Finds the exchanges that led to a judgement, and the creations that they depend on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Iterator, Mapping

from conformance.contract.resources import Resources
from conformance.engine.resources.names import id_in
from conformance.model.exchange import Exchange

MOST_READS = 6
"""How many of the requests that only read are told: the last ones."""

MOST = 20

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_WORD = re.compile(r"[\w-]{6,}")


def steps(
    evidence: Mapping[int, Exchange], telling: int | None, aside: Container[int] = ()
) -> tuple[int, ...]:
    """Numbers of the exchanges so far that may have decided something, in order.

    Everything that changes something, the last that only read, and ``telling``; of a request that
    is sent again and again until its answer is another, the last one. ``aside`` are those that
    judge nothing: what they only read decides nothing either.
    """
    kept = list(_without_repeats(evidence.values()))
    reads = [one.number for one in kept if one.request.method in _READING]
    shown = [number for number in reads if number not in aside]
    dropped = {*reads} - {*shown[-MOST_READS:]}
    numbers = [one.number for one in kept if one.number not in dropped][-MOST:]
    known = {telling} & evidence.keys() if telling is not None else set()
    return tuple(sorted({*numbers, *known}))


def _without_repeats(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    listed = list(exchanges)
    for one, following in itertools.zip_longest(listed, listed[1:]):
        if following is None or not _asks_the_same(one, following):
            yield one


def _asks_the_same(one: Exchange, other: Exchange) -> bool:
    left, right = one.request, other.request
    reads = left.method in _READING and left.method == right.method
    return reads and left.url == right.url and left.headers == right.headers


class Creations:
    """The exchanges that created something, by its id: later requests depend on them."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._made: dict[str, Exchange] = {}
        self._numbers: dict[int, Exchange] = {}

    def note(self, exchange: Exchange) -> None:
        """Remember the exchange if it created something."""
        kind = self._resources.created_by(exchange.request.operation or "")
        if kind is None or not exchange.succeeded:
            return
        identifier = id_in(exchange.json, kind.id)
        if identifier is not None:
            self._made[identifier] = self._numbers[exchange.number] = exchange

    def get(self, number: int) -> Exchange | None:
        """The creation of that number."""
        return self._numbers.get(number)

    def before(self, exchanges: Iterable[Exchange]) -> set[int]:
        """Numbers of the creations that these exchanges depend on, directly or through others."""
        found: set[int] = set()
        pending = list(exchanges)
        while pending:
            request = pending.pop().request
            said = request.url + (request.body or b"").decode("utf-8", "replace")
            for word in _WORD.findall(said):
                made = self._made.get(word)
                if made is not None and made.number not in found:
                    found.add(made.number)
                    pending.append(made)
        return found
