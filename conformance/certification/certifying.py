"""One certification from start to end: run the client or read its recording, judge, report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.certification.childprocess import run_command
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.coverage import Coverage, coverage_of
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.negative_tests import MeantToFail, mark_meant_to_fail, remarks_on
from conformance.certification.recording.call import Call
from conformance.certification.recording.har import read_har
from conformance.certification.report_builder import Certified, Circumstances, Subject, assemble
from conformance.certification.scripted.sweep import Sweep
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Plan:
    """What is certified, and how: one of ``command``, ``driver`` and ``har`` is given."""

    command: tuple[str, ...] = ()
    driver: tuple[str, ...] = ()
    har: Path | None = None
    base_urls: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    meant: tuple[MeantToFail, ...] = ()
    name: str | None = None
    strict: bool = False
    flow_control: bool = False
    flow_scale: float = 1.0
    timeout: float | None = None

    @property
    def client(self) -> str:
        """What reports call the client."""
        if self.name:
            return self.name
        return self.har.name if self.har else Path((self.command or self.driver)[0]).name


@dataclass(frozen=True, slots=True)
class Certification:
    """The result of a certification."""

    outcome: Certified
    coverage: Coverage


@dataclass(slots=True)
class _Seen:
    """The recorded calls of a client, and how it ended."""

    calls: Sequence[Call]
    ledger: ClientLedger
    base_url: str | None = None
    secrets: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)
    remarks: tuple[str, ...] = ()
    interrupted: bool = False


def certify(contract: Contract, plan: Plan) -> Certification:
    """Certify one client. Raises TargetError when its command cannot be started."""
    started = dt.datetime.now(dt.UTC)
    seen = _recording(contract, plan) if plan.har else _run(contract, plan)
    if not seen.calls:
        seen.problems.append("the client sent no request that could be judged")
    refused = unexplained_refusals(seen.calls, seen.ledger)
    around = Circumstances(
        name=plan.client,
        base_url=seen.base_url,
        started=started,
        finished=dt.datetime.now(dt.UTC),
        strict=plan.strict,
        exclude=plan.exclude,
        waivers=plan.waivers,
        secrets=seen.secrets,
        problems=(*seen.problems, *(() if plan.har else refused)),
        remarks=(*seen.remarks, *(refused if plan.har else ())),
        interrupted=seen.interrupted,
    )
    coverage = coverage_of(contract, seen.calls)
    outcome = assemble(contract, seen.ledger, _subject(seen, coverage), around)
    return Certification(outcome, coverage)


def _subject(seen: _Seen, coverage: Coverage) -> Subject:
    return Subject(
        profile="client",
        requirements=list(seen.ledger.requirements.values()),
        exchanges=[replace(call.exchange, case=call.case) for call in seen.calls],
        unshown=coverage.unshown,
        groups=Counter(call.operation.flow_group for call in seen.calls if call.operation),
        cells=coverage.cells(),
    )


def _recording(contract: Contract, plan: Plan) -> _Seen:
    recording = read_har(plan.har or Path(), contract, plan.base_urls)
    calls = mark_meant_to_fail(recording.calls, plan.meant)
    ledger = Judge(contract, None, plan.flow_scale).judge(calls)
    remarks = (*recording.remarks, *remarks_on(calls, plan.meant))
    return _Seen(calls, ledger, remarks=remarks)


def _run(contract: Contract, plan: Plan) -> _Seen:
    """Run the client's command, or drive its driver, against the reference."""
    problems: list[str] = []
    interrupted = False
    sweep: Sweep | None = None
    with RecordingServer(contract, flow_control=plan.flow_control) as server:
        try:
            if plan.driver:
                sweep = Sweep(contract, server, plan.only)
                problem = sweep.drive(plan.driver, plan.timeout)
            else:
                _, problem = run_command(plan.command, server.environment, plan.timeout)
            problems += [problem] if problem else []
        except KeyboardInterrupt:
            interrupted = True
        calls = mark_meant_to_fail(server.calls, plan.meant)
        if sweep is not None:
            ledger = server.judge(plan.flow_scale, sweep.requirements).judge_steps(sweep.steps)
            sweep.report(ledger)
        else:
            ledger = server.judge(plan.flow_scale).judge(calls)
        problems += server.recorder.strange
        return _Seen(
            calls,
            ledger,
            server.base_url,
            server.secrets,
            problems,
            remarks=tuple(remarks_on(calls, plan.meant)),
            interrupted=interrupted,
        )
