"""A checklist for a new edition of the contract, from its difference to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.comparison.contracts import ContractDiff
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.model.requirement import Level, Requirement

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the list: a title and the items that it concerns.

    ``is_open``: the items still have to be done; otherwise they are information.
    """

    title: str
    things: tuple[str, ...]
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Checklist:
    """All points, in the order in which they are best done."""

    before: str
    edition: str
    points: tuple[Point, ...]

    @property
    def left(self) -> int:
        """How many items still have to be done."""
        return sum(len(point.things) for point in self.points if point.is_open)

    def to_dict(self) -> dict[str, Any]:
        """The list as plain JSON data."""
        return {
            "before": self.before,
            "edition": self.edition,
            "left": self.left,
            "points": [
                {"title": one.title, "open": one.is_open, "things": list(one.things)}
                for one in self.points
            ],
        }

    def lines(self) -> Iterator[str]:
        """The list as Markdown."""
        yield f"# From {self.before} to {self.edition}"
        for point in self.points:
            yield ""
            yield f"## {point.title}: {len(point.things) or 'none'}"
            if point.things:
                yield ""
            box = "- [ ]" if point.is_open else "-"
            yield from (f"{box} {thing}" for thing in point.things[:_SHOWN])
            if len(point.things) > _SHOWN:
                yield f"- and {len(point.things) - _SHOWN} more (--json has them all)"
        yield ""
        yield f"left to do: {self.left or 'nothing'}"


def changes_for_information(difference: ContractDiff) -> Iterator[Point]:
    """What has changed, for information only."""
    changes = [f"{one.place}: {one.text}" for one in difference.changes]
    yield Point("Changes", tuple(changes), is_open=False)
    for name in ("added", "changed", "removed"):
        yield Point(f"Requirements {name}", getattr(difference, name), is_open=False)


def without_date(old: Contract, new: Contract) -> Point:
    """New operations without ``x-since``, so that an overlay may leak them."""
    lacking = [
        f"{one.id}: x-since: '{new.revision}'"
        for one in _new_operations(old, new)
        if _node(new, one).get("x-since") != new.revision
    ]
    return Point("New operations without x-since", tuple(lacking))


def without_example(old: Contract, new: Contract) -> Point:
    """Answers of new operations that have a body but no example."""
    lacking = [
        f"{one.id}: the answer {status}"
        for one in _new_operations(old, new)
        for status, answer in one.answers.items()
        if answer.schema is not None and not _shows(new, one, status)
    ]
    return Point("Answers without an example", tuple(lacking))


def lacking_in_reference(
    old: Contract, new: Contract, served: Iterable[tuple[str, str]], keeps: str
) -> Point:
    """Operations that the reference does not serve, and, until it keeps the edition, the changed.

    ``served`` are method and path of what it serves, ``keeps`` the edition that it says it keeps.
    """
    known = frozenset(served)
    lacking = [
        f"{one.id}: {one.method} {one.path} is not served"
        for one in new.operations.values()
        if (one.method, one.path) not in known
    ]
    if keeps != new.revision:
        lacking += [
            f"{one.id}: has changed"
            for one in new.operations.values()
            if one.id in old.operations and one != old.operations[one.id]
        ]
        lacking.append(f"it says that it keeps {keeps}, and not {new.revision}")
    return Point("The reference", tuple(lacking))


def without_fault(new: Contract, broken: Iterable[str]) -> Point:
    """Rules that no planted fault breaks; ``broken`` are the ids that faults break."""
    known = frozenset(broken)
    lacking = [r.id for r in _rules(new) if r.level is not Level.MAY and r.id not in known]
    return Point("Rules without a planted fault", tuple(lacking))


def without_test(
    new: Contract, declared: Iterable[str], measured: Iterable[str]
) -> Iterator[Point]:
    """Rules that no test declares, and those whose tests have no measured costs."""
    known, counted = frozenset(declared), frozenset(measured)
    needed = [one.id for one in _rules(new) if one.level is not Level.MAY]
    yield Point("Rules that no test judges", tuple(one for one in needed if one not in known))
    unknown = [one for one in needed if one in known and one not in counted]
    yield Point("Tests to be measured by benchmarks/measure_costs.py", tuple(unknown))


def without_basis(new: Contract) -> Point:
    """Requirements that rest on no line of the document."""
    lacking = [r.id for r in new.requirements.values() if r.basis is None or not r.lines]
    return Point("Requirements without an entry in spec/basis.yaml", tuple(lacking))


def without_translation(requirements: Iterable[Requirement], said: Mapping[str, str]) -> Point:
    """Texts without Chinese; ``said`` maps each text to its translation."""
    texts = dict.fromkeys(one.text for one in requirements)
    lacking = [text for text in texts if said[text] == text]
    return Point("Texts without Chinese in spec/i18n/zh.yaml", tuple(lacking))


def unlisted_ids(ids: Iterable[str], listed: Iterable[str]) -> Point:
    """Differences between ``spec/requirements.txt`` and the ids of the contract."""
    now, then = dict.fromkeys(ids), dict.fromkeys(listed)
    missing = [f"{one} is not in it" for one in now if one not in then]
    stale = [f"{one} is no requirement" for one in then if one not in now]
    return Point("spec/requirements.txt", (*missing, *stale))


def _rules(contract: Contract) -> Iterator[Requirement]:
    return (one for one in contract.requirements.values() if one.kind == "rule")


def _new_operations(old: Contract, new: Contract) -> Iterator[Operation]:
    return (one for one in new.operations.values() if one.id not in old.operations)


def _node(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    node: Mapping[str, Any] = contract.raw["paths"][operation.path][operation.method.lower()]
    return node


def _shows(contract: Contract, operation: Operation, status: int) -> bool:
    """Whether an answer has an example; one that is shared by reference is another's to have."""
    answer = _node(contract, operation)["responses"][str(status)]
    media = answer.get("content", {}).values()
    return "$ref" in answer or any("example" in one or one.get("examples") for one in media)
