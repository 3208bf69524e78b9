"""One change between two contracts, and what it means to either side.

``client``: a client that was written for the earlier contract meets a server that keeps the later
one. ``server``: a server that keeps the earlier contract meets clients of the later one, and is
judged by it. *Breaking*: what one side rightly sends, the other refuses, lacks or cannot read.
*Risky*: the ordinary traffic works, but something the contract says otherwise now may not be kept
(a refusal, a default, a SHOULD) or may not be expected (a new value). *Compatible*: nothing to do.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Impact(enum.StrEnum):
    """The effect of a change on one side, the least first."""

    COMPATIBLE = "compatible"
    RISKY = "risky"
    BREAKING = "breaking"

    @property
    def weight(self) -> int:
        """Severity: 0, 1 or 2."""
        return list(Impact).index(self)


_C, _R, _B = Impact.COMPATIBLE, Impact.RISKY, Impact.BREAKING

IMPACTS: Final[Mapping[str, tuple[Impact, Impact]]] = {
    # kind: (client, server)
    "operation-added": (_C, _B),
    "operation-removed": (_B, _C),
    "operation-moved": (_B, _B),
    "operation-changed": (_R, _R),
    "conventions-changed": (_R, _R),
    "request-body-added": (_B, _R),
    "request-body-removed": (_R, _C),
    "request-field-added": (_C, _R),
    "request-field-added-required": (_B, _R),
    "request-field-removed": (_R, _C),
    "request-field-now-required": (_B, _R),
    "request-field-now-optional": (_C, _B),
    "request-narrowed": (_B, _R),
    "request-widened": (_C, _B),
    "request-replaced": (_B, _B),
    "request-meaning": (_R, _R),
    "request-combination-added": (_B, _R),
    "request-combination-removed": (_C, _B),
    "request-combination-changed": (_R, _R),
    "answer-success-added": (_B, _B),
    "answer-success-removed": (_B, _B),
    "answer-error-added": (_R, _C),
    "answer-error-removed": (_C, _R),
    "answer-body-added": (_R, _B),
    "answer-body-removed": (_B, _B),
    "answer-header-added": (_C, _B),
    "answer-header-removed": (_B, _C),
    "answer-field-added-required": (_C, _B),
    "answer-field-added-recommended": (_C, _R),
    "answer-field-added-optional": (_C, _C),
    "answer-field-removed-required": (_B, _R),
    "answer-field-removed-recommended": (_R, _R),
    "answer-field-removed-optional": (_R, _R),
    "answer-field-now-required": (_C, _B),
    "answer-field-now-recommended": (_C, _R),
    "answer-field-no-longer-required": (_B, _C),
    "answer-field-no-longer-recommended": (_R, _C),
    "answer-narrowed": (_C, _B),
    "answer-widened": (_R, _C),
    "answer-replaced": (_R, _B),
    "answer-type-widened": (_B, _C),
    "answer-type-replaced": (_B, _B),
    "answer-meaning": (_R, _R),
    "answer-combination-added": (_C, _B),
    "answer-combination-removed": (_R, _C),
    "answer-combination-changed": (_R, _R),
    "notification-added": (_R, _B),
    "notification-removed": (_B, _C),
    "notification-moved": (_B, _B),
    "rule-added": (_C, _R),
    "rule-removed": (_R, _C),
    "rule-changed": (_R, _R),
    "error-code-added": (_R, _C),
    "error-code-removed": (_C, _R),
    "error-code-changed": (_R, _R),
    "refusal-changed": (_R, _R),
    "flow-limit-added": (_R, _R),
    "flow-limit-removed": (_C, _C),
    "flow-limit-lowered": (_R, _R),
    "flow-limit-raised": (_C, _R),
    "region-added": (_R, _C),
    "region-removed": (_R, _R),
    "requirement-added": (_C, _R),
    "requirement-removed": (_R, _C),
    "level-raised": (_C, _R),
    "level-lowered": (_R, _C),
    "wording": (_C, _C),
}
"""Every kind of change there is, with what it means to a client and to a server."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A change in the contract: where it is, and which requirements it concerns.

    ``scope`` holds prefixes of requirement ids, ``exact`` whole ids whose meaning has changed even
    where their text has not.
    """

    kind: str
    place: str
    text: str
    scope: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContractChange:
    """A change with its impact on both sides and the requirement ids that it touches."""

    kind: str
    place: str
    text: str
    client: Impact
    server: Impact
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def worst(self) -> Impact:
        """The more severe of the two impacts."""
        return max(self.client, self.server, key=lambda impact: impact.weight)


def id_is_within(identifier: str, start: str) -> bool:
    """Whether an id equals a prefix or continues it with a new segment."""
    return identifier.startswith(start) and identifier[len(start) : len(start) + 1] in "/.["
