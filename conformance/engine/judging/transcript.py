"""The redacted exchanges of the current case, as findings quote them."""

from __future__ import annotations

import dataclasses
from collections.abc import Container

from conformance.access.redaction import Redactor
from conformance.engine.judging.trail import Creations
from conformance.model.exchange import Exchange, Response
from conformance.model.verdict import Judgement
from conformance.reporting.evidence import KEPT_BYTES


class Transcript:
    """The exchanges of one case by their numbers, and creations of earlier cases.

    ``aside`` has the numbers of those that judge nothing.
    """

    def __init__(self, creations: Creations, redactor: Redactor) -> None:
        self.creations = creations
        self.exchanges: dict[int, Exchange] = {}
        self.aside: set[int] = set()
        self._redactor = redactor
        self._case = ""

    def begin(self, case: str) -> None:
        """Forget the previous case; exchanges recalled from it are shown as steps of this one."""
        self._case = case
        self.exchanges.clear()
        self.aside.clear()

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange, and learn the secrets in it."""
        self.exchanges[exchange.number] = exchange
        self.creations.note(exchange)
        self._redactor.overhear(exchange.request, exchange.response)

    def redacted(self, number: int) -> Exchange | None:
        """One exchange of this case, or a creation before it, without its secrets."""
        exchange = self._recalled(number)
        if exchange is None:
            return None
        response = exchange.response
        return dataclasses.replace(
            exchange,
            case=self._case,
            request=self._redactor.request(exchange.request),
            response=self._redactor.response(_cut(response)) if response is not None else None,
            failure=self._redactor.failure(exchange.failure),
        )

    def sent_header(self, number: int, values: Container[str]) -> str | None:
        """The header of an exchange as it was sent, if its value is one of ``values``."""
        exchange = self._recalled(number)
        sent = exchange.request.headers if exchange is not None else ()
        return next((value for _, value in sent if value in values), None)

    def with_steps(self, judgement: Judgement) -> Judgement:
        """The same judgement with every exchange that led to it, those of other cases included."""
        if judgement.exchange not in self.exchanges:
            return judgement
        led = {*judgement.steps, judgement.exchange}
        led |= self.creations.before(self.exchanges[one] for one in led if one in self.exchanges)
        return dataclasses.replace(judgement, steps=tuple(sorted(led)) if len(led) > 1 else ())

    def _recalled(self, number: int) -> Exchange | None:
        return self.exchanges.get(number) or self.creations.get(number)


def _cut(response: Response) -> Response:
    """The answer cut to what reports show, and as much again so that no secret is split."""
    return dataclasses.replace(response, body=response.body[: 2 * KEPT_BYTES])
