"""Compares two runs: regressions, fixes, and other differences."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.comparison.settings import settings_of, shown
from conformance.model.verdict import Verdict
from conformance.reporting.json_file import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.model.report import Report, ReportedRequirement

_BROKEN: Final = frozenset({Verdict.FAIL, Verdict.WARN})
_UNJUDGED: Final = frozenset({Verdict.BLOCKED, Verdict.INCONCLUSIVE})
_JUDGED: Final = _BROKEN | {Verdict.PASS}
_LEFT_OUT: Final = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_SELECTED})


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A requirement whose verdict differs; None where a report does not have it.

    ``detail`` is why: the message of the first finding, or the reason of the verdict.
    """

    requirement: str
    level: str
    source: str
    before: Verdict | None
    after: Verdict | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement that differs itself: ``field`` is ``text``, ``level`` or ``source``."""

    requirement: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WaiverChange:
    """A waiver that is ``new``, ``changed``, ``expired``, ``removed`` or ``needless``.

    ``needless``: removed, and the requirement is kept now. ``verdict`` is that of the later run.
    """

    requirement: str
    kind: str
    verdict: Verdict | None
    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class RunSide:
    """The identity of one run: enough to see whether two can be compared at all."""

    target: str
    started: str
    suite: str
    revision: str
    contract: str
    profile: str
    level: str
    verdict: str
    summary: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Run A beside run B; a requirement is in at most one group of verdict changes.

    ``regressions`` were kept in A and are broken in B, ``fixes`` the other way round. ``judged``
    are judged in B and were not in A, what is broken first: nothing says that they got worse.
    ``unjudged`` had a verdict in A and could not be judged in B. ``weighed`` are broken in both,
    and counted as a fail in only one. ``left_out`` had a verdict and was not asked in B,
    ``taken_in`` was not asked in A and could not be judged in B. ``waived`` moved to or from a
    waiver.
    ``new`` and ``gone`` are known to only one report. ``differences`` are settings of the runs
    that are not the same, so that more than the target may explain the changes.
    """

    a: RunSide
    b: RunSide
    differences: tuple[str, ...]
    regressions: tuple[VerdictChange, ...]
    fixes: tuple[VerdictChange, ...]
    unjudged: tuple[VerdictChange, ...]
    judged: tuple[VerdictChange, ...]
    weighed: tuple[VerdictChange, ...]
    left_out: tuple[VerdictChange, ...]
    taken_in: tuple[VerdictChange, ...]
    waived: tuple[VerdictChange, ...]
    new: tuple[VerdictChange, ...]
    gone: tuple[VerdictChange, ...]
    changed: tuple[RequirementChange, ...]
    waivers: tuple[WaiverChange, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[VerdictChange, ...]], ...]:
        """The groups of verdict changes that are not empty, the gravest first."""
        return tuple((name, rows) for name in GROUPS if (rows := getattr(self, name)))

    @property
    def same(self) -> bool:
        """Whether all verdicts are the same."""
        return not self.groups and not self.changed and not self.waivers

    @property
    def exit_status(self) -> int:
        """1 on a regression, otherwise 0; what B could not judge does not count here."""
        return 1 if self.regressions else 0

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain JSON data, with its exit status."""
        return {**asdict(self), "exit_status": self.exit_status}


GROUPS: Final = (
    "regressions",
    "judged",
    "unjudged",
    "fixes",
    "weighed",
    "left_out",
    "taken_in",
    "waived",
    "new",
    "gone",
)


def compare_reports(path_a: Path, path_b: Path) -> RunComparison:
    """Compare two report files. Raises ReportError when one cannot be read."""
    return compare(read_json(path_a), read_json(path_b))


def compare(a: Report, b: Report) -> RunComparison:
    """Compare two runs, requirement by requirement, in the order of the later one."""
    before = {item.id: item for item in a.requirements}
    after = {item.id: item for item in b.requirements}
    messages = {finding.requirement: finding.message for finding in reversed(b.findings)}
    groups: dict[str, list[VerdictChange]] = {name: [] for name in GROUPS}
    for identifier in dict.fromkeys((*after, *before)):
        old, new = before.get(identifier), after.get(identifier)
        group = _group(old.verdict if old else None, new.verdict if new else None)
        if group is not None:
            groups[group].append(_change(old, new, messages))
    groups["judged"].sort(key=lambda change: change.after not in _BROKEN)
    return RunComparison(
        a=_side(a),
        b=_side(b),
        differences=_differences(a, b),
        changed=_changed(before, after),
        waivers=_waivers(before, after, _day(b)),
        **{name: tuple(rows) for name, rows in groups.items()},
    )


def _group(old: Verdict | None, new: Verdict | None) -> str | None:
    """The one group of a change; None where it does not matter."""
    if old is new:
        return None
    if old is None or new is None:
        return "new" if old is None else "gone"
    if Verdict.WAIVED in (old, new):
        return "fixes" if new is Verdict.PASS else "waived"
    if new in _UNJUDGED:
        return None if old in _UNJUDGED else "taken_in" if old in _LEFT_OUT else "unjudged"
    if new in _LEFT_OUT:
        return None if old in _LEFT_OUT else "left_out"
    if old not in _JUDGED:
        return "judged"
    if old in _BROKEN and new in _BROKEN:
        return "weighed"
    return "regressions" if new in _BROKEN else "fixes"


def _change(
    old: ReportedRequirement | None, new: ReportedRequirement | None, messages: Mapping[str, str]
) -> VerdictChange:
    told = new or old
    assert told is not None, "a requirement comes from one of the reports"
    return VerdictChange(
        requirement=told.id,
        level=told.level,
        source=told.source,
        before=old.verdict if old else None,
        after=new.verdict if new else None,
        detail=messages.get(told.id, told.reason) if new else "",
    )


def _changed(
    before: Mapping[str, ReportedRequirement], after: Mapping[str, ReportedRequirement]
) -> tuple[RequirementChange, ...]:
    return tuple(
        RequirementChange(identifier, field, getattr(old, field), getattr(new, field))
        for identifier, new in after.items()
        if (old := before.get(identifier)) is not None
        for field in ("text", "level", "source")
        if getattr(old, field) != getattr(new, field)
    )


def _waivers(
    before: Mapping[str, ReportedRequirement],
    after: Mapping[str, ReportedRequirement],
    day: dt.date,
) -> tuple[WaiverChange, ...]:
    found: list[WaiverChange] = []
    for identifier in dict.fromkeys((*after, *before)):
        old = before[identifier].waiver if identifier in before else None
        new = after[identifier].waiver if identifier in after else None
        verdict = after[identifier].verdict if identifier in after else None
        if old == new:
            continue
        if new is not None:
            kind = "changed" if old is not None else "new"
        else:
            kind = _ended(old or {}, verdict, day)
        told = new or old or {}
        found.append(
            WaiverChange(
                requirement=identifier,
                kind=kind,
                verdict=verdict,
                reason=told.get("reason", ""),
                owner=told.get("owner", ""),
                expires=told.get("expires", ""),
            )
        )
    return tuple(found)


def _ended(old: Mapping[str, str], verdict: Verdict | None, day: dt.date) -> str:
    if verdict is Verdict.PASS:
        return "needless"
    expires = old.get("expires", "")
    try:
        return "expired" if dt.date.fromisoformat(expires) < day else "removed"
    except ValueError:
        return "removed"


def _day(report: Report) -> dt.date:
    return dt.datetime.fromisoformat(str(report.run.finished)).date()


def _side(report: Report) -> RunSide:
    return RunSide(
        target=str(report.target["name"]),
        started=str(report.run.started),
        suite=str(report.suite["version"]),
        revision=str(report.contract["revision"]),
        contract=str(report.contract["sha256"]),
        profile=str(report.target["profile"]),
        level=str(report.run.level),
        verdict=report.verdict.value,
        summary=report.summary,
    )


def _differences(a: Report, b: Report) -> tuple[str, ...]:
    """Differences between the runs' settings, in words."""
    before, after = settings_of(a), settings_of(b)
    return tuple(
        f"{name}: {shown(value)}, then {shown(after[name])}"
        for name, value in before.items()
        if value != after[name]
    )
