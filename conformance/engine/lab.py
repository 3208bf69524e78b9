"""The lab: contract, target and checks in one place. It sends every request of a run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import random
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx

from conformance.access.auth import SignatureAuth
from conformance.access.budget import BudgetSpent, TimeBudget
from conformance.access.capability import LIVE
from conformance.access.gateway import Gateway
from conformance.access.redaction import Redactor
from conformance.access.transport import Sent
from conformance.checks.exchange import ExchangeChecks
from conformance.checks.results import CheckResults
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.engine.filling import Filling
from conformance.engine.judging.trail import Creations
from conformance.engine.judging.transcript import Transcript
from conformance.engine.outcomes import Blocked
from conformance.engine.resources.journaling import Intents
from conformance.engine.resources.ownership import Ownership
from conformance.engine.resources.pool import Providing, ResourcePool
from conformance.engine.resources.stand_ins import Decisions, StandIns
from conformance.engine.wire.clock import TargetClock
from conformance.engine.wire.credentials import CredentialSet
from conformance.engine.wire.encoding import write_request
from conformance.engine.wire.endpoint import Reach
from conformance.engine.wire.listener import listening
from conformance.engine.wire.offering import Offering
from conformance.engine.wire.polling import Pace, Waiting
from conformance.errors import Refused, TargetError
from conformance.model.case import Template
from conformance.model.exchange import Exchange, Request, Response
from conformance.model.expectation import Answer, Expectation
from conformance.model.verdict import Judgement, Outcome
from conformance.verdicts.ledger import Ledger

_JSON = ("Content-Type", "application/json")


class Lab:
    """Sends templates, checks every exchange, and records the judgements in its ledger.

    ``prefix`` starts every name that this run gives. ``patient=False``: the target keeps no state,
    so nothing is polled for. ``alone``: no other process uses the target, so its clock may be
    moved.

    ``beside``: the lab of another thread of this run. What belongs to the whole run is shared with
    it: exchange numbers, seen request ids, compiled bodies, learned secrets. ``time`` is how long
    requests may be sent, ``pace`` by what time is waited.
    """

    def __init__(
        self,
        contract: Contract,
        reach: Reach,
        gateway: Gateway,
        *,
        prefix: str,
        seed: int,
        number_from: int = 1,
        patient: bool = True,
        alone: bool = False,
        beside: Lab | None = None,
        time: TimeBudget | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.contract = contract
        self.reach = reach
        self.settings = reach.settings
        self.offering = Offering(contract, reach.settings.operations)
        self.ledger = Ledger()
        self._clock = TargetClock(self.settings, self._post_to_clock)
        self.waiting = Waiting(
            patient=patient, hasten=self._clock.hasten if alone else None, pace=pace
        )
        self.prefix = prefix
        self.intents = Intents(contract, self, careful=reach.settings.profile == LIVE)
        self.ownership = Ownership(
            contract,
            self,
            prefix,
            careful=reach.settings.profile == LIVE,
            stateless=not patient,
            proved=self.intents.seen,
        )
        self.resources = ResourcePool(
            contract,
            self,
            Providing(
                named=reach.named,
                prefix=prefix,
                allow_writes=reach.settings.allow_writes,
                clock=lambda: self.now().timestamp(),
                waiting=self.waiting,
                intents=self.intents,
                ownership=self.ownership,
            ),
        )
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._gateway = gateway
        self.time = time if time is not None else TimeBudget(None)
        self._seed = seed
        self._checks: ExchangeChecks = beside._checks if beside else ExchangeChecks(contract)
        self._redactor: Redactor = beside._redactor if beside else Redactor(reach.secrets)
        reach.credentials.listen(self._redactor.learn)
        made = beside.transcript.creations if beside else Creations(contract.resources)
        self.transcript: Transcript = Transcript(made, self._redactor)
        self._numbers: Iterator[int] = beside._numbers if beside else itertools.count(number_from)
        self._decisions: Decisions = beside._decisions if beside else Decisions()
        # What listens serves all labs of a run, and ends with the first of them.
        self._opened = ExitStack() if beside else self._decisions.opened
        self._stand_ins = StandIns(
            contract,
            self,
            reach.named,
            self.resources.get,
            self._decisions,
            listening(self.settings),
        )
        self._filling = Filling(contract, self.resources, prefix, self.now, self._stand_ins)
        self._keys = CredentialSet(reach, self.random, self.now, contract.conventions.carrier)
        self.case = ""

    def begin(self, case: str) -> None:
        """Start a case: its exchanges and random values do not depend on the cases before it."""
        self.case = case
        self.offering.asked_for = None
        self.random.seed(f"{self._seed} {case}")
        self.transcript.begin(case)

    def send(
        self,
        template: Template,
        expectation: Expectation | None = None,
        *,
        judge: bool = True,
        may_succeed: bool = False,
    ) -> Exchange:
        """Send one request, check the answer, and note the exchange.

        ``judge=False`` keeps the checks of every exchange away from it: for setting up, looking
        up and cleaning up, where the same answers are judged elsewhere. A wrong request that
        ``may_succeed`` judges itself alone when it does: its answer repeats what was wrong in it.
        Raises Blocked when a resource that the template needs cannot be provided.
        """
        operation = self.contract.operation(template.operation)
        self.offering.demand(operation.id)
        filled = self.fill(template)
        request = self.request(operation, filled)
        entry = self._prepare(operation, filled)
        exchange = self._exchange(request, filled.credentials, operation.flow_group)
        self._conclude(entry, operation, filled, exchange)
        if judge and may_succeed and exchange.succeeded:
            self.ledger.add_results(self._checks.check_odd(exchange))
        elif judge:
            self.ledger.add_results(self._checks.check(exchange, expectation))
        else:
            self.transcript.aside.add(exchange.number)
        return exchange

    def documented(self, exchange: Exchange) -> Exchange:
        """The exchange without what its answer says beyond the document."""
        operation = self.contract.operations.get(exchange.request.operation or "")
        return exchange if operation is None else self._checks.documented(operation, exchange)

    def _prepare(self, operation: Operation, filled: Template) -> str | None:
        """Refuse changes to what is not the run's own, and journal what the request changes."""
        self.ownership.guard(operation, filled.path)
        self.ownership.survey(operation)
        return self.intents.begin(operation, filled)

    def _conclude(
        self, entry: str | None, operation: Operation, filled: Template, exchange: Exchange
    ) -> None:
        """Note what a request created or changed; an id that existed before is not the run's."""
        known = self.ownership.answered(operation, filled, exchange)
        if known is None:
            self.intents.end(entry, operation, exchange)
            self.resources.note(operation, filled, exchange)
            return
        self.intents.disowned(entry)
        kind = self.contract.resources.created_by(operation.id)
        if kind is not None and kind.distinct is not None:
            message = f"{operation.id} answered the id of one that was there before"
            new = "an id that is not listed before"
            self.ledger.record(
                Judgement(
                    kind.distinct, Outcome.FAIL, self.case, message, new, known, exchange.number
                )
            )

    def look(self, template: Template) -> tuple[Exchange, CheckResults]:
        """Send and check one request without recording the results: the caller decides."""
        operation = self.contract.operation(template.operation)
        exchange = self.send(template, judge=False)
        tolerated = Expectation(tuple(map(Answer, operation.tolerated_statuses)))
        return exchange, self._checks.check(exchange, tolerated)

    def send_raw(
        self,
        request: Request,
        expectation: Expectation | None = None,
        *,
        credentials: str = "valid",
    ) -> Exchange:
        """Send a request that no template can express (another method, an unknown path)."""
        self.ownership.guard_raw(request)
        exchange = self._exchange(request, credentials, self._group(request))
        self.ledger.add_results(self._checks.check(exchange, expectation))
        return exchange

    def send_odd(self, request: Request) -> Exchange:
        """Send a request that may never reach an operation; only its own rule judges the answer."""
        self.ownership.guard_raw(request)
        exchange = self._exchange(request, "valid", self._group(request))
        self.ledger.add_results(self._checks.check_odd(exchange))
        return exchange

    def send_together(self, templates: Sequence[Template]) -> list[Exchange]:
        """Send several requests at the same time, then record their exchanges one by one."""
        for template in templates:
            self.offering.demand(template.operation)
        filled = [self.fill(template) for template in templates]
        operations = [self.contract.operation(template.operation) for template in templates]
        requests = [self.request(*pair) for pair in zip(operations, filled, strict=True)]
        entries = [self._prepare(*pair) for pair in zip(operations, filled, strict=True)]
        groups = [operation.flow_group for operation in operations]
        auths = [self._keys.named("valid", operation) for operation in operations]
        with ThreadPoolExecutor(len(requests)) as pool:
            sent = list(pool.map(self._post, requests, auths, groups))
        exchanges: list[Exchange] = []
        for operation, template, answered, entry in zip(
            operations, filled, sent, entries, strict=True
        ):
            exchange = self._noted(answered, operation.flow_group)
            self._conclude(entry, operation, template, exchange)
            self.ledger.add_results(self._checks.check(exchange))
            exchanges.append(exchange)
        return exchanges

    def adopt(self, name: str, auth: httpx.Auth, *secrets: str) -> str:
        """Give credentials a name for templates; ``valid`` replaces those of the run."""
        for secret in secrets:
            self._redactor.learn(secret)
        self._keys.adopt(name, auth)
        return name

    @property
    def signature(self) -> SignatureAuth:
        """The run's access key, using the target's time. Raises Blocked when there is none."""
        return self._keys.signature

    def ask(self, request: Request) -> Exchange:
        """Send a request that is not judged, within flow control."""
        return self._exchange(request, "valid", self._group(request))

    def _group(self, request: Request) -> str:
        """The flow group of a request's operation, or that of requests to no operation."""
        known = self.contract.operations.get(request.operation or "")
        return known.flow_group if known else self.contract.conventions.flow_group

    def fill(self, template: Template) -> Template:
        """The template with resources, names and times filled in."""
        return self._filling.fill(template)

    @property
    def lacking(self) -> Set[str]:
        """Beginnings of example texts that are refused, and that nothing can stand in for."""
        return self._decisions.lacking

    def unique(self, stem: str) -> str:
        """A name that this run has not used, with the run's prefix."""
        return self._filling.unique(stem)

    def request(self, operation: Operation, filled: Template) -> Request:
        """The bytes of a filled template."""
        return write_request(self.settings, operation, filled)

    def close(self) -> None:
        """Close the connections of the run, and with its first lab what listens for it."""
        self._gateway.close()
        self._opened.close()

    def sent_for(self, text: str) -> str:
        """What is sent in place of a text of the examples, or the text itself."""
        return str(self._stand_ins.put(text))

    def now(self) -> dt.datetime:
        """The current time in UTC, plus whatever the target's clock was moved ahead."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Move the target's clock (capability ``clock``). Raises Blocked when it does not move."""
        self._clock.advance(seconds)

    def _post_to_clock(self, request: Request) -> Response | None:
        return self._post(request, self._keys.named("valid"), "clock").response

    def steer(self, method: str, url: str, content: object = None) -> Response | None:
        """Send a request to a service beside the target, without credentials."""
        body = None if content is None else json.dumps(content).encode()
        request = Request(None, method, url, (_JSON,) if body else (), body)
        return self._post(request, None, "steering").response

    def overheard(self, request: Request, status: int) -> Exchange:
        """Record a request that the target sent to us, with the status that we answered."""
        answer = Response(status, (), b"", 0.0)
        exchange = Exchange(next(self._numbers), self.case, request, answer)
        self.transcript.note(exchange)
        return exchange

    def _exchange(self, request: Request, credentials: str, group: str) -> Exchange:
        operation = self.contract.operations.get(request.operation or "")
        try:
            sent = self._post(request, self._keys.named(credentials, operation), group)
        except BudgetSpent:
            raise
        except Refused as refused:
            raise Blocked(f"not sent: {refused}") from refused
        return self._noted(sent, group)

    def _post(self, request: Request, auth: httpx.Auth | None, group: str) -> Sent:
        """Send in its turn; an error that ends the run quotes no secret.

        Raises NotOffered for what the target does not offer: here all requests pass.
        """
        self.offering.check(request)
        try:
            self.time.check()
            return self._gateway.send(request, auth, group)
        except TargetError as error:
            said = (self.prose(part) for part in (error.thing, error.problem, error.remedy))
            raise type(error)(*said) from None

    def _noted(self, sent: Sent, group: str) -> Exchange:
        number = next(self._numbers)
        exchange = Exchange(number, self.case, sent.request, sent.response, sent.failure)
        self.transcript.note(exchange)
        self.ledger.answered(exchange, group)
        return exchange

    def stand_in(self, number: int) -> str | None:
        """The token that was sent in place of a real one, if the exchange is about that."""
        return self.transcript.sent_header(number, self._keys.invented)

    def redact(self, judgement: Judgement) -> Judgement:
        """The judgement without secrets in its messages."""
        return dataclasses.replace(
            judgement,
            message=self.prose(judgement.message),
            expected=self.prose(judgement.expected),
            actual=self.prose(judgement.actual),
        )

    def offers(self, operation: str) -> bool:
        """Whether the target offers the operation."""
        return self.offering.offers(operation)

    def prose(self, text: str) -> str:
        """The message without the secrets of this run."""
        return self._redactor.text(text)
