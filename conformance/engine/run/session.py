"""One run in one process: builds the lab, runs items, and returns their results."""

from __future__ import annotations

import copy
import itertools
import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from conformance.access.budget import TimeBudget
from conformance.access.journal import Journal
from conformance.access.redaction import Redactor
from conformance.cases.plan import generated_cases, includes
from conformance.contract.document import Contract
from conformance.engine.judging.case_runner import answer_requirements_of, judge
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, Inconclusive, NotOffered
from conformance.engine.resources.names import RUNS_PREFIX
from conformance.engine.run.closing import leftovers, undo
from conformance.engine.run.config import RunConfig
from conformance.engine.run.judged_by import gap_to, judged_by
from conformance.engine.run.opening import begin_journal, open_gateway
from conformance.engine.run.preflight import probe
from conformance.engine.scenario import Scenario
from conformance.engine.wire.endpoint import Reach
from conformance.engine.wire.offering import needs
from conformance.errors import ConformanceError, TargetError, UsageError
from conformance.model.case import Case
from conformance.model.item_result import Evidence, ItemResult
from conformance.model.verdict import Judgement, Outcome
from conformance.reporting.evidence import curl, reported_exchange
from conformance.verdicts.edition_gap import EditionGap
from conformance.verdicts.selection import STATELESS, Selection, select

KEEPS_ALL = frozenset({"har"})
"""Formats that need every exchange, not only those that tell of a finding."""


