"""The judge of clients agrees with the cases for servers: both are derived from one contract.

What a server must accept, the judge finds nothing wrong with; what a server must refuse, the judge
names by the requirement that the case violates.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest

from conformance.cases.negative import negative_cases
from conformance.cases.positive import positive_cases
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import requirements_on_requests
from conformance.certification.judges.inputs import InputJudge
from conformance.certification.judges.payload import PayloadJudge
from conformance.certification.recording.call import Call, Router
from conformance.contract.document import Contract, load_contract
from conformance.contract.operations import Operation
from conformance.model.case import ABSENT, Moment, Template, Unique, resolve
from conformance.model.exchange import Exchange, Request
from conformance.model.requirement import Requirement
from tests.certification.conftest import broken

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FORMS = {"date-time": "%Y-%m-%dT%H:%M:00Z", "date": "%Y-%m-%d"}
RENAMED = {"body/json/malformed": "common/body/json", "body/json/object": "common/body/object"}
CONTRACT = load_contract()


@pytest.fixture(scope="module")
def requirements(contract: Contract) -> dict[str, Requirement]:
    """The requirements for clients."""
    return requirements_on_requests(contract)


def plain(value: Any) -> Any:
    """What stands for a placeholder of a case."""
    if isinstance(value, Unique):
        return value.stem or "unique"
    if isinstance(value, Moment):
        return (NOW + dt.timedelta(seconds=value.seconds)).strftime(FORMS[value.form])
    return "cn-north-4" if value.kind == "bucket_location" else value.like


def listed(value: Any) -> str:
    """A parameter as it is written: lists with commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def call_of(operation: Operation, template: Template) -> Call:
    """The request of a case as if a client had sent it."""
    path = operation.path
    for name, value in resolve(dict(template.path), plain).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    pairs = resolve(dict(template.query), plain).items()
    query = "&".join(f"{name}={quote(listed(value), safe=',:')}" for name, value in pairs)
    body = template.raw
    if body is None and template.body is not ABSENT:
        body = json.dumps(resolve(template.body, plain)).encode()
    headers = {"X-Auth-Token": "t", "Content-Type": "application/json", **template.headers}
    url = f"http://localhost{path}?{query}"
    request = Request(operation.id, operation.method, url, tuple(headers.items()), body)
    route = Router(CONTRACT)(operation.method, path)
    return Call(Exchange(1, "request-1", request, None), route, NOW.timestamp())


def judged(call: Call, requirements: dict[str, Requirement]) -> list[str]:
    """What the request breaks by itself."""
    ledger = ClientLedger(requirements)
    assert call.operation is not None
    InputJudge(ledger).judge(call, call.operation)
    PayloadJudge(ledger).judge(call, call.operation)
    return broken(ledger)


@pytest.mark.parametrize("operation", CONTRACT.operations.values(), ids=lambda o: o.id)
def test_what_a_server_must_accept_breaks_nothing(
    operation: Operation, requirements: dict[str, Requirement]
) -> None:
    """No valid request, with any boundary or listed value, is found fault with."""
    for case in positive_cases(CONTRACT, operation):
        found = judged(call_of(operation, case.template), requirements)
        assert [r for r in found if "/window/" not in r] == [], case.id


@pytest.mark.parametrize("operation", CONTRACT.operations.values(), ids=lambda o: o.id)
def test_what_a_server_must_refuse_is_named(
    operation: Operation, requirements: dict[str, Requirement]
) -> None:
    """Each violation is named by its own requirement; whether an id exists only answers tell."""
    for case in negative_cases(CONTRACT, operation):
        keyword = (case.violates or "").rpartition("/")[2]
        if not case.violates or keyword == "known" or keyword.endswith("-code"):
            continue
        tail = case.violates.partition("/")[2]
        wanted = f"client/{RENAMED.get(tail, case.violates)}"
        found = judged(call_of(operation, case.template), requirements)
        empty = wanted.replace("[]/enum", "/minItems")
        assert wanted in found or empty in found, case.id
