"""The configuration of a run: level, selection, seed, report folder."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from conformance.access.capability import PROFILES
from conformance.errors import ReportError, UsageError
from conformance.model.case import EFFORTS
from conformance.model.requirement import glob_to_pattern

DEFAULT_REPORTS = Path("reports/latest")
MAX_SEED = 2**32
MOST_AT_A_TIME = 64
"""Cases that one process may run at a time."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """One run's settings, whichever entry point they come from.

    ``target`` is a target file or a URL; None is the embedded reference. ``alone``: one process
    has the target to itself, so that it may move its clock. ``cases``: globs; none are all.
    ``operations``: those that the target offers, in place of what its file says; none are all.
    ``contract``: a file or folder to judge by instead of the contract that is shipped; where it is
    an overlay, ``base`` is the edition or file that it changes.
    ``concurrency``: so many cases at a time in one process; None leaves it to the target.
    ``duration``: seconds that it may take, whatever the target file says.
    """

    target: str | None = None
    profile: str | None = None
    level: str = "standard"
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    strict: bool = False
    seed: int = 0
    report_dir: Path = DEFAULT_REPORTS
    formats: tuple[str, ...] = ("json",)
    revision: str | None = None
    contract: Path | None = None
    base: str | None = None
    language: str = "en"
    alone: bool = True
    resume: bool = False
    concurrency: int | None = None
    duration: float | None = None

    def runs(self, case: str) -> bool:
        """Whether the case is selected by name."""
        return not self.cases or any(glob_to_pattern(glob).match(case) for glob in self.cases)

    def check_report_dir(self) -> None:
        """Raise ReportError unless reports can be written to the folder."""
        folder = self.report_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            problem = f"cannot be written to ({error.strerror})"
            raise ReportError(f"report folder {folder}", problem, "choose another one") from error

    def __post_init__(self) -> None:
        if self.contract is not None and self.revision is not None:
            problem = "are both given"
            raise UsageError("--contract and --revision", problem, "give one of them")
        if self.base is not None and self.contract is None:
            raise UsageError("--base", "has no overlay to apply to it", "name it with --contract")
        if self.resume and self.target is None:
            problem = "is not for the embedded reference, which forgets everything"
            raise UsageError("--resume", problem, "leave it out")
        if self.level not in EFFORTS:
            raise UsageError(
                "--level", f"{self.level!r} is not a level", f"use {', '.join(EFFORTS)}"
            )
        if self.profile is not None and self.profile not in PROFILES:
            problem = f"{self.profile!r} is not a profile"
            raise UsageError("--profile", problem, f"use {', '.join(PROFILES)}")
        if self.concurrency is not None and not 1 <= self.concurrency <= MOST_AT_A_TIME:
            problem = f"{self.concurrency} is out of range"
            raise UsageError("--concurrency", problem, f"use 1 to {MOST_AT_A_TIME}")
        if self.duration is not None and not 0 < self.duration < float("inf"):
            raise UsageError("--duration", f"{self.duration:g} is not a duration", "give seconds")
        if not 0 <= self.seed < MAX_SEED:
            raise UsageError("--seed", f"{self.seed} is out of range", "use 0 to 4294967295")


def named_operations(given: Iterable[str], option: str) -> tuple[str, ...]:
    """The comma-separated names of an option. Raises UsageError for an empty name."""
    names = [name.strip() for text in given for name in text.split(",")]
    if not all(names):
        raise UsageError(option, "has an empty name", "give operations, globs or chapters")
    return tuple(names)


def new_seed() -> int:
    """A random seed for a run that was given none; it is printed and reported."""
    return random.SystemRandom().randrange(MAX_SEED)
