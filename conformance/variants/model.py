"""A permitted variant: one named choice, what permits it, and how the reference makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.faults.middleware import EVERYTHING, Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from conformance.faults.middleware import Behaviour
    from conformance.reference.world import World


@dataclass(frozen=True, slots=True)
class Variant:
    """``lines`` of the document permit it, by a sentence, a table, an example, or by silence.

    ``behaviour`` changes requests or answers of ``operations`` (none: all that the document has);
    ``prepare`` changes the world before anything is served. ``aspect`` names what is chosen: two
    choices of one aspect exclude each other.
    """

    name: str
    title: str
    chinese: str
    lines: tuple[int, ...]
    behaviour: Behaviour | None = None
    operations: tuple[str, ...] = EVERYTHING
    prepare: Callable[[World], None] | None = None
    aspect: str = ""

    @property
    def family(self) -> str:
        """The first part of its name: the kind of choice."""
        return self.name.partition("/")[0]

    def apply(self, world: World, app: ASGIApp) -> ASGIApp:
        """The application with the choice made."""
        if self.behaviour is None:
            return app
        return Layer(app, world, self.operations, self.behaviour)
