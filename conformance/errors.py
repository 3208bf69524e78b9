"""Everything that can be said to a user as one line instead of a traceback.

ConformanceError                 exit status 2 unless a subclass says otherwise
├── UsageError                   an option, id, glob or profile that does not exist
├── ConfigurationError           a target file, credential or folder that cannot be used
├── ContractError                spec/ does not parse or contradicts its own schemas
├── ReportError                  a report that cannot be read or written
└── TargetError                  exit status 3
    ├── TargetUnreachable        nothing answered, or nothing that can be judged
    ├── Refused                  our own guard stopped a request before it left
    └── Crash                    the suite itself broke
"""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """A text as one line for a terminal: letters that it would obey are written as escapes."""
    return "".join(c if _is_harmless(c) else c.encode("unicode_escape").decode() for c in text)


def _is_harmless(letter: str) -> bool:
    """Whether it shows, or is a space of whatever width."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


class ConformanceError(Exception):
    """One line: the thing, its problem, the remedy. The text is built from the data."""

    exit_status = 2

    def __init__(self, thing: str, problem: str, remedy: str = "") -> None:
        self.thing = thing
        self.problem = problem
        self.remedy = remedy
        super().__init__(thing, problem, remedy)

    def __str__(self) -> str:
        line = f"{self.thing}: {self.problem}"
        return self._plain(f"{line}; {self.remedy}" if self.remedy else line)

    def _plain(self, text: str) -> str:
        """The text on one line that moves no cursor, whatever it quotes."""
        return plain(text)


class UsageError(ConformanceError):
    """The command line asks for something that does not exist or cannot be combined."""


class ConfigurationError(ConformanceError):
    """A file, an environment variable or a folder that the run was told to use is unusable."""


class ContractError(ConformanceError):
    """The contract itself (spec/) cannot be read or is not consistent."""


class ReportError(ConformanceError):
    """A report cannot be read, written or compared."""


class TargetError(ConformanceError):
    """The run could not be carried out against this target."""

    exit_status = 3


class TargetUnreachable(TargetError):  # noqa: N818 - the design calls it so
    """Nothing answers at the target, or what answers is no HTTP that can be judged."""


class Refused(TargetError):  # noqa: N818 - a decision of the guard, not a mishap
    """A request was stopped by the guard in front of the transport; it was never sent."""


class Crash(TargetError):  # noqa: N818 - the suite's fault, not the target's
    """The suite itself failed; nothing is known about the target. Its text is a traceback."""

    def _plain(self, text: str) -> str:
        return "\n".join(map(plain, text.split("\n")))
