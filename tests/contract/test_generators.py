"""The contract is fit for generators of clients: nothing that they overwrite or cannot name."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from conformance.contract.conventions import Conventions
from conformance.contract.generators.enumerations import lift_enumerations
from conformance.contract.generators.naming import constants
from conformance.contract.generators.schemas import simplify
from conformance.contract.generators.walking import nodes
from conformance.contract.generators.whole import for_generators
from conformance.contract.inlining import Inliner
from conformance.contract.revisions import load_contract_at, revisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Document


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _schemas(value)
    elif isinstance(node, list):
        for item in node:
            yield from _schemas(item)


def _tags(items: dict[str, Any]) -> set[str]:
    nodes = [node for item in items.values() for node in item.values() if isinstance(node, dict)]
    return {tag for node in nodes for tag in node.get("tags", ())}


def test_webhooks_have_a_tag_of_their_own(document: Document) -> None:
    """A generator writes one file a tag: a webhook of that tag takes the place of operations."""
    paths, webhooks = _tags(document.root["paths"]), _tags(document.root["webhooks"])
    assert webhooks
    assert not paths & webhooks
    assert paths | webhooks == {tag["name"] for tag in document.root["tags"]}


def test_branches_of_a_number_have_its_type(document: Document) -> None:
    """A branch without a type becomes a class of its own, which no number is."""
    found = [
        (schema["type"], part)
        for schema in _schemas(document.root["components"])
        if isinstance(schema.get("type"), str) and isinstance(schema.get("anyOf"), list)
        for part in schema["anyOf"]
    ]
    assert found
    assert [part for kind, part in found if part.get("type") != kind and "$ref" not in part] == []


def test_names_of_values_are_as_many_as_values(document: Document) -> None:
    """x-enum-varnames goes with an enumeration, value by value."""
    named = [schema for schema in _schemas(document.root) if "x-enum-varnames" in schema]
    assert named
    for schema in named:
        assert len(schema["x-enum-varnames"]) == len(schema["enum"])


def _enumerations(document: Document) -> list[dict[str, Any]]:
    """Those that a generator sees: with a type, and outside of conditions."""
    root = copy.deepcopy(document.root)
    simplify(root)
    return [one for one in _schemas(root) if isinstance(one.get("enum"), list) and "type" in one]


def test_every_enumeration_has_a_name_of_its_own(document: Document) -> None:
    """Without a title generators call them by the field that they are met in: State, State1."""
    values: dict[str, set[tuple[Any, ...]]] = {}
    for schema in _enumerations(document):
        assert "title" in schema, schema["enum"]
        values.setdefault(schema["title"].casefold(), set()).add(tuple(schema["enum"]))
    assert values
    assert {name for name, several in values.items() if len(several) > 1} == set()
    assert values.keys() & {name.casefold() for name in document.root["components"]["schemas"]} == (
        set()
    )


def test_values_that_no_constant_can_be_called_by_have_names(document: Document) -> None:
    """A value in Chinese or a bare number becomes VALUE_1 otherwise."""
    unreadable = [
        schema
        for schema in _enumerations(document)
        if any(not isinstance(value, str) or not value.isascii() for value in schema["enum"])
    ]
    assert unreadable
    assert [one["title"] for one in unreadable if "x-enum-varnames" not in one] == []


@pytest.fixture(scope="module", params=[revisions()[0], revisions()[-1]])
def exported(request: pytest.FixtureRequest) -> tuple[Any, dict[str, Any]]:
    """The newest and the oldest edition, and what generators are given of it."""
    edition = load_contract_at(request.param)
    return edition.raw, for_generators(edition.raw, edition.conventions)


def test_the_export_is_openapi(exported: tuple[Any, dict[str, Any]]) -> None:
    """A public validator takes it."""
    validate(exported[1], cls=OpenAPIV31SpecValidator)


def _operations(document: Any) -> dict[str, tuple[str, str]]:
    return {
        operation["operationId"]: (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def test_the_export_keeps_operations_and_parameters(exported: tuple[Any, dict[str, Any]]) -> None:
    """All operations under their names, with all parameters but the credentials."""
    raw, made = exported
    assert _operations(made) == _operations(raw)
    assert len({name.casefold() for name in _operations(made)}) == len(_operations(raw))
    before, after = (_parameters(one) for one in (raw, made))
    assert after == {place for place in before if place[1] != "header"}


def _parameters(document: Any) -> set[tuple[str, str, str]]:
    """Operation, place and name of each; paths of the contract have none of their own."""
    inline = Inliner(document)
    return {
        (name, parameter["in"], parameter["name"])
        for name, (path, method) in _operations(document).items()
        for parameter in inline(document["paths"][path][method].get("parameters", []))
    }


def test_the_export_says_credentials_once(exported: tuple[Any, dict[str, Any]]) -> None:
    """A scheme, no parameters; and the one scheme that a fixed header serves."""
    made = exported[1]
    assert "'in': 'header'" not in repr(made["paths"]) + repr(made["components"]["parameters"])
    (scheme,) = made["components"]["securitySchemes"].values()
    assert scheme["name"] == "X-Auth-Token"
    assert {repr(one["security"]) for one in nodes(made) if "security" in one} == {
        "[{'token': []}]",
        "[]",
    }


def test_the_export_has_nothing_that_generators_misread(
    exported: tuple[Any, dict[str, Any]],
) -> None:
    """No webhook, no condition, no branch without a type, no extension of ours."""
    made = exported[1]
    assert "webhooks" not in made
    words = {word for node in nodes(made) for word in node}
    assert words & {"if", "then", "not", "contains", "anyOf", "oneOf", "allOf"} == set()
    assert {word for word in words if word.startswith("x-")} == {"x-enum-varnames"}


def test_the_export_names_every_enumeration(exported: tuple[Any, dict[str, Any]]) -> None:
    """Each is a component, and its values have names that languages take, no two alike."""
    made = exported[1]
    components = made["components"]["schemas"]
    inside = [one for one in nodes(made) if isinstance(one.get("enum"), list)]
    named = [one for one in components.values() if "enum" in one]
    assert len(inside) == len(named) > 30
    assert len({name.casefold() for name in components}) == len(components)
    for schema in named:
        names = schema["x-enum-varnames"]
        assert len(names) == len(schema["enum"]) == len({name.casefold() for name in names})
        assert all(re.fullmatch("[A-Z][A-Z0-9_]*", name) for name in names), names


def test_clients_of_the_export_read_what_the_document_permits(
    exported: tuple[Any, dict[str, Any]],
) -> None:
    """The words for a cause can be localised: a text, with the known ones in its description."""
    event = exported[1]["components"]["schemas"]["AbnormalEvent"]["properties"]
    assert event["abnormal_type_desc"]["type"] == "string"
    assert "enum" not in event["abnormal_type_desc"]
    assert "视频卡顿" in event["abnormal_type_desc"]["description"]
    assert event["abnormal_type"] == {
        "$ref": "#/components/schemas/AbnormalType",
        "description": event["abnormal_type"]["description"],
    }
    user = exported[1]["components"]["schemas"]["RtcUser"]
    assert "session" in user["properties"]
    assert "session" not in user["required"]


def test_a_range_with_an_exception_becomes_a_range(
    exported: tuple[Any, dict[str, Any]],
) -> None:
    """record_cycle is 0 or 60 to 43200: one integer."""
    config = exported[1]["components"]["schemas"]["HLSRecordConfig"]["properties"]
    cycle = {key: config["record_cycle"].get(key) for key in ("type", "minimum", "maximum")}
    assert cycle == {"type": "integer", "minimum": 0, "maximum": 43200}


def _small(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "showJob", "responses": {"200": answer}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "small", "version": "1"},
        "paths": {"/jobs": {"get": operation}},
        "components": {"schemas": {"State": {"type": "string"}}},
    }


def _lifted(**properties: Any) -> dict[str, Any]:
    made = for_generators(_small(**properties), Conventions())
    schemas = made["components"]["schemas"]
    return {name: one.get("enum") for name, one in schemas.items() if "enum" in one}


def test_enumerations_without_a_title_are_named_apart() -> None:
    """By their field, by what holds it where that name is taken, equal ones once."""

    def field(*values: str) -> dict[str, Any]:
        return {"type": "string", "enum": list(values)}

    one = {"type": "object", "properties": {"kind": field("a"), "state": field("x")}}
    two = {"type": "object", "properties": {"kind": field("b"), "mode": field("a")}}
    assert _lifted(one=one, two=two, three=one) == {
        "Kind": ["a"],
        "OneState": ["x"],
        "TwoKind": ["b"],
        "Mode": ["a"],
    }


def test_where_every_name_is_taken_enumerations_are_numbered() -> None:
    """By their field, or as values where the field begins with a digit, as no name does."""

    def named(field: str, around: str, *taken: str) -> set[str]:
        holder = {"type": "object", "properties": {field: {"type": "string", "enum": ["a"]}}}
        schemas = {around: holder, **{name: {"type": "object"} for name in taken}}
        lift_enumerations({"components": {"schemas": schemas}, "paths": {}})
        return schemas.keys() - {around, *taken}

    assert named("kind", "One", "Kind", "OneKind") == {"Kind2"}
    assert named("2", "9") == {"Values2"}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["OnlineUsers", "sdk"], ["ONLINE_USERS", "SDK"]),
        (["1920*1080_30", "1920x1080_30"], ["VALUE_1920_1080_30", "VALUE_1920X1080_30"]),
        (["a-b", "a.b", "A_B"], ["A_B", "A_B_2", "A_B_3"]),
        (["其他", "other", ""], ["VALUE_1", "OTHER", "VALUE_3"]),
        ([1, 2], ["VALUE_1", "VALUE_2"]),
        ([-1, 1], ["VALUE_1", "VALUE_1_2"]),
    ],
)
def test_values_get_names(values: list[Any], names: list[str]) -> None:
    """Constants of any language, no two alike."""
    assert constants(values, None) == names


def test_what_looks_like_a_word_of_the_language_is_kept_in_data() -> None:
    """A field that is called enum or if, and examples that hold such members."""
    odd = {"enum": {"type": "string"}, "if": {"type": "integer"}, "x-own": {"type": "string"}}
    document = _small(**odd)
    media = document["paths"]["/jobs"]["get"]["responses"]["200"]["content"]["application/json"]
    media["example"] = {"enum": ["a"], "if": 1, "x-own": "x"}
    made = for_generators(document, Conventions())
    answer = made["paths"]["/jobs"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer == media


def test_a_document_keeps_the_schemes_that_it_has() -> None:
    """Without a token of its own among the conventions nothing is taken from its security."""
    schemes = {"basic": {"type": "http", "scheme": "basic"}}
    document = _small() | {"security": [{"basic": []}]}
    document["components"]["securitySchemes"] = schemes
    made = for_generators(document, Conventions())
    assert (made["security"], made["components"]["securitySchemes"]) == ([{"basic": []}], schemes)


def test_errors_that_no_operation_lists_have_the_shape_of_the_others(
    exported: tuple[Any, dict[str, Any]],
) -> None:
    """Where all that are listed have one; the identity service has a body of its own."""
    answers = {
        operation["operationId"]: operation["responses"]
        for item in exported[1]["paths"].values()
        for operation in item.values()
    }
    schema = {"$ref": "#/components/schemas/Error"}
    assert answers["ShowApp"]["default"]["content"] == {"application/json": {"schema": schema}}
    assert "default" not in answers["CreateToken"]
    made = for_generators(_small(), Conventions(envelope=("code", "text")))
    assert list(made["paths"]["/jobs"]["get"]["responses"]) == ["200"]
