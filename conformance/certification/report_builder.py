"""Builds the report of a certification: the same model as that of a run, so every format fits."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version

from conformance.access.redaction import Redactor
from conformance.access.settings import Waiver
from conformance.certification.book import Book, Page
from conformance.certification.client_requirements import COMMON
from conformance.certification.coverage import Coverage
from conformance.certification.recording.call import Call
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange
from conformance.model.report import Report, ReportedExchange, ReportedFinding, ReportedRequirement
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.evidence import curl, reported

DISTRIBUTION = "sparkrtc-conformance"
PROFILE = "client"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything of a certification that its requests do not say."""

    name: str
    base_url: str | None
    started: dt.datetime
    finished: dt.datetime
    strict: bool = False
    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    secrets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass(slots=True)
class _Said:
    verdict: Verdict
    reason: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report with every exchange of the certification, for formats that show them all."""

    report: Report
    exchanges: tuple[ReportedExchange, ...] = field(default=())


def assemble(
    contract: Contract,
    book: Book,
    calls: Sequence[Call],
    coverage: Coverage,
    around: Circumstances,
) -> Outcome:
    """The report: verdicts, findings with evidence, coverage."""
    redactor = Redactor(around.secrets)
    redacted = [_redacted(call, redactor) for call in calls]
    evidence = {exchange.number: exchange for exchange in redacted}
    book.rewrite(redactor.text)
    said = {
        r.id: _say(r, book.pages.get(r.id), coverage, around) for r in book.requirements.values()
    }
    problems = [*map(redactor.text, around.problems), *_waive(said, around)]
    run = _run(calls, around, problems)
    report = Report(
        suite={"name": DISTRIBUTION, "version": _version()},
        contract={
            "revision": contract.revision,
            "sha256": contract.sha256,
            "errata_applied": sorted(contract.errata),
        },
        target={
            "name": around.name,
            "base_url": around.base_url,
            "profile": PROFILE,
            "capabilities": [],
        },
        run=run,
        verdict=_verdict(said.values(), problems, around.interrupted),
        summary=_tally(said.values()),
        by_operation=_grouped(book, said, lambda r: r.operation or "common"),
        by_level=_grouped(book, said, lambda r: r.level.value),
        by_chapter=_grouped(book, said, lambda r: r.chapter),
        status_coverage=coverage.cells(),
        requirements=[
            _reported(r, said[r.id], book.pages.get(r.id)) for r in book.requirements.values()
        ],
        findings=list(_findings(book, said, evidence)),
    )
    return Outcome(report, tuple(reported(exchange) for exchange in redacted))


def _say(
    requirement: Requirement, page: Page | None, coverage: Coverage, around: Circumstances
) -> _Said:
    excluded = next((g for g in around.exclude if glob_to_pattern(g).match(requirement.id)), None)
    if excluded is not None:
        return _Said(Verdict.NOT_SELECTED, f"left out by --exclude {excluded}")
    if page is None:
        return _Said(Verdict.NOT_APPLICABLE, _uncovered(requirement, coverage))
    if page.failed:
        broken = requirement.level is Level.MUST or around.strict
        reason = page.told[0].message
        return _Said(Verdict.FAIL if broken else Verdict.WARN, reason)
    return _Said(Verdict.PASS)


def _uncovered(requirement: Requirement, coverage: Coverage) -> str:
    if requirement.id.startswith(COMMON):
        return "not covered: no request of the client shows it"
    used = coverage.operations[requirement.operation or ""]
    if not used.calls:
        return f"not covered: the client never called {requirement.operation}"
    return "not covered: no request of the client carries it"


def _waive(said: Mapping[str, _Said], around: Circumstances) -> list[str]:
    """Apply the waivers; one that expired, or that nothing needs, is a problem."""
    problems: list[str] = []
    for waiver in around.waivers:
        pattern = glob_to_pattern(waiver.requirement)
        matched = [item for name, item in said.items() if pattern.match(name)]
        failing = [item for item in matched if item.verdict in {Verdict.FAIL, Verdict.WARN}]
        if waiver.expires < around.finished.date():
            problems.append(f"waiver {waiver.requirement} expired on {waiver.expires}")
            continue
        if not matched:
            problems.append(f"waiver {waiver.requirement} matches no requirement")
        elif not failing and any(item.verdict is Verdict.PASS for item in matched):
            problems.append(f"waiver {waiver.requirement}: nothing deviates any more; remove it")
        for item in failing:
            item.verdict, item.waiver = Verdict.WAIVED, waiver
    return problems


def _verdict(said: Iterable[_Said], problems: Sequence[str], interrupted: bool) -> RunVerdict:
    verdicts = {item.verdict for item in said}
    if Verdict.FAIL in verdicts:
        return RunVerdict.NONCONFORMANT
    if Verdict.PASS not in verdicts or problems or interrupted:
        return RunVerdict.INCOMPLETE
    return RunVerdict.CONFORMANT


def _run(calls: Sequence[Call], around: Circumstances, problems: list[str]) -> dict[str, object]:
    groups = Counter(call.operation.flow_group for call in calls if call.operation)
    return {
        "started": around.started.isoformat(timespec="milliseconds"),
        "finished": around.finished.isoformat(timespec="milliseconds"),
        "duration_s": round((around.finished - around.started).total_seconds(), 3),
        "seed": 0,
        "level": "standard",
        "strict": around.strict,
        "selection": {"only": [], "exclude": list(around.exclude)},
        "requests": len(calls),
        "requests_by_flow_group": dict(sorted(groups.items())),
        "interrupted": around.interrupted,
        **({"warnings": warnings} if (warnings := _warnings(around)) else {}),
        "problems": problems,
    }


def _warnings(around: Circumstances) -> list[str]:
    """Waivers that are about to expire."""
    today = around.finished.date()
    return [warning for waiver in around.waivers if (warning := waiver.warning(today))]


def _redacted(call: Call, redactor: Redactor) -> Exchange:
    exchange = call.exchange
    response = redactor.response(exchange.response) if exchange.response else None
    request = redactor.request(exchange.request)
    failure = redactor.failure(exchange.failure)
    return Exchange(exchange.number, call.case, request, response, failure)


def _findings(
    book: Book, said: Mapping[str, _Said], evidence: Mapping[int, Exchange]
) -> Iterable[ReportedFinding]:
    shown = {Verdict.FAIL, Verdict.WARN, Verdict.WAIVED}
    for judgement in book.broken:
        if said[judgement.requirement].verdict not in shown:
            continue
        requirement = book.requirements[judgement.requirement]
        exchange = evidence.get(judgement.exchange) if judgement.exchange is not None else None
        yield ReportedFinding(
            requirement=requirement.id,
            level=requirement.level.value,
            case=judgement.case,
            message=judgement.message,
            expected=judgement.expected,
            actual=judgement.actual,
            source=str(requirement.source),
            exchange=reported(exchange) if exchange else None,
            curl=curl(exchange.request) if exchange else "",
            pytest="",
        )


def _reported(requirement: Requirement, item: _Said, page: Page | None) -> ReportedRequirement:
    waiver = {k: str(v) for k, v in asdict(item.waiver).items()} if item.waiver else None
    return ReportedRequirement(
        id=requirement.id,
        level=requirement.level.value,
        operation=requirement.operation,
        chapter=requirement.chapter,
        source=str(requirement.source),
        text=requirement.text,
        verdict=item.verdict,
        reason=item.reason,
        cases=list(page.cases) if page else [],
        waiver=waiver,
        erratum=requirement.erratum,
    )


def _tally(said: Iterable[_Said]) -> dict[str, int]:
    counts = Counter(item.verdict for item in said)
    return {verdict.value: counts.get(verdict, 0) for verdict in Verdict}


def _grouped(
    book: Book, said: Mapping[str, _Said], key: Callable[[Requirement], str]
) -> dict[str, dict[str, int]]:
    groups: dict[str, list[_Said]] = {}
    for requirement in book.requirements.values():
        groups.setdefault(key(requirement), []).append(said[requirement.id])
    return {name: _tally(items) for name, items in groups.items()}


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"
