"""A plain request that is refused: the claim that the refusal breaks is found, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.cases.plan import generated_cases
from conformance.cases.requests import plain_body
from conformance.contract.document import Contract
from conformance.engine.judging.attribution import MOST_TRIES, refused_claims
from conformance.model import field_path
from conformance.model.case import Case, Given, Template

Takes = Callable[[Template], bool]


@pytest.fixture(scope="module")
def cases(contract: Contract) -> dict[str, Case]:
    """Every generated case by its id."""
    return {case.id: case for case in generated_cases(contract)}


def _guilty(contract: Contract, case: Case, takes: Takes) -> set[str]:
    operation = contract.operation(case.operation)
    return {claim.requirement for claim in refused_claims(operation, case, takes)}


def _in_body(path: str) -> Callable[[Template], object]:
    return lambda template: field_path.read(template.body, path)


def _in_query(name: str) -> Callable[[Template], object]:
    return lambda template: template.query.get(name)


@pytest.mark.parametrize(
    ("case", "read", "guilty"),
    [
        ("ListApps/accepts/minimal-2", _in_query("state"), "ListApps/query/state/enum"),
        ("ListApps/accepts/full", _in_query("limit"), "ListApps/query/limit/minimum"),
        (
            "CreateRecordRule/accepts/hls",
            _in_body("hls_config.record_cycle"),
            "CreateRecordRule/body/hls_config.record_cycle/range",
        ),
    ],
)
def test_a_value_that_is_disliked(
    contract: Contract,
    cases: dict[str, Case],
    case: str,
    read: Callable[[Template], object],
    guilty: str,
) -> None:
    """The same request with another value for that field is taken, so the value is to blame."""
    disliked = next(read(c.alone) for c in cases[case].claims if c.requirement == guilty)

    def takes(template: Template) -> bool:
        return read(template) != disliked

    assert guilty in _guilty(contract, cases[case], takes)


def test_a_value_without_another(contract: Contract, cases: dict[str, Case]) -> None:
    """Recording switched on needs a rule as well: the mode alone cannot be told to be guilty."""

    def takes(template: Template) -> bool:
        return field_path.read(template.body, "mode") != "AUTO_RECORD_OFF"

    assert _guilty(contract, cases["UpdateAutoRecord/accepts/minimal"], takes) == set()


def test_what_is_lacking(contract: Contract, cases: dict[str, Case]) -> None:
    """A server that wants an optional parameter breaks the claim that it is optional."""

    def takes(template: Template) -> bool:
        return "limit" in template.query

    found = _guilty(contract, cases["ListApps/accepts/minimal"], takes)
    assert found == {"ListApps/query/limit/optional"}


def test_another_app_is_tried_for_an_app(contract: Contract, cases: dict[str, Case]) -> None:
    """An application with statistics that is refused is told from one without."""

    def takes(template: Template) -> bool:
        return template.query.get("app") == Given("app")

    found = _guilty(contract, cases["ListRtcRoomList/accepts/minimal"], takes)
    assert found == {"ListRtcRoomList/query/app/required"}


def test_nobody_is_blamed_for_a_server_that_refuses_everything(
    contract: Contract, cases: dict[str, Case]
) -> None:
    """With no request taken there is nothing to tell the guilty by; few are tried for each."""
    tried: list[Template] = []

    def takes(template: Template) -> bool:
        tried.append(template)
        return False

    case = cases["CreateRecordRule/accepts/hls"]
    assert _guilty(contract, case, takes) == set()
    assert 0 < len(tried) <= MOST_TRIES * len(case.claims)


def test_only_valid_requests_are_tried(contract: Contract, cases: dict[str, Case]) -> None:
    """What another value breaks by itself proves nothing."""
    operation = contract.operation("CreateRecordRule")
    assert operation.body is not None
    valid = operation.body.validator.is_valid
    tried: list[Template] = []

    def takes(template: Template) -> bool:
        tried.append(template)
        return False

    for case in (c for c in cases.values() if c.id.startswith("CreateRecordRule/accepts/")):
        _guilty(contract, case, takes)
    assert tried
    assert all(valid(plain_body(template.body)) for template in tried)
