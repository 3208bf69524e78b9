"""Checks a draft as the build checks the shipped contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from conformance.contract.authoring.draft import Draft
from conformance.contract.authoring.examples import example_faults
from conformance.contract.authoring.extensions import extension_faults
from conformance.contract.authoring.names import errata_faults, name_faults
from conformance.contract.authoring.openapi import openapi_faults, reference_faults
from conformance.contract.authoring.problem import Fault, Problem
from conformance.contract.files import read_yaml


def shape_problems(draft: Draft) -> list[Problem]:
    """Faults that keep a draft from being read at all: quick to find, checked before every run."""
    faults = [*_twice(draft), *reference_faults(draft.raw)]
    if not draft.is_plain:
        faults += extension_faults(draft.raw)
    return _located(draft, faults)


def all_problems(
    draft: Draft, capabilities: Collection[str], build: Callable[[Draft], Any]
) -> list[Problem]:
    """Every fault of a draft, by file and line.

    ``capabilities`` are those that a target can offer. ``build`` makes the contract from the draft;
    it is tried where nothing else is found.
    """
    public = list(openapi_faults(draft.raw))
    faults = [*_twice(draft), *public]
    if not draft.is_plain:
        faults += extension_faults(draft.raw)
        faults += name_faults(draft.raw, _errata(draft), capabilities)
    if not public:
        faults += example_faults(draft.raw, needed=not draft.is_plain)
    if draft.own_errata is not None:
        faults += errata_faults(_entries(draft.own_errata.value), _operations(draft), "errata")
    if not faults:
        build(draft)
    return _located(draft, faults)


def errata_of(draft: Draft) -> Iterator[Any]:
    """The errata of a draft, as written: those of its base, then its own."""
    beneath = draft.folder / "errata.yaml"
    own = draft.own_errata
    if beneath.is_file() and (own is None or own.path.resolve() != beneath.resolve()):
        yield from _entries(read_yaml(beneath))
    if own is not None:
        yield from _entries(own.value)


def _entries(document: Any) -> Any:
    return document["errata"] if isinstance(document, dict) and "errata" in document else document


def _errata(draft: Draft) -> frozenset[str]:
    return frozenset(str(e.get("id")) for e in errata_of(draft) if isinstance(e, dict))


def _operations(draft: Draft) -> frozenset[str]:
    items = [item for item in draft.raw.get("paths", {}).values() if isinstance(item, dict)]
    items += [item for item in draft.raw.get("webhooks", {}).values() if isinstance(item, dict)]
    nodes = [node for item in items for node in item.values() if isinstance(node, dict)]
    return frozenset(str(node["operationId"]) for node in nodes if "operationId" in node)


def _twice(draft: Draft) -> Iterator[Fault]:
    for way, name in draft.source.twice():
        yield Fault(
            tuple(way), f"{name!r} is written twice, and the first is lost", "one of them", "file"
        )


def _located(draft: Draft, faults: Iterable[Fault]) -> list[Problem]:
    """The user's file first, by lines; one fault that several checks find is told once."""
    problems = dict.fromkeys(draft.located(fault) for fault in faults)
    told: dict[tuple[str, str, str], Problem] = {}
    for problem in problems:
        told.setdefault((problem.file, problem.place, problem.problem), problem)
    own = str(draft.source.path)
    return sorted(told.values(), key=lambda one: (one.file != own, one.file, one.line or 0))
