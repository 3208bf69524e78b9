"""The texts of reports in English or Chinese, from one catalogue per language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.contract.files import read_yaml, spec_folder
from conformance.errors import UsageError
from conformance.model.requirement_id import RequirementId
from conformance.model.verdict import RunReason, RunVerdict
from conformance.reporting.phrasebook import Phrasebook, phrasebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.model.report import Report
    from conformance.reporting.cause import Cause

LANGUAGES: Final = ("en", "zh")
_NAMED: Final = 3
_SOURCE: Final = re.compile(r"section (?P<section>[\w.-]+)(?:, tables? (?P<tables>.+))?")


@dataclass(frozen=True, slots=True)
class Language:
    """One catalogue: ``strings`` by key, with ``{facts}`` to fill in.

    ``requirements`` translates requirements, ``findings`` messages and reasons.
    """

    code: str
    strings: Mapping[str, str]
    requirements: Phrasebook = field(default_factory=Phrasebook)
    findings: Phrasebook = field(default_factory=Phrasebook)

    @property
    def tag(self) -> str:
        """The BCP 47 tag for browsers and screen readers."""
        return "zh-CN" if self.code == "zh" else self.code

    def say(self, key: str, **facts: object) -> str:
        """The string for a key with its facts filled in; KeyError for an unknown key."""
        return self.strings[key].format_map(facts)

    def requirement(self, text: str) -> str:
        """The text of a requirement; in English if it has no translation."""
        return self.requirements.say(text)

    def told(self, text: str) -> str:
        """The text of a finding or reason; quoted evidence is not translated."""
        return self.findings.say(text)

    def chapter(self, number: str) -> str:
        """The title of a chapter of the document, or its number when it has none."""
        return self.strings.get(f"chapter.{number}", number)

    def numbered_chapter(self, number: str) -> str:
        """The title of a chapter with its number; chapter "common" has only a title."""
        title = self.chapter(number)
        return f"{number:>2} {title}" if number.isdigit() and title != number else title

    def source(self, source: str) -> str:
        """The source of a requirement: sections and tables."""
        match = _SOURCE.fullmatch(source)
        if match is None or self.code == "en":
            return source
        section, tables = match["section"], match["tables"]
        place = self.say("source.section", section=section)
        return f"{place}{self.say('source.tables', tables=tables)}" if tables else place

    def cause(self, cause: Cause) -> str:
        """The title of a cause."""
        facts = {name: _printable(value) for name, value in cause.facts}
        keyword = facts.get("keyword", "")
        facts["violation"] = self._phrase("violation", keyword)
        facts["problem"] = self._phrase("problem", keyword)
        facts["auth"] = self._phrase("auth", keyword)
        facts["answer"] = self._answer(facts.get("status", ""), facts.get("code", ""))
        facts["where"] = self._where(cause.struck)
        facts["rules"] = self._rules(cause.requirements)
        facts["body"] = self.strings.get(f"body.{facts.get('body', '')}", "")
        facts["parent"] = facts.get("parent") or self.say("body.whole")
        return self.say(f"cause.{_title(cause.kind, facts)}", **facts)

    def _rules(self, requirements: tuple[str, ...]) -> str:
        names = [_printable(RequirementId.parse(item).keyword) for item in requirements]
        named = ", ".join(names[:_NAMED])
        if len(names) <= _NAMED:
            return named
        return self.say("rules.more", named=named, count=len(names) - _NAMED)

    def _where(self, struck: tuple[str, ...]) -> str:
        operations = [name for name in struck if name != "common"]
        if not operations:
            return self.say("where.any")
        named = ", ".join(_printable(name) for name in operations[:_NAMED])
        if len(operations) <= _NAMED:
            return named
        return self.say("where.more", named=named, count=len(operations) - _NAMED)

    def verdict_sentence(self, report: Report, causes: int) -> str:
        """Why the run has its verdict, and how much was left out."""
        must, tally = report.by_level.get("MUST", {}), report.summary
        kept, broken = must.get("pass", 0), must.get("fail", 0)
        sentence = self.say(
            f"run.reason.{_reason_of(report).value}",
            kept=f"{kept:,}",
            broken=f"{broken:,}",
            judged=f"{kept + broken:,}",
            warned_failed=f"{tally.get('fail', 0):,}",
            misfits=len(report.run.waiver_problems),
            open=f"{tally.get('blocked', 0) + tally.get('inconclusive', 0):,}",
            causes=causes,
        )
        left_out = [
            ("waived", tally.get("waived", 0)),
            ("unselected", tally.get("not-selected", 0)),
        ]
        told = [self.say(f"run.{name}", count=f"{count:,}") for name, count in left_out if count]
        return (" " if self.code == "en" else "").join([sentence, *told])

    def offered(self, report: Report) -> str:
        """How many operations the target offers, if not all."""
        return self.say("ui.offered", **offered_counts(report))

    def _phrase(self, family: str, keyword: str) -> str:
        known = self.strings.get(f"{family}.{keyword}")
        return known or self.say(f"{family}.other", keyword=keyword)

    def _answer(self, status: str, code: str) -> str:
        if status.startswith(("2", "3")):
            return status
        return self.say("answer.coded" if code else "answer.codeless", status=status, code=code)


def offered_counts(report: Report) -> dict[str, int]:
    """How many of the contract's operations the target claims to offer."""
    known = len(report.by_operation.keys() - {"common"})
    return {"count": len(report.target.get("operations", ())) or known, "known": known}


def _reason_of(report: Report) -> RunReason:
    """Why the run has its verdict; derived for reports of earlier versions."""
    if report.reason is not None:
        return report.reason
    if report.verdict is RunVerdict.CONFORMANT:
        return RunReason.KEPT
    if report.verdict is RunVerdict.NONCONFORMANT:
        broken = report.by_level.get("MUST", {}).get("fail", 0)
        failed = RunReason.STRICT if report.summary.get("fail", 0) else RunReason.WAIVERS
        return RunReason.BROKEN if broken else failed
    return RunReason.INTERRUPTED if report.run.interrupted else RunReason.UNJUDGED


@cache
def language(code: str) -> Language:
    """The catalogue of ``en`` or ``zh``. Raises UsageError for any other language."""
    if code not in LANGUAGES:
        raise UsageError(
            f"report language {code!r}", "does not exist", f"choose from {', '.join(LANGUAGES)}"
        )
    text = resources.files(__package__).joinpath(f"strings.{code}.json").read_text("utf-8")
    if code == "en":
        return Language(code, json.loads(text))
    requirements = read_yaml(spec_folder() / "i18n" / f"{code}.yaml")
    findings = read_yaml(Path(__file__).with_name(f"findings.{code}.yaml"))
    return Language(
        code, json.loads(text), phrasebook([requirements]), phrasebook([requirements, findings])
    )


def _title(kind: str, facts: Mapping[str, str]) -> str:
    """The title of a lens that fits: some depend on side, keyword or kind of request."""
    variant = {
        "field": facts.get("side"),
        "header": facts.get("side"),
        "wrong-refusal": facts.get("asked"),
        "status": facts.get("keyword"),
        "body": facts.get("keyword"),
    }.get(kind)
    return f"{kind}.{variant}" if variant else kind


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
