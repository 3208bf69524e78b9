"""Texts of the examples that name a thing which few targets have: others stand in where they must.

A picture has to be uploaded before it is named, and the bucket of the document's examples is not
that of the target. One request with its pictures shows whether they are looked for; where it is
refused, and accepted with things that the target has, these are sent from then on. An address that
a target looks at before it takes it is ours, where the target is on this machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any

from conformance.cases.requests import bases
from conformance.contract.conventions import StandIn, Things
from conformance.contract.document import Contract
from conformance.engine.outcomes import Blocked
from conformance.engine.resources.names import id_in
from conformance.engine.resources.rows import rows_of
from conformance.engine.sender import Sender
from conformance.model.case import Given, Template
from conformance.model.exchange import Exchange

_MOST = 8
"""Things of the target that are used beside each other."""
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")


class Decisions:
    """What stands in, by the convention's prefix; shared by the threads of a run."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.opened = ExitStack()
        """What listens for this run, until it ends."""
        self.found: dict[str, tuple[str, ...]] = {}
        """Empty where the texts of the examples serve."""
        self.written: dict[str, str] = {}
        """What each text of an example has become."""
        self.lacking: set[str] = set()
        """Those that are refused, and the target is not known to have anything else."""


class StandIns:
    """Replaces texts of bodies, once it is known whether they have to be.

    ``named`` are ids by the setting of the target file; ``provide`` gives the id of a kind;
    ``listen`` opens a server of ours, and gives its address; None where the target reaches none.
    """

    def __init__(
        self,
        contract: Contract,
        sender: Sender,
        named: Mapping[str, str | None],
        provide: Callable[[str], str],
        decisions: Decisions,
        listen: Callable[[ExitStack], str] | None,
    ) -> None:
        self._contract = contract
        self._conventions = [
            one for one in contract.conventions.stand_ins if one.things or listen is not None
        ]
        self._sender = sender
        self._named = named
        self._provide = provide
        self._decisions = decisions
        self._listen = listen

    def put(self, body: Any) -> Any:
        """The body with other texts where those of the examples do not serve."""
        for one in self._conventions:
            if _holds(body, one.prefix):
                with self._decisions.lock:
                    texts = self._texts(one)
                    body = self._written(body, one, texts) if texts else body
        return body

    def _texts(self, one: StandIn) -> tuple[str, ...]:
        found = self._decisions.found
        if one.prefix not in found:
            found[one.prefix] = ()  # those of the examples are what is tried first
            found[one.prefix] = self._decide(one)
        return found[one.prefix]

    def _decide(self, one: StandIn) -> tuple[str, ...]:
        """The texts that serve where those of the examples do not; else none."""
        try:
            if self._serves(one):
                return ()
            texts = self._candidates(one)
            if not texts:
                self._decisions.lacking.add(one.prefix)
                return ()
            self._decisions.found[one.prefix] = texts
            return texts if self._serves(one) else ()
        except Blocked:
            return ()

    def _serves(self, one: StandIn) -> bool:
        """Whether a valid request with such texts is accepted; what it makes is deleted again."""
        made = self._contract.resources.created_by(one.create)
        template = next(
            base.template
            for base in bases(self._contract.operation(one.create))
            if base.name == one.example
        )
        if made is None:  # what it sets of a shared thing would stay
            kinds = (value.kind for value in template.path.values() if isinstance(value, Given))
            template = template.with_fresh(frozenset(kinds))
        answer = self._sender.send(template, judge=False)
        identifier = id_in(answer.json, made.id) if made else None
        if made is not None and answer.succeeded and identifier is not None:
            path = {**template.path, made.id: identifier}
            self._sender.send(Template(made.delete, path=path), judge=False)
        return answer.succeeded

    def _candidates(self, one: StandIn) -> tuple[str, ...]:
        if one.things is not None:
            return self._things(one.things)
        return (self._listen(self._decisions.opened),) if self._listen is not None else ()

    def _things(self, one: Things) -> tuple[str, ...]:
        first = self._named.get(one.first)
        listed = _named_in(self._list(one), one)
        pictures = [name for name in listed if name.lower().endswith(_PICTURES)] or listed
        names = dict.fromkeys([*([first] if first else []), *pictures])
        return tuple(
            one.written.format(within=self._provide(one.within), name=name)
            for name in islice(names, _MOST)
        )

    def _list(self, one: Things) -> Exchange | None:
        if not self._sender.offers(one.list):
            return None
        template = bases(self._contract.operation(one.list))[0].template
        return self._sender.send(template, judge=False)

    def _written(self, body: Any, one: StandIn, texts: Sequence[str]) -> Any:
        """The same text becomes the same one every time; different ones differ, while some last."""
        written = self._decisions.written

        def replaced(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: replaced(child) for name, child in value.items()}
            if isinstance(value, list):
                return [replaced(child) for child in value]
            if not isinstance(value, str) or not value.startswith(one.prefix):
                return value
            if one.things is None:
                return texts[0] + value.removeprefix(one.prefix)
            return written.setdefault(value, texts[len(written) % len(texts)])

        return replaced(body)


def _named_in(exchange: Exchange | None, one: Things) -> list[str]:
    rows = [] if exchange is None else rows_of(exchange.json, one.items)
    names = (row.get(one.field) for row in rows)
    return [name for name in names if isinstance(name, str) and name]


def _holds(body: Any, prefix: str) -> bool:
    if isinstance(body, dict):
        return any(_holds(child, prefix) for child in body.values())
    if isinstance(body, list):
        return any(_holds(child, prefix) for child in body)
    return isinstance(body, str) and body.startswith(prefix)
