"""What the judges of one certification have said, per requirement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from conformance.certification.recording.call import Call
from conformance.model.requirement import Requirement
from conformance.model.verdict import Judgement, Outcome

CASES_KEPT = 5
FINDINGS_KEPT = 10
"""Findings kept per requirement: a client that errs in a loop says the same each time."""


@dataclass(slots=True)
class Page:
    """Everything said of one requirement."""

    passed: int = 0
    failed: int = 0
    cases: list[str] = field(default_factory=list)
    told: list[Judgement] = field(default_factory=list)


class Book:
    """Collects judgements. An id that is no requirement is a mistake of ours: KeyError."""

    def __init__(self, requirements: Mapping[str, Requirement]) -> None:
        self.requirements = requirements
        self.pages: dict[str, Page] = {}

    def held(self, requirement: str, case: str) -> None:
        """The requirement was kept once."""
        page = self._page(requirement, case)
        page.passed += 1

    def broke(
        self, requirement: str, call: Call, message: str, expected: str = "", actual: str = ""
    ) -> None:
        """The requirement was broken, as this request shows."""
        number = call.exchange.number
        self.tell(
            Judgement(requirement, Outcome.FAIL, call.case, message, expected, actual, number)
        )

    def tell(self, judgement: Judgement) -> None:
        """Take over a judgement that something was broken."""
        page = self._page(judgement.requirement, judgement.case)
        page.failed += 1
        if len(page.told) < FINDINGS_KEPT:
            page.told.append(judgement)

    def rewrite(self, write: Callable[[str], str]) -> None:
        """Put every message in other words, such as without the secrets that it quotes."""
        for page in self.pages.values():
            page.told = [
                replace(
                    told,
                    message=write(told.message),
                    expected=write(told.expected),
                    actual=write(told.actual),
                )
                for told in page.told
            ]

    @property
    def broken(self) -> list[Judgement]:
        """Every judgement that something was broken, in the order of the requirements."""
        return [
            told
            for name in self.requirements
            if name in self.pages
            for told in self.pages[name].told
        ]

    def _page(self, requirement: str, case: str) -> Page:
        self.requirements[requirement]
        page = self.pages.setdefault(requirement, Page())
        if len(page.cases) < CASES_KEPT and case not in page.cases:
            page.cases.append(case)
        return page
