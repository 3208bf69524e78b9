"""The interface between code that needs requests sent and the lab that sends them."""

from __future__ import annotations

from typing import Protocol

from conformance.model.case import Template
from conformance.model.exchange import Exchange


class Sender(Protocol):
    """Fills a template, sends it and returns the exchange.

    ``judge=False`` keeps the checks of every exchange away from it.
    """

    def send(self, template: Template, *, judge: bool = True) -> Exchange:
        """Raise Blocked when a resource that the template needs cannot be provided."""
        ...

    def offers(self, operation: str) -> bool:
        """Whether the target offers the operation."""
        ...

    def prose(self, text: str) -> str:
        """The message without the secrets of this run."""
        ...
