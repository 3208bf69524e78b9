"""What a rule's test is written with: ``@rules`` names what it judges, ``Scenario`` does the rest.

@rules("CreateBook/rule/title-unique")
def test_a_title_is_taken_once(scenario: Scenario) -> None:
    book = scenario.make("CreateBook", body={"title": title})
    again = scenario.send("CreateBook", body={"title": title})
    scenario.rule("CreateBook/rule/title-unique").refused(again)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest

from conformance.cases.requests import bases
from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.comparing.json_equality import same
from conformance.engine.judging.environment import environmental_reason
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.judging.trail import steps
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, Inconclusive, NotApplicable, NotOffered
from conformance.engine.resources.names import id_in
from conformance.model import field_path
from conformance.model.case import ABSENT, Given, Template, Unique
from conformance.model.exchange import Exchange
from conformance.model.expectation import Answer, Expectation
from conformance.model.verdict import Judgement, Outcome
from conformance.model.wording import in_json, in_words

Test = TypeVar("Test", bound=Callable[..., object])


def rules(*ids: str, effort: str = "standard", phase: str | None = None) -> Callable[[Test], Test]:
    """Declare the requirements that a test judges, and the lowest level that includes it.

    ``phase``: ``hostile`` for what may crash a server, ``ending`` for what ends an existing
    resource that cannot be created again, ``last`` for what moves the clock or uses up a quota.
    These run after all other items, in that order.
    """

    def mark(test: Test) -> Test:
        marked: Test = pytest.mark.sparkrtc_rules(*ids, effort=effort, phase=phase)(test)
        return marked

    return mark


class Rule:
    """Judges one requirement in a scenario; each method records one judgement."""

    def __init__(self, scenario: Scenario, identifier: str) -> None:
        self._scenario = scenario
        self.id = identifier

    def that(
        self,
        ok: bool,
        message: str,
        *,
        expected: object = "",
        actual: object = "",
        exchange: Exchange | None = None,
    ) -> bool:
        """Record a pass if ``ok``, otherwise a failure with the message. Returns ``ok``."""
        if ok:
            self._scenario.lab.ledger.passed(self.id, self._scenario.lab.case)
        else:
            seen = actual if actual != "" else answer_excerpt(exchange) if exchange else ""
            self._say(Outcome.FAIL, message, in_words(expected), in_words(seen), exchange)
        self._scenario.judged.add(self.id)
        return ok

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers that the contract enumerates for the rule."""
        return self._scenario.answers(self.id)

    def permitted(self, exchange: Exchange) -> bool:
        """Judge that the answer is one of those that the contract enumerates for the rule."""
        return self.answered(exchange, *self.answers)

    def refused(self, exchange: Exchange, what: str = "") -> bool:
        """Judge that the request was refused as the contract enumerates for the rule.

        ``what`` says of a finding which of several requests it is about.
        """
        return self.answered(exchange, *self._scenario.refusals(self.id), what=what)

    def answered(self, exchange: Exchange, *answers: Answer, what: str = "") -> bool:
        """Judge that the answer is one of those given; ``what`` was asked for.

        Raises Inconclusive when the refusal is about the account and not the request.
        """
        self.heard(exchange)
        expectation = Expectation(answers)
        conventions = self._scenario.lab.contract.conventions
        problem = refusal_problem(conventions, expectation, exchange)
        reason = environmental_reason(self._scenario.lab, exchange) if problem is not None else None
        if reason is not None:
            raise Inconclusive(reason)
        message = f"{what}: {problem}" if what else problem or ""
        return self.that(problem is None, message, expected=expectation, exchange=exchange)

    def succeeded(self, exchange: Exchange) -> bool:
        """Judge that the answer has the documented success status of its operation."""
        status = self._scenario.success(exchange)
        return self.answered(exchange, Answer(status))

    def equal(self, found: Any, wanted: Any, what: str, exchange: Exchange | None = None) -> bool:
        """Judge that two JSON values are equal; ``what`` names them in the message."""
        return self.that(
            same(found, wanted),
            f"{what} is not what it must be",
            expected=in_json(wanted),
            actual=in_json(found),
            exchange=exchange,
        )

    def heard(self, exchange: Exchange) -> None:
        """Raise Inconclusive if there is no answer at all."""
        if exchange.response is None:
            failure = exchange.failure
            raise Inconclusive(
                f"network: {failure.stage}: {failure.message}" if failure else "network"
            )

    def inconclusive(self, reason: str) -> None:
        """Record that the requirement could not be judged, and why (for example ``no data``)."""
        self._say(Outcome.INCONCLUSIVE, reason, "", "", None)
        self._scenario.judged.add(self.id)

    def not_applicable(self, reason: str) -> None:
        """Record that the target has nothing that the requirement is about."""
        self._say(Outcome.NOT_APPLICABLE, reason, "", "", None)
        self._scenario.judged.add(self.id)

    def _say(
        self,
        outcome: Outcome,
        message: str,
        expected: str,
        actual: str,
        exchange: Exchange | None,
    ) -> None:
        lab, number = self._scenario.lab, exchange.number if exchange else None
        led = (
            steps(lab.transcript.exchanges, number, lab.transcript.aside)
            if outcome is Outcome.FAIL
            else ()
        )
        if outcome is Outcome.FAIL and number is None:
            number = max(lab.transcript.exchanges, default=None)
        lab.ledger.record(
            Judgement(self.id, outcome, lab.case, message, expected, actual, number, led)
        )


