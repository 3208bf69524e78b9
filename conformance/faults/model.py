"""A fault: one named, deliberate deviation of the reference, and what it must break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.faults.middleware import Layer, untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from conformance.faults.middleware import Behaviour
    from conformance.reference.world import World


@dataclass(frozen=True, slots=True)
class Fault:
    """``breaks`` are ids of requirements; a run of any of them alone must find the fault.

    ``prepare`` changes the world before anything is served, for what is sent and not asked for.
    ``operations`` are those whose requests go through ``behaviour``; none means every one,
    ``layer.EVERYTHING`` also what no operation takes.
    ``claims``: capabilities that the reference does not offer, and that a target must claim to be
    held to what is broken.
    ``inconclusive``: by its nature no answer comes back that could be judged, so that the verdict
    is inconclusive, never pass.
    """

    name: str
    title: str
    family: str
    breaks: tuple[str, ...]
    operations: tuple[str, ...]
    behaviour: Behaviour = untouched
    inconclusive: bool = False
    claims: frozenset[str] = frozenset()
    prepare: Callable[[World], None] | None = None

    def apply(self, world: World, app: ASGIApp) -> ASGIApp:
        """The application with the fault in it."""
        if self.prepare is not None:
            self.prepare(world)
        return Layer(app, world, self.operations, self.behaviour)
