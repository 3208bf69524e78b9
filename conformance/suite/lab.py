"""The lab: contract, target and checks in one place. Every request of a run goes through it."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from conformance.checks.exchange import ExchangeChecks
from conformance.checks.found import Found
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.errors import Refused, TargetError
from conformance.model.case import ABSENT, Given, Moment, Template, Unique, resolve
from conformance.model.exchange import Exchange, Request
from conformance.model.expectation import Answer, Expectation
from conformance.suite.blocking import Blocked
from conformance.suite.ledger import Ledger
from conformance.suite.provision import Resources
from conformance.suite.reaching import Reach
from conformance.suite.waiting import Waiting
from conformance.target.auth import SignatureAuth, TokenAuth
from conformance.target.budget import BudgetSpent
from conformance.target.gateway import Gateway
from conformance.target.journal import Journal
from conformance.target.redaction import Redactor
from conformance.target.transport import Sent

RUNS_PREFIX = "sparkconf-"
"""How every name begins that any run of this suite gives."""

CLOCK = "clock"
"""The capability of a target whose clock the run may move."""

BUCKET_AUTHORITY = "UpdateObsBucketAuthority"
"""The one operation that changes settings of something that the run has not made (12.3)."""

_MALFORMED_TOKEN = "this-is-no-token"  # noqa: S105 - it is sent because it is none
_JSON = ("Content-Type", "application/json")
_QUERY_SAFE = ",:-~._"


class Lab:
    """Sends templates, judges every exchange, and keeps what was said in its ledger.

    ``prefix`` starts every name that this run creates. ``evidence`` maps exchange numbers to the
    redacted exchanges of the current case. ``patient=False``: the target keeps no state, so that
    nothing is waited for. ``alone``: nobody else would feel it when the target's clock is moved.
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
    ) -> None:
        self.contract = contract
        self.reach = reach
        self.settings = reach.settings
        self.ledger = Ledger()
        self.waiting = Waiting(patient=patient, hasten=self._hasten if alone else None)
        self.resources = Resources(self)
        self.prefix = prefix
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.evidence: dict[int, Exchange] = {}
        self._credentials = reach.credentials
        self._gateway = gateway
        self.journal: Journal | None = None
        self._checks = ExchangeChecks(contract)
        self._redactor = Redactor(reach.secrets)
        reach.credentials.listen(self._redactor.learn)
        self._number = number_from - 1
        self._names = 0
        self._remembered: dict[str, str] = {}
        self._ahead = dt.timedelta()
        self._adopted: dict[str, httpx.Auth] = {}
        self.case = ""

    def begin(self, case: str) -> None:
        """All that follows belongs to this case."""
        self.case = case
        self.evidence.clear()

    def send(
        self, template: Template, expectation: Expectation | None = None, *, judge: bool = True
    ) -> Exchange:
        """Send one request, check the answer, and note the exchange.

        ``judge=False`` keeps the checks of every exchange away from it: for setting up, looking
        up and cleaning up, where the same answers are judged elsewhere.
        Raises Blocked when a resource that the template needs cannot be provided.
        """
        operation = self.contract.operation(template.operation)
        filled = self.fill(template)
        request = self.request(operation, filled)
        entry = self._intend(operation, filled)
        exchange = self._exchange(request, filled.credentials, operation.flow_group)
        self._settle(entry, operation, exchange)
        if judge:
            self.ledger.found(self._checks.check(exchange, expectation))
        self.resources.note(operation, filled, exchange)
        return exchange

    def look(self, template: Template) -> tuple[Exchange, Found]:
        """Send one request and judge the answer without noting it: the caller decides."""
        operation = self.contract.operation(template.operation)
        exchange = self.send(template, judge=False)
        tolerated = Expectation(tuple(map(Answer, operation.tolerated_statuses)))
        return exchange, self._checks.check(exchange, tolerated)

    def send_raw(self, request: Request, *, credentials: str = "valid") -> Exchange:
        """Send a request that no template can say (another method, an unknown path)."""
        known = self.contract.operations.get(request.operation or "")
        exchange = self._exchange(request, credentials, known.flow_group if known else "identity")
        self.ledger.found(self._checks.check(exchange))
        return exchange

    def send_together(self, templates: Sequence[Template]) -> list[Exchange]:
        """Send several requests at the same time; what comes back is noted one by one."""
        filled = [self.fill(template) for template in templates]
        operations = [self.contract.operation(template.operation) for template in templates]
        requests = [self.request(*pair) for pair in zip(operations, filled, strict=True)]
        entries = [self._intend(*pair) for pair in zip(operations, filled, strict=True)]
        groups = [operation.flow_group for operation in operations]
        auths = [self._auth("valid", operation) for operation in operations]
        with ThreadPoolExecutor(len(requests)) as pool:
            sent = list(pool.map(self._post, requests, auths, groups))
        exchanges: list[Exchange] = []
        for operation, template, answered, entry in zip(
            operations, filled, sent, entries, strict=True
        ):
            exchange = self._noted(answered, operation.flow_group)
            self._settle(entry, operation, exchange)
            self.ledger.found(self._checks.check(exchange))
            self.resources.note(operation, template, exchange)
            exchanges.append(exchange)
        return exchanges

    def adopt(self, name: str, auth: httpx.Auth, *secrets: str) -> str:
        """Other credentials, to be named in a request; ``valid`` replaces those of the run."""
        for secret in secrets:
            self._redactor.learn(secret)
        self._adopted[name] = auth
        return name

    @property
    def signature(self) -> SignatureAuth:
        """The access key of the run, on the target's time. Raises Blocked when there is none."""
        if self._credentials.signature is None:
            raise Blocked("no access key is known; set HUAWEICLOUD_SDK_AK")
        return self._credentials.signature.altered(now=self.now)

    def ask(self, request: Request) -> Exchange:
        """Send a request that judges nothing."""
        return self._exchange(request, "valid", "probe")

    def fill(self, template: Template) -> Template:
        """The same request with resources, names and times filled in."""
        return Template(
            template.operation,
            self._fill_path(template),
            resolve(dict(template.query), self._answer),
            dict(template.headers),
            template.body if template.body is ABSENT else resolve(template.body, self._answer),
            template.raw,
            template.credentials,
        )

    def _fill_path(self, template: Template) -> dict[str, Any]:
        """Path parameters; a fresh resource brings the path that leads to it."""
        path: dict[str, Any] = dict(template.path)
        for name, value in template.path.items():
            if isinstance(value, Given) and value.fresh:
                identifier = self.resources.fresh(value.kind)
                path = {**path, name: identifier, **self.resources.path_of(value.kind, identifier)}
        filled: dict[str, Any] = resolve(path, self._answer)
        return filled

    def request(self, operation: Operation, filled: Template) -> Request:
        """The bytes of a filled template."""
        path = operation.path
        for name, value in filled.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = encode_query(filled.query)
        base = self.settings.base_url
        if operation.server is not None:
            base = self.settings.identity_url or base
        body = filled.raw
        headers: dict[str, Any] = dict(filled.headers)
        if body is None and filled.body is not ABSENT:
            body = json.dumps(filled.body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        headers = {name: value for name, value in headers.items() if value is not ABSENT}
        url = f"{base}{path}?{query}" if query else f"{base}{path}"
        return Request(operation.id, operation.method, url, tuple(headers.items()), body)

    def close(self) -> None:
        """Close the connections of the run."""
        self._gateway.close()

    def now(self) -> dt.datetime:
        """The time of the run, UTC, with what the target's clock was moved ahead."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the target's clock (capability ``clock``). Raises Blocked when it does not move."""
        url = self.settings.fixtures.clock_url
        if url is None:
            raise Blocked("the target's clock cannot be moved; set fixtures.clock_url")
        body = json.dumps({"seconds": seconds}).encode()
        request = Request(None, "POST", url, (_JSON,), body)
        sent = self._post(request, self._auth("valid"), "clock")
        if sent.response is None or sent.response.status != 200:
            raise Blocked(f"the clock at {url} did not move")
        self._ahead += dt.timedelta(seconds=seconds)

    def _hasten(self, seconds: float) -> bool:
        """Move the target's clock a little, where it can be moved; whether it did."""
        if not self.settings.allows(CLOCK):
            return False
        try:
            self.advance(seconds)
        except Blocked:
            return False
        return True

    def unique(self, stem: str) -> str:
        """A name that this run has not used, with the run's prefix."""
        self._names += 1
        return f"{self.prefix}{self._names}-{stem}"

    def _answer(self, value: Given | Unique | Moment) -> Any:
        if isinstance(value, Given):
            return (
                self.resources.fresh(value.kind) if value.fresh else self.resources.get(value.kind)
            )
        if isinstance(value, Unique):
            return self.unique(value.stem)
        return write_moment(self.now(), value)

    def _exchange(self, request: Request, credentials: str, group: str) -> Exchange:
        operation = self.contract.operations.get(request.operation or "")
        try:
            sent = self._post(request, self._auth(credentials, operation), group)
        except BudgetSpent:
            raise
        except Refused as refused:
            raise Blocked(f"not sent: {refused}") from refused
        return self._noted(sent, group)

    def _post(self, request: Request, auth: httpx.Auth | None, group: str) -> Sent:
        """Send in its turn; an error that ends the run quotes no secret."""
        try:
            return self._gateway.send(request, auth, group)
        except TargetError as error:
            said = (self.prose(part) for part in (error.thing, error.problem, error.remedy))
            raise type(error)(*said) from None

    def _intend(self, operation: Operation, filled: Template) -> str | None:
        """Note on disk, before it is sent, what a request creates or changes of others'."""
        if self.journal is None:
            return None
        kind = self.resources.creates(operation)
        path = {name: str(value) for name, value in filled.path.items()}
        if kind is not None:
            body = filled.body if isinstance(filled.body, dict) else {}
            name = str(body.get("app_name", path.get("app_id", "")))
            return self.journal.intend(kind, operation.id, name, path)
        if operation.id == BUCKET_AUTHORITY:
            return self._remember_bucket(operation, filled)
        return None

    def _settle(self, entry: str | None, operation: Operation, exchange: Exchange) -> None:
        """Note what became of an intention: its id, or that nothing came of it."""
        if entry is None or self.journal is None or exchange.response is None:
            return
        kind = self.resources.creates(operation)
        identifier = None
        if kind is not None and isinstance(exchange.json, dict):
            identifier = exchange.json.get(self.contract.resources[kind]["id"])
        if isinstance(identifier, str) and 200 <= exchange.status < 300:
            self.journal.created(entry, identifier)
            self.resources.journaled(identifier, entry)
        elif 400 <= exchange.status < 500:
            self.journal.settled(entry, "refused")
            self._remembered = {b: e for b, e in self._remembered.items() if e != entry}

    def settle(self, entry: str | None) -> None:
        """Note that what an entry of the journal created is deleted again."""
        if entry is not None and self.journal is not None:
            self.journal.settled(entry, "deleted")

    def _remember_bucket(self, operation: Operation, filled: Template) -> str | None:
        """Before a bucket's authorisation is changed for the first time: how it was."""
        bucket = filled.body.get("bucket") if isinstance(filled.body, dict) else None
        if self.journal is None or not isinstance(bucket, str) or bucket in self._remembered:
            return None
        noted = self.journal.noted_beside("bucket", {}, bucket=bucket)
        listed = self.send(Template("ListObsBuckets"), judge=False).json
        rows = listed.get("buckets", []) if isinstance(listed, dict) else []
        row = next((r for r in rows if isinstance(r, dict) and r.get("bucket") == bucket), None)
        if row is None:
            return None
        found = {
            "bucket": bucket,
            "location": row.get("location"),
            "operation": int(bool(row.get("is_authorized"))),
        }
        noted = noted or self.journal.noted_beside("bucket", {}, bucket=bucket)
        entry = self.journal.changing("bucket", operation.id, {}, noted or found)
        self._remembered[bucket] = entry
        return entry

    def _noted(self, sent: Sent, group: str) -> Exchange:
        self._number += 1
        exchange = Exchange(self._number, self.case, sent.request, sent.response, sent.failure)
        self.evidence[self._number] = exchange
        self._redactor.overhear(exchange.request, exchange.response)
        self.ledger.answered(exchange, group)
        return exchange

    def _auth(self, credentials: str, operation: Operation | None = None) -> httpx.Auth | None:
        if credentials in self._adopted:
            return self._adopted[credentials]
        if credentials == "none":
            return None
        if credentials == "wrong":
            return TokenAuth(f"{self.random.getrandbits(512):0128x}")
        if credentials == "malformed":
            return TokenAuth(_MALFORMED_TOKEN)
        if credentials == "second":
            if self.reach.second is None:
                raise Blocked("no second tenant is known; set SPARKRTC_SECOND_TOKEN")
            return TokenAuth(self.reach.second.token)
        if credentials == "signature":
            return self.signature
        return self._valid(operation)

    def _valid(self, operation: Operation | None) -> httpx.Auth:
        """Our own credentials; where the document knows only a token (12, 13.13), the token.

        Raises Blocked when there is none.
        """
        if isinstance(self._credentials.default, SignatureAuth):
            if operation is None or operation.parameter("Authorization") is not None:
                return self.signature
            if self._credentials.token is None:
                raise Blocked(f"{operation.id} takes only a token; set SPARKRTC_TOKEN too")
            return self._credentials.token
        return self._credentials.default

    def redacted(self, number: int) -> Exchange | None:
        """One exchange of the current case without its secrets."""
        exchange = self.evidence.get(number)
        if exchange is None:
            return None
        response = exchange.response
        return Exchange(
            exchange.number,
            exchange.case,
            self._redactor.request(exchange.request),
            self._redactor.response(response) if response is not None else None,
            self._redactor.failure(exchange.failure),
        )

    def told(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the current case has said, without the secrets that its messages may quote."""
        said = [
            {
                **item,
                **{part: self.prose(item[part]) for part in ("message", "expected", "actual")},
            }
            for item in data["told"]
        ]
        return {**data, "told": said}

    def prose(self, text: str) -> str:
        """A message for people without the secrets of this run."""
        return self._redactor.text(text)


def encode_query(query: Mapping[str, Any]) -> str:
    """A query string: comma lists where the document has them, everything else once each."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, (list, tuple)):
            pairs.append((name, ",".join(_query_text(item) for item in value)))
        else:
            pairs.append((name, _query_text(value)))
    return urlencode(pairs, safe=_QUERY_SAFE, quote_via=quote)


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def write_moment(now: dt.datetime, moment: Moment) -> str:
    """A Moment as the document writes it: UTC, to the second or the day (chapter 13)."""
    time = now + dt.timedelta(seconds=moment.seconds)
    if moment.form == "date":
        return time.strftime("%Y-%m-%d")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