class Session:
    """Everything that the items of one process share."""

    def __init__(self, config: RunConfig, reach: Reach, worker: str = "") -> None:
        if config.operations:
            reach = reach.offering(config.operations)
        self.config = config
        self.contract: Contract = judged_by(config, reach)
        self.edition_gap: EditionGap | None = gap_to(self.contract, reach)
        if self.edition_gap is not None and self.edition_gap.absent:
            reach = reach.offering(self.edition_gap.present)
        self.reach = reach
        profile = config.profile or reach.settings.profile
        self.profile = profile
        self.selection: Selection = select(
            self.contract,
            config.only,
            config.exclude,
            reach.settings.capabilities,
            profile,
            operations=reach.settings.operations,
            alone=config.alone,
        )
        self.time = TimeBudget(*_allotted(config, reach))
        self._worker = worker
        self._lane = ""
        self._lab: Lab | None = None
        self._journal: Journal | None = None
        self._hung_up = False
        self._beside: Session | None = None
        self._others = itertools.count()

    def beside(self) -> Session:
        """A session of the same run for another thread, with its own lab, names and journal.

        Contract, cases and what is known about the target so far are shared.
        """
        other = copy.copy(self)
        other._stem = self._stem
        other._lane = f"t{next(self._others)}"
        other._lab = other._journal = None
        other._beside = self
        return other

    @property
    def fingerprint(self) -> dict[str, Any]:
        """A hash of everything that must be equal for one run to resume another."""
        config = self.config
        return {
            "contract": self.contract.sha256,
            "target": self.reach.settings.base_url,
            "profile": self.profile,
            "level": config.level,
            "operations": list(self.reach.settings.operations),
            "only": list(config.only),
            "exclude": list(config.exclude),
            "cases": list(config.cases),
        }

    def check_selection(self) -> None:
        """Raise UsageError when nothing that was asked for can be judged here."""
        if self.selection.judged:
            return
        reasons = self.selection.not_applicable
        wanted = sorted(self.selection.wanted)
        why = next((reasons[r] for r in wanted if r in reasons), "every requirement is excluded")
        raise UsageError("the selection", f"leaves nothing to judge ({why})", "select otherwise")

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every generated case of the operations that this run is about, at any level."""
        return tuple(generated_cases(self.contract, self.selection.operations))

    @cached_property
    def selected_cases(self) -> tuple[Case, ...]:
        """The generated cases of this run."""
        return tuple(
            case
            for case in self.cases
            if includes(case, self.config.level) and self.selection.needs(case)
        )

    @property
    def lab(self) -> Lab:
        """The lab, with its connection opened at first use.

        Raises ConfigurationError where its journal cannot be begun: nothing is sent then.
        """
        if self._lab is None:
            prefix = f"{self._stem}{self._lane}-"
            lab = Lab(
                self.contract,
                self.reach,
                open_gateway(self.config, self.reach, self.contract, first=self._is_first),
                prefix=prefix,
                seed=self.config.seed,
                patient=self.profile != STATELESS,
                alone=self.config.alone and self._beside is None,
                beside=self._beside.lab if self._beside else None,
                time=self.time,
            )
            lab.begin("cleanup")
            try:
                self._journal = begin_journal(self.config, lab, self._worker + self._lane)
                lab.intents.journal = self._journal
            except ConformanceError:
                lab.close()
                raise
            self._lab = lab
        return self._lab

    @property
    def _is_first(self) -> bool:
        """Whether no process or thread of this run has begun before."""
        return not self._worker and self._beside is None

    @cached_property
    def _stem(self) -> str:
        """How all names of this process begin, those of its threads too.

        Not from the seed: two runs with one seed must not take each other's for their own.
        """
        return f"{RUNS_PREFIX}{secrets.token_hex(4)}{self._worker}"

    def probe(self) -> None:
        """Ask once whether anything that speaks this API is there.

        Raises TargetUnreachable, in one line, when nothing answers, or what answers is a
        redirect, a web page or no text, or every caller with our credentials is turned away:
        then no verdict on any requirement would mean anything.
        """
        self.lab.begin("probe")
        probe(self.lab)

    def run_case(self, case: Case) -> None:
        """Run one generated case; if it is blocked, record that for all its requirements."""
        try:
            judge(self.lab, case)
        except Blocked as blocked:
            self._all(case.requirements, blocked.outcome, case.id, blocked.reason)
            if case.violates is None and not isinstance(blocked, NotOffered):
                answers = answer_requirements_of(self.contract, case)
                self._all(answers, blocked.outcome, case.id, blocked.reason)
            raise

    def scenario(self, case: str, declared: Iterable[str]) -> Scenario:
        """Start a rule's test."""
        self.lab.begin(case)
        return Scenario(self.lab, tuple(declared))

    def finish(self, scenario: Scenario, error: BaseException | None) -> None:
        """End a rule's test: record why it left requirements unjudged."""
        outcome, reason = Outcome.INCONCLUSIVE, "its test ended before judging it"
        absent = self.lab.offering.asked_for
        if isinstance(error, (Blocked, Inconclusive)):
            outcome, reason = error.outcome, error.reason
        elif error is None and absent is not None:
            outcome, reason = Outcome.NOT_APPLICABLE, needs(absent)
        elif error is not None:
            reason = f"its test failed: {type(error).__name__}: {error}"[:300]
        self._all(scenario.pending, outcome, self.lab.case, reason)
        scenario.judged.update(scenario.declared)

    def prose(self, text: str) -> str:
        """The text without the secrets of this run."""
        if self._lab is None:
            return Redactor(self.reach.secrets).text(text)
        return self._lab.prose(text)

    def drain(self) -> ItemResult:
        """The results of the item that just ended, with the exchanges that show them."""
        result = self.lab.ledger.drain()
        judgements = [
            self.lab.transcript.with_steps(one) if one.outcome is Outcome.FAIL else one
            for one in result.judgements
        ]
        numbers = {one.exchange for one in judgements if one.exchange is not None}
        numbers |= {number for one in judgements for number in one.steps}
        if KEEPS_ALL & set(self.config.formats):
            numbers |= self.lab.transcript.exchanges.keys()
        return replace(
            result,
            judgements=tuple(self.lab.redact(one) for one in judgements),
            evidence=tuple(
                evidence
                for number in sorted(numbers)
                if (evidence := self._evidence(number)) is not None
            ),
        )

    def close(self) -> list[str]:
        """Delete what the run created and disconnect; return what could not be deleted."""
        if self._lab is None:
            return []
        self.time.lift()
        self._lab.begin("cleanup")
        try:
            left = self._lab.resources.clean()
        except TargetError:
            self.hang_up()
            return self._lab.resources.left
        if self._journal is not None:
            left = undo(self._lab, self._journal)
            if self._beside is None:  # it looks for what its threads have left, too
                left += leftovers(self._lab, self._lab.prefix.removesuffix("-"))
        self.hang_up()
        return left

    def hang_up(self) -> None:
        """Close connections and files; nothing can be sent afterwards."""
        if self._lab is not None and not self._hung_up:
            self._hung_up = True
            self._lab.close()

    def _evidence(self, number: int) -> Evidence | None:
        exchange = self.lab.transcript.redacted(number)
        if exchange is None:
            return None
        stand_in = self.lab.stand_in(number)
        return Evidence(reported_exchange(exchange), curl(exchange.request, stand_in), stand_in)

    def _all(self, ids: Iterable[str], outcome: Outcome, case: str, reason: str) -> None:
        for requirement in ids:
            self.lab.ledger.record(Judgement(requirement, outcome, case, reason))


def _allotted(config: RunConfig, reach: Reach) -> tuple[float | None, str]:
    """The seconds that a run may take, and the option that sets them."""
    if config.duration is not None:
        return config.duration, "--duration"
    return reach.settings.limits.duration, "limits.duration"
