"""A case: one request, or one short scenario, and what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.model.expectation import Expectation


@dataclass(frozen=True, slots=True)
class Given:
    """Stands for the id of a resource that the run provides; ``fresh``: used by no other case.

    ``like`` is a value of the same form; it stands in where the request is validated before it is
    filled.
    """

    kind: str
    fresh: bool = False
    like: str = field(default="0123456789abcdef", compare=False)


@dataclass(frozen=True, slots=True)
class Unique:
    """Stands for a text that no other request of this run has sent."""

    stem: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Stands for a time relative to the start of the case: ``seconds`` from now.

    ``form`` is ``date-time`` (whole minutes, UTC) or ``date``.
    """

    seconds: int
    form: str = "date-time"


class Absent:
    """Marks a body that is not sent at all."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()

EFFORTS: Final = ("quick", "standard", "thorough")
"""The levels of a run, from the one that takes least."""

Resolve = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A request in which ids, unique texts and times still stand as Given, Unique and Moment.

    ``credentials`` names who sends it: ``valid``, ``none``, ``wrong``, ``malformed``, or a name
    that ``Lab.adopt`` has added. ``raw`` replaces the body byte for byte.
    """

    operation: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    raw: bytes | None = None
    credentials: str = "valid"

    def with_fresh(self, kinds: frozenset[str]) -> Template:
        """A copy that uses fresh resources for the path parameters of those kinds."""
        path = {
            name: Given(value.kind, fresh=True)
            if isinstance(value, Given) and value.kind in kinds
            else value
            for name, value in self.path.items()
        }
        return replace(self, path=path)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an accepted request proves about one requirement.

    ``alone`` is the same base request with only this one choice. It is sent when the packed request
    was refused, so that the refusal is attributed to the right requirement. ``shown_as`` is the
    path in the answer that must hold ``value`` or one of ``others``, for defaults and echoes.
    ``instead`` are other valid requests with the choice: one of them has to be accepted.
    """

    requirement: str
    alone: Template
    shown_as: str | None = None
    value: Any = None
    others: tuple[Any, ...] = ()
    instead: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One request and the requirements that it judges. ``effort`` is the lowest level that runs it.

    ``violates`` names the requirement that a request meant to be refused breaks; ``claims`` are
    those that an accepted request proves. ``needs`` are kinds of resource that must exist
    beforehand.
    """

    id: str
    operation: str
    kind: str
    template: Template
    expectation: Expectation
    effort: str
    title: str
    violates: str | None = None
    claims: tuple[Claim, ...] = ()
    needs: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The id alone: reporters of pytest show parameters by their repr."""
        return self.id

    @property
    def requirements(self) -> tuple[str, ...]:
        """Ids of the requirements that this case is made for."""
        ids = [claim.requirement for claim in self.claims]
        if self.violates is not None:
            ids.append(self.violates)
        return tuple(dict.fromkeys(ids))


def resolve(value: Any, answer: Resolve) -> Any:
    """Replace every Given, Unique and Moment inside a JSON-like value."""
    if isinstance(value, (Given, Unique, Moment)):
        return answer(value)
    if isinstance(value, dict):
        return {key: resolve(item, answer) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolve(item, answer) for item in value]
    return value
