"""Differences from the previous run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.model.verdict import Verdict

if TYPE_CHECKING:
    from conformance.model.report import Report

_BROKEN: Final = {Verdict.FAIL, Verdict.WARN}
_JUDGED: Final = {*_BROKEN, Verdict.PASS, Verdict.WAIVED}
_UNJUDGED: Final = {Verdict.BLOCKED, Verdict.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class News:
    """Requirement ids by what became of them since the run that began at ``since``.

    ``broken`` were kept before, ``fixed`` were broken and are kept now, ``judged`` are broken and
    were not judged before, ``unjudged`` had a verdict and could not be judged this time, ``added``
    and ``gone`` are in only one of the reports.
    """

    since: str
    broken: tuple[str, ...]
    judged: tuple[str, ...]
    fixed: tuple[str, ...]
    unjudged: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The groups that are not empty, the gravest first."""
        named = (
            ("broken", self.broken),
            ("judged", self.judged),
            ("unjudged", self.unjudged),
            ("fixed", self.fixed),
            ("added", self.added),
            ("gone", self.gone),
        )
        return tuple((name, ids) for name, ids in named if ids)


def news(before: Report, now: Report) -> News:
    """Compare two runs by requirement id."""
    then = {item.id: item.verdict for item in before.requirements}
    today = {item.id: item.verdict for item in now.requirements}
    return News(
        since=str(before.run.started),
        broken=tuple(i for i, v in today.items() if v in _BROKEN and then.get(i) is Verdict.PASS),
        judged=tuple(i for i, v in today.items() if v in _BROKEN and then.get(i) not in _JUDGED),
        fixed=tuple(i for i, v in today.items() if v is Verdict.PASS and then.get(i) in _BROKEN),
        unjudged=tuple(
            i
            for i, v in today.items()
            if v in _UNJUDGED and then.get(i) in {Verdict.PASS, *_BROKEN}
        ),
        added=tuple(i for i in today if i not in then),
        gone=tuple(i for i in then if i not in today),
    )
