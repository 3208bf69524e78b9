"""The catalogue of requirements: ids, levels, order; and that it is what the ledger says."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.catalogue import read_catalogue
from conformance.contract.document import Contract, load_contract
from conformance.contract.fields import Field
from conformance.contract.requirements import input_keywords, input_level, refusal_kind
from conformance.contract.wording import wording
from conformance.errors import ContractError
from conformance.model.requirement import Level, Requirement, Source
from tests.contract.write_requirements import LEDGER, ledger_text

OPERATION_ID = re.compile(
    r"[A-Z][A-Za-z]+/"
    r"((path|query|header|body)/[^/]+(/[^/]+)?/[A-Za-z-]+"
    r"|body/[^/]+/(combination|malformed|object)"
    r"|auth/[a-z-]+|answer/status/documented|rule/[a-z0-9-]+"
    r"|\d{3}/.+/[A-Za-z-]+)\Z"
)
NOTIFICATION_ID = re.compile(r"[a-z][A-Za-z]+/(notification/[^/]+/[A-Za-z-]+|rule/[a-z0-9-]+)\Z")
COMMON_ID = re.compile(r"common/[a-z0-9-]+/[a-z0-9-]+(/[a-z0-9-]+)?\Z")


@cache
def contract() -> Contract:
    """The contract, read once."""
    return load_contract()


@cache
def requirements() -> Mapping[str, Requirement]:
    """What it demands."""
    return contract().requirements


def test_the_ledger_is_what_the_contract_yields() -> None:
    """spec/requirements.txt is committed, so that a change of ids shows in review."""
    now, then = ledger_text().splitlines(), LEDGER.read_text(encoding="utf-8").splitlines()
    new, gone = sorted(set(now) - set(then)), sorted(set(then) - set(now))
    assert now == then, (
        f"spec/requirements.txt has drifted: {len(new)} new ({', '.join(new[:3])}),"
        f" {len(gone)} gone ({', '.join(gone[:3])});"
        " regenerate: python tests/contract/write_requirements.py"
    )


def test_ids_have_the_shapes_of_the_design() -> None:
    """Whoever writes a glob can rely on place, field and keyword being where they always are."""
    shapes = (OPERATION_ID, NOTIFICATION_ID, COMMON_ID)
    odd = [r for r in requirements() if not any(shape.match(r) for shape in shapes)]
    assert not odd


def test_no_id_is_derived_twice() -> None:
    """Two statements with one id would hide each other."""
    from conformance.contract.requirements import derive

    it = contract()
    ids = [
        requirement.id
        for requirement in derive(it.operations.values(), (), it.common_rules, it.refusal)
    ]
    assert len(ids) == len(set(ids)) > 1000


def test_every_requirement_says_what_and_where_from() -> None:
    """A sentence that ends, a section, an operation that exists, an erratum that exists."""
    for requirement in requirements().values():
        assert requirement.text.endswith((".", ")", "”")), requirement.id
        assert requirement.source.section, requirement.id
        if requirement.operation is not None:
            assert requirement.operation in contract().operations
        else:
            assert requirement.id.startswith(("common/", *contract().notifications))
        if requirement.erratum is not None:
            assert requirement.erratum in contract().errata, requirement.id


def test_the_order_is_that_of_the_document() -> None:
    """Operations come by section, the common rules last."""
    sections = [operation.section for operation in contract().operations.values()]
    assert sections == sorted(sections, key=lambda s: [int(part) for part in s.split(".")])
    operations = [r.operation for r in requirements().values()]
    first_common = operations.index(None)
    assert set(operations[first_common:]) == {None}
    assert list(dict.fromkeys(operations[:first_common])) == list(contract().operations)


def test_all_operations_of_the_document() -> None:
    """42 of chapters 5 to 13, two of the identity service."""
    chapters = [operation.chapter for operation in contract().operations.values()]
    assert len([c for c in chapters if 5 <= int(c) <= 13]) == 42
    assert {"CreateToken", "ListProjects"} & contract().operations.keys()


def test_a_code_is_a_should_where_there_is_a_choice() -> None:
    """What a refusal must be is a MUST; which of several codes fits best is a SHOULD."""
    coded = [r for r in requirements().values() if r.keyword.endswith("-code")]
    assert coded
    for requirement in coded:
        assert requirement.level is Level.SHOULD
        assert requirement.id.removesuffix("-code") in requirements()


@pytest.mark.parametrize(
    ("field", "place", "expected"),
    [
        (Field("app_id", {"x-resource": "app"}, "required", None), "path", ("known",)),
        (Field("room_id", {"x-resource": "room"}, "required", None), "path", ()),
        (Field("job_id", {}, "required", None), "path", ()),
        (Field("x", {"type": "string"}, "optional", None), "query", ("optional",)),
        (Field("x", {"type": "integer"}, "required", None), "query", ("required", "type")),
        (
            Field("x", {"type": "integer", "default": 1}, "optional", None),
            "body",
            ("optional", "type", "null", "default"),
        ),
        (
            Field("x", {"type": "string", "const": "a"}, "required", None),
            "body",
            ("required", "type", "null"),
        ),
        (
            Field("x[]", {"type": "string", "enum": ["a"]}, "optional", None),
            "body",
            ("type", "null", "enum"),
        ),
        (
            Field("x", {"type": "string", "x-resource": "bucket"}, "optional", None),
            "body",
            ("optional", "type", "null", "known"),
        ),
    ],
)
def test_keywords_of_inputs(field: Field, place: str, expected: tuple[str, ...]) -> None:
    """Each constraint of an input is one statement; there is no null in a query."""
    operation = contract().operations["ShowApp"]
    assert input_keywords(operation, field, place) == expected


def test_levels_of_inputs() -> None:
    """x-levels lowers one keyword, under its name in the schema or in the id."""
    field = Field("x", {"x-levels": {"pattern": "SHOULD", "anyOf": "MAY"}}, "optional", None)
    assert input_level(field, "format") is Level.SHOULD
    assert input_level(field, "range") is Level.MAY
    assert input_level(field, "type") is Level.MUST


def test_levels_of_one_body_are_those_of_fields_that_it_has() -> None:
    """A path of x-levels-of that no field has would lower nothing, and nobody would notice."""
    for operation in contract().operations.values():
        node = contract().raw["paths"][operation.path][operation.method.lower()]
        paths = node.get("requestBody", {}).get("x-levels-of", {})
        known = {field.path for field in operation.body.fields} if operation.body else set()
        assert paths.keys() <= known


@pytest.mark.parametrize(
    ("operation", "level"), [("CreateMixJob", "MUST"), ("UpdateMixJob", "MAY")]
)
@pytest.mark.parametrize("name", ["x", "y", "width", "height"])
def test_levels_that_one_body_gives_a_shared_schema(operation: str, level: str, name: str) -> None:
    """x-levels-of: only an update is about custom layouts alone, which call for places (9.3)."""
    pane = f"{operation}/body/mix_param.layout_panes[].{name}"
    assert contract().requirements[f"{pane}/optional"].level is Level(level)
    assert contract().requirements[f"{pane}/type"].level is Level.MUST


@pytest.mark.parametrize(
    ("schema", "keyword", "kind"),
    [
        ({}, "required", "missing"),
        ({}, "maxLength", "length"),
        ({"x-refusal": "combination"}, "enum", "combination"),
        ({"x-refusal": "combination"}, "type", "type"),
        ({"x-resource": "app"}, "known", "unknown-app"),
        ({}, "optional", None),
    ],
)
def test_kinds_of_violations(schema: dict[str, Any], keyword: str, kind: str | None) -> None:
    """Every keyword belongs to one kind of refusal, unless the field says otherwise."""
    assert refusal_kind(Field("x", schema, "optional", None), keyword) == kind


def test_server_errors_need_a_capability() -> None:
    """Nobody can provoke a 500 from outside, so only targets that offer it are judged by it."""
    failing = [r for r in requirements().values() if r.place.startswith("5") and r.place.isdigit()]
    assert all("server-errors" in r.capabilities for r in failing)


def test_wordings_of_ranges() -> None:
    """A sentence says the values, in words that a reader of the report understands."""
    anyof = {"anyOf": [{"const": 0}, {"minimum": 60, "maximum": 90}, {"pattern": "^-$"}, {"a": 1}]}
    text = wording("range", "body", Field("cycle", anyof, "optional", None), None)
    assert text.startswith("Field cycle is 0 or 60 to 90 or text like ^-$ or a 1:")
    empty = Field("x", {"const": ""}, "optional", None)
    assert wording("const", "200", empty, None) == "In an answer 200, field x is empty."
    flag = Field("x", {"default": True}, "optional", None)
    assert "true is taken" in wording("default", "body", flag, None)


def test_families_of_codes() -> None:
    """A code belongs to the family whose spelling it has, or to none."""
    catalogue = read_catalogue(contract().raw["x-error-catalogue"])
    assert catalogue.family_of("APIGW.0301") == "gateway"
    assert catalogue.family_of("nonsense") is None


def test_what_is_no_operation() -> None:
    """Asking for an operation that is not there is one line."""
    with pytest.raises(ContractError, match="not an operation of the contract"):
        contract().operation("ListNothing")


def test_sources_in_words() -> None:
    """One table, several tables, none."""
    assert str(Source("5.1")) == "section 5.1"
    assert str(Source("5.1", ("5-1",))) == "section 5.1, table 5-1"
    assert str(Source("5.1", ("5-1", "5-2"))) == "section 5.1, tables 5-1, 5-2"


def _with_a_new_operation() -> Contract:
    raw = copy.deepcopy(dict(contract().raw))
    post = {
        "operationId": "CreateBeacon",
        "summary": "Light a beacon.",
        "x-source": {"section": "16.1", "tables": ["16-1"]},
        "x-chapter": 16,
        "x-flow-group": "management",
        "x-error-family": "rtc",
        "x-effect": "create",
        "x-capabilities": ["writes"],
        "parameters": [
            {
                "name": "app_id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "x-resource": "app"},
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["colour"],
                        "properties": {
                            "colour": {"type": "string", "enum": ["RED", "GREEN"]},
                            "height": {"type": "integer", "minimum": 0, "maximum": 99},
                        },
                    },
                    "examples": {"minimal": {"value": {"colour": "RED"}}},
                }
            },
        },
        "responses": {
            "201": {
                "description": "lit",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}},
                        }
                    }
                },
            }
        },
        "x-rules": [
            {"id": "burns", "level": "MUST", "text": "It burns.", "source": {"section": "16.1"}}
        ],
    }
    raw["paths"] = {**raw["paths"], "/v2/apps/{app_id}/beacons": {"post": post}}
    return load_contract(document=raw)


def test_a_43rd_operation_needs_no_code() -> None:
    """An operation that only the contract knows yields requirements and every kind of case."""
    grown = _with_a_new_operation()
    new = grown.requirements.keys() - requirements().keys()
    assert {
        "CreateBeacon/body/colour/enum",
        "CreateBeacon/body/height/maximum",
        "CreateBeacon/query/limit/minimum",
        "CreateBeacon/path/app_id/known",
        "CreateBeacon/201/id/type",
        "CreateBeacon/auth/wrong-token",
        "CreateBeacon/rule/burns",
    } <= new
    assert all(r.startswith("CreateBeacon/") for r in new)
    cases = [case for case in generated_cases(grown) if case.operation == "CreateBeacon"]
    assert {case.kind for case in cases} == {"positive", "negative", "auth"}
    judged = {r for case in cases for r in case.requirements}
    assert {r for r in new if "/body/" in r and not r.endswith("-code") and "/2" not in r} <= judged


def test_a_contract_that_lacks_something() -> None:
    """A document that is no contract of ours is one line, not a traceback."""
    with pytest.raises(ContractError, match="is not the contract that this suite reads"):
        load_contract(document={"x-revision": "2023-11-28"})