class Scenario:
    """Sends requests by operation id; whatever the test leaves out comes from the contract."""

    def __init__(self, lab: Lab, declared: tuple[str, ...]) -> None:
        self.lab = lab
        self.declared = declared
        self.judged: set[str] = set()

    def rule(self, identifier: str) -> Rule:
        """A rule that this test has declared with ``@rules``."""
        if identifier not in self.declared:
            raise LookupError(f"{identifier} is not declared by this test")
        return Rule(self, identifier)

    @property
    def pending(self) -> tuple[str, ...]:
        """Ids that are declared and not yet judged."""
        return tuple(r for r in self.declared if r not in self.judged)

    def template(
        self,
        operation_id: str,
        *,
        example: str | None = None,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        change: Mapping[str, Any] | None = None,
        **rest: Any,
    ) -> Template:
        """A request to an operation, on the shared resources unless ``path`` says otherwise.

        The body is ``body``, or the named ``example`` of the contract (the first one by
        default) with the fields of ``change`` (dotted paths) written into it; a value of ABSENT
        takes a field out. ``query`` is taken as it is, on top of the required parameters.
        """
        operation = self.lab.contract.operation(operation_id)
        known = {base.name: base.template for base in bases(operation)}
        base = known[example] if example else next(iter(known.values()))
        content = base.body if body is None else body
        for place, value in (change or {}).items():
            content = (
                field_path.remove(content, place)
                if value is ABSENT
                else field_path.write(content, place, value)
            )
        asked = {**base.query, **(query or {})}
        asked = {name: value for name, value in asked.items() if value is not ABSENT}
        return Template(operation_id, {**base.path, **(path or {})}, asked, body=content, **rest)

    def send(self, operation_id: str, **how: Any) -> Exchange:
        """Send a request (see ``template``); the answer is checked as every answer is.

        What it says beyond the document is not part of its ``json``: rules do not look at it.
        """
        accepted = how.pop("accept", None)
        return self.lab.documented(self.lab.send(self.template(operation_id, **how), accepted))

    def make(self, operation_id: str, **how: Any) -> Exchange:
        """Send a request that only prepares; return its id. Raises Blocked unless it succeeds.

        A success with an undocumented status is judged elsewhere, and is enough here.
        """
        exchange = self.delete(operation_id, **how)
        created = self.lab.contract.resources.created_by(operation_id)
        named = created is None or id_in(exchange.json, created.id) is not None
        if not exchange.succeeded or not named:
            raise Blocked(f"{operation_id} answered {answer_excerpt(exchange)}")
        return exchange

    def delete(self, operation_id: str, **how: Any) -> Exchange:
        """Send a request; repeat a refused deletion once the resource is out of use.

        Section 5.4 does not say what the conditions for deleting are (E-5-delete-conditions).
        """
        exchange = self.send(operation_id, **how)
        deleted = self.lab.contract.resources.deleted_by(operation_id)
        if exchange.status == 400 and deleted is not None and deleted.retire is not None:
            self.send(deleted.retire, path=how.get("path"))
            exchange = self.send(operation_id, **how)
        return exchange

    def answers(self, rule_id: str) -> tuple[Answer, ...]:
        """The answers that the contract enumerates for a rule.

        Raises LookupError for an unknown rule, and for one without enumerated answers.
        """
        found = self.lab.contract.answers_of(rule_id).answers
        if not found:
            raise LookupError(f"the contract enumerates no answers of {rule_id}")
        return found

    def refusals(self, rule_id: str) -> tuple[Answer, ...]:
        """The refusals among ``answers``."""
        return tuple(answer for answer in self.answers(rule_id) if answer.status >= 400)

    def environmental_reason(self, exchange: Exchange) -> str | None:
        """Why this answer is about the account or the network; None if about the request."""
        return environmental_reason(self.lab, exchange)

    def has_code_of(self, exchange: Exchange, *rule_ids: str) -> bool:
        """Whether the answer has an error code that the contract lists for one of these rules."""
        code = self.error_code(exchange)
        return any(answer.takes_code(code) for one in rule_ids for answer in self.refusals(one))

    def success(self, exchange: Exchange) -> int:
        """The documented success status of an exchange's operation."""
        operation = self.lab.contract.operation(exchange.request.operation or "")
        return operation.success.status

    def error_code(self, exchange: Exchange) -> str | None:
        """The error code of an answer, if there is one."""
        return self.lab.contract.conventions.error_code(exchange.json)

    def given(self, kind: str) -> str:
        """The id of the shared resource of that kind: never change it.

        Raises NotOffered when it would be somebody else's: rules only judge our own resources.
        """
        made = self.lab.contract.resources.made.get(kind)
        if made is not None:
            self.lab.offering.demand(made.create)
        return self.lab.resources.get(kind)

    def offers(self, *operations: str) -> bool:
        """Return whether the target offers all of these operations."""
        return all(map(self.lab.offering.has, operations))

    def fresh(self, kind: str) -> str:
        """The id of a resource of that kind that only this test uses."""
        return self.lab.resources.fresh(kind)

    def path_of(self, kind: str, identifier: str) -> dict[str, Any]:
        """Path parameters of a resource got from ``given`` or ``fresh``."""
        return self.lab.resources.path_of(kind, identifier)

    def name(self, stem: str = "name") -> str:
        """A name that is unique in this run."""
        return self.lab.unique(stem)

    def until(
        self,
        look: Callable[[], Exchange],
        wanted: Callable[[Any], bool],
        seconds: float = 10.0,
        *,
        subject: str = "",
    ) -> Exchange:
        """Poll until the body is as wanted, or the deadline has passed.

        ``subject`` names what is waited for, if this case is not the only one that does.
        """
        return self.lab.waiting.until(
            subject or self.lab.case, look, lambda exchange: wanted(exchange.json), seconds
        )


__all__ = [
    "ABSENT",
    "Answer",
    "Blocked",
    "Given",
    "Inconclusive",
    "NotApplicable",
    "NotOffered",
    "Rule",
    "Scenario",
    "Unique",
    "answer_excerpt",
    "rules",
    "same",
]
