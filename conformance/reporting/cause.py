"""A cause: findings that one fault explains."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.model.requirement import Level
from conformance.model.requirement_id import RequirementId

if TYPE_CHECKING:
    from conformance.model.report import ReportedFinding

Facts = tuple[tuple[str, str], ...]
_LEVELS: Final = [level.value for level in Level]


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings that one fault explains.

    ``kind`` is the lens that grouped them, ``facts`` fill in its title (``language.py``),
    ``blocks`` is the number of requirements that could not be judged because of it.
    """

    kind: str
    facts: Facts
    findings: tuple[ReportedFinding, ...]
    blocks: int = 0

    @property
    def id(self) -> str:
        """Stable from run to run as long as the fault is the same."""
        said = "\n".join([self.kind, *(f"{name}={value}" for name, value in self.facts)])
        return "cause-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:10]

    @property
    def requirements(self) -> tuple[str, ...]:
        """The broken ids, each once, in order."""
        return tuple(dict.fromkeys(finding.requirement for finding in self.findings))

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that it affects, each once, in order."""
        return tuple(dict.fromkeys(map(_operation, self.requirements)))

    @property
    def struck(self) -> tuple[str, ...]:
        """The operations that show it themselves, not only through another's rule."""
        own = (item for item in self.requirements if "/rule/" not in item)
        return tuple(dict.fromkeys(map(_operation, own))) or self.operations

    @property
    def level(self) -> str:
        """The most binding level among its requirements."""
        return min((finding.level for finding in self.findings), key=_LEVELS.index)

    @property
    def gravity(self) -> tuple[int, int, str]:
        """A sort key, the gravest first: by level, then by how much it breaks and blocks."""
        weight = len(self.requirements) + self.blocks
        return _LEVELS.index(self.level), -weight, self.requirements[0]


def _operation(requirement: str) -> str:
    return RequirementId.parse(requirement).operation
