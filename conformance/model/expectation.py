"""Which answers a case accepts: enumerated, never "anything"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Answer:
    """One accepted answer: a status and, for refusals, the error codes that may go with it.

    A code that ends in ``*`` is a prefix. No codes at all: the body is not that of a refusal.
    """

    status: int
    codes: tuple[str, ...] = ()

    def takes_code(self, code: object) -> bool:
        """Whether this error code is accepted."""
        return isinstance(code, str) and any(
            code.startswith(accepted[:-1]) if accepted.endswith("*") else code == accepted
            for accepted in self.codes
        )

    def __str__(self) -> str:
        if not self.codes:
            return str(self.status)
        return f"{self.status} with error code {' or '.join(self.codes)}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Every accepted answer; ``preferred`` is the code that fits best (a SHOULD)."""

    answers: tuple[Answer, ...]
    preferred: str | None = None
    erratum: str | None = None

    @property
    def statuses(self) -> frozenset[int]:
        """The accepted status codes."""
        return frozenset(answer.status for answer in self.answers)

    @property
    def offers_choice(self) -> bool:
        """Whether several error codes are accepted, so that one of them may be preferred."""
        return sum(len(answer.codes) for answer in self.answers) > 1

    def for_status(self, status: int) -> tuple[Answer, ...]:
        """The accepted answers with that status."""
        return tuple(answer for answer in self.answers if answer.status == status)

    def also(self, codes: Mapping[int, tuple[str, ...]]) -> Expectation:
        """A copy that also accepts these codes in every refusal of their status."""
        answers = tuple(
            Answer(answer.status, tuple(dict.fromkeys((*answer.codes, *codes[answer.status]))))
            if answer.codes and answer.status in codes
            else answer
            for answer in self.answers
        )
        return replace(self, answers=answers)

    def __str__(self) -> str:
        return ", or ".join(map(str, self.answers))


def succeeds(status: int) -> Expectation:
    """An expectation of exactly this success status."""
    return Expectation((Answer(status),))


def refuses(status: int, *codes: str) -> Expectation:
    """An expectation of a refusal with this status and one of the codes."""
    return Expectation((Answer(status, codes),))
