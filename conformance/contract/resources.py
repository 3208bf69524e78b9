"""Kinds of resource that requests need, from the contract's ``x-resources``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model.expectation import Answer


@dataclass(frozen=True, slots=True)
class Listing:
    """The operation that lists resources of a kind, and where rows and ids are in its answer.

    ``query`` are its filters and ``where`` the values that a row must have; ``{kind}`` in either
    stands for the id of a resource of that kind.
    """

    operation: str
    items: str
    field: str
    query: Mapping[str, str]
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The field and value that show a new resource to be ready, and how long that may take.

    ``over`` is the value with which it has ended: then nothing is left to wait for.
    """

    field: str
    value: str
    over: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class MadeKind:
    """What a run makes and deletes.

    ``id`` is its field in answers and its parameter in paths; ``name`` the field with the name
    that it was given. ``retire`` is sent before a deletion that was refused is tried again;
    ``freed_by`` as well, but only when a run puts back what it made: operation and body;
    ``finished`` is how deleting is answered where it has ended by itself. ``distinct`` is
    the rule that an answer with an id that was there before breaks; ``within`` is the kind
    that it lies in; ``alone``: a second one needs a parent of its own. ``change`` are fields of the
    example that a shared one needs otherwise.
    """

    kind: str
    create: str
    id: str
    show: str
    delete: str
    example: str
    retire: str | None
    freed_by: tuple[str, Mapping[str, Any]] | None
    name: str | None
    listing: Listing | None
    distinct: str | None
    within: str | None
    alone: bool
    finished: Answer | None
    ready: Readiness | None
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """The operation whose success ends a resource, and the path parameter that names it."""

    operation: str
    id: str


@dataclass(frozen=True, slots=True)
class Restoring:
    """The operation that changes the settings of a thing that the run has not made.

    ``id`` is the field of its request that names the thing; ``body`` says for each field of the
    request where the row of the thing holds what it was.
    """

    operation: str
    id: str
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GivenKind:
    """A kind that a run cannot create: named by the target file or account, or listed.

    ``setting`` is where it is named, ``variable`` the environment variable for it; ``others`` is
    the created kind of which it is one that others have filled.
    """

    kind: str
    setting: str | None
    variable: str | None
    listing: Listing | None
    others: str | None
    ended_by: Ending | None
    restore: Restoring | None

    @property
    def inside(self) -> frozenset[str]:
        """Kinds whose ids are needed to look it up."""
        if self.listing is None:
            return frozenset()
        named = (value for value in self.listing.query.values() if value.startswith("{"))
        return frozenset({value.strip("{}") for value in named} | {*self.listing.where.values()})


@dataclass(frozen=True, slots=True)
class Resources:
    """All kinds of resource by name."""

    made: Mapping[str, MadeKind]
    given: Mapping[str, GivenKind]

    @property
    def ending(self) -> frozenset[str]:
        """The operations that end an existing resource, or change its settings until the end."""
        kinds = self.given.values()
        return frozenset(
            by.operation for kind in kinds for by in (kind.ended_by, kind.restore) if by is not None
        )

    def created_by(self, operation: str) -> MadeKind | None:
        """The kind that an operation creates, if any."""
        return next((kind for kind in self.made.values() if kind.create == operation), None)

    def deleted_by(self, operation: str) -> MadeKind | None:
        """The kind that an operation deletes, if any."""
        return next((kind for kind in self.made.values() if kind.delete == operation), None)

    def restored_by(self, operation: str) -> GivenKind | None:
        """The kind of others' resources whose settings an operation changes, if any."""
        found = (k for k in self.given.values() if k.restore and k.restore.operation == operation)
        return next(found, None)

    def can_be_replaced(self, kind: str) -> bool:
        """Whether the run can create another one, or find one in a list."""
        return kind in self.made or self.given[kind].listing is not None


def read_resources(node: Mapping[str, Mapping[str, Any]]) -> Resources:
    """Read the ``x-resources`` extension."""
    return Resources(
        made={kind: _made(kind, spec) for kind, spec in node.items() if not spec.get("given")},
        given={kind: _given(kind, spec) for kind, spec in node.items() if spec.get("given")},
    )


def _readiness(spec: Mapping[str, Any]) -> Readiness:
    return Readiness(spec["field"], spec["value"], spec.get("over"), float(spec["seconds"]))


def _made(kind: str, spec: Mapping[str, Any]) -> MadeKind:
    ready, finished, freed = spec.get("ready"), spec.get("finished"), spec.get("freed-by")
    return MadeKind(
        kind=kind,
        create=spec["create"],
        id=spec["id"],
        show=spec["show"],
        delete=spec["delete"],
        example=spec["example"],
        retire=spec.get("retire"),
        freed_by=(freed["operation"], freed["body"]) if freed else None,
        name=spec.get("name"),
        listing=_listing({"field": spec["id"], **spec}),
        distinct=spec.get("distinct"),
        within=spec.get("within"),
        alone=bool(spec.get("alone")),
        finished=Answer(finished["status"], tuple(finished["codes"])) if finished else None,
        ready=_readiness(ready) if ready else None,
        change=spec.get("change", {}),
    )


def _given(kind: str, spec: Mapping[str, Any]) -> GivenKind:
    ended, restore = spec.get("ended_by"), spec.get("restore")
    return GivenKind(
        kind=kind,
        setting=spec.get("setting"),
        variable=spec.get("variable"),
        listing=_listing(spec),
        others=spec.get("others"),
        ended_by=Ending(**ended) if ended else None,
        restore=Restoring(**restore) if restore else None,
    )


def _listing(spec: Mapping[str, Any]) -> Listing | None:
    if "list" not in spec:
        return None
    return Listing(
        operation=spec["list"],
        items=spec["items"],
        field=spec["field"],
        query=spec.get("query", {}),
        where=spec.get("where", {}),
    )
