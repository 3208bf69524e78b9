"""Extensions of the contract have a schema of their own, and no other ones are used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.access.capability import CAPABILITIES
from conformance.contract.files import spec_folder

if TYPE_CHECKING:
    from .conftest import Document

NAMED = frozenset(
    {"properties", "headers", "parameters", "schemas", "responses", "securitySchemes", "paths"}
)
"""Members whose own members have names of the document, not of the contract's language."""
DATA = frozenset({"example", "value", "default", "enum", "const"})

Schema = dict[str, Any]


@cache
def _schema() -> Schema:
    text = (spec_folder() / "extensions.schema.json").read_text(encoding="utf-8")
    schema: Schema = json.loads(text)
    return schema


def _extensions(
    node: Any, way: str = "#", *, names: bool = False
) -> Iterator[tuple[str, str, Any]]:
    """Every x- member below a node: where it is, its name, its value."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _extensions(item, f"{way}/{number}")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        here = f"{way}/{key}"
        if not names and key.startswith("x-"):
            yield here, key, value
        elif names or key not in DATA:
            yield from _extensions(value, here, names=not names and key in NAMED)


def test_every_extension_fits_its_schema(document: Document) -> None:
    """An extension without a schema, or one that does not fit it, is a slip of the pen."""
    checks = {
        name: Draft202012Validator({"$defs": _schema()["$defs"], "$ref": f"#/$defs/{name}"})
        for name in _schema()["properties"]
    }
    faults: list[str] = []
    seen: set[str] = set()
    for place, name, value in _extensions(document.root):
        seen.add(name)
        if name not in checks:
            faults.append(f"{place}: {name} has no schema in extensions.schema.json")
            continue
        faults += [f"{place}: {error.message}" for error in checks[name].iter_errors(value)]
    assert not faults, "\n".join(faults[:20])
    assert {"x-rules", "x-source", "x-resource", "x-levels"} <= seen


def test_the_schema_of_the_extensions_is_one() -> None:
    """extensions.schema.json itself keeps JSON Schema 2020-12."""
    Draft202012Validator.check_schema(_schema())


def test_a_wrong_extension_is_seen(document: Document) -> None:
    """The walk above finds what is planted deep inside, and leaves fields called x- alone."""
    planted = {
        "properties": {"x-field": {"type": "string", "x-unit": 7}},
        "headers": {"x-request-id": {"schema": {}}},
        "example": {"x-anything": 1},
    }
    assert [name for _, name, _ in _extensions(planted)] == ["x-unit"]


def test_the_contract_is_valid_openapi(document: Document) -> None:
    """A public OpenAPI 3.1 validator has nothing to say."""
    errors = list(OpenAPIV31SpecValidator(document.root).iter_errors())  # type: ignore[arg-type]
    assert not errors, "\n".join(str(error.message) for error in errors[:5])


def test_capabilities_have_one_name(document: Document) -> None:
    """The words of the contract for what a target may offer are those of target files."""
    named = {row["name"] for row in document.root["x-capability-catalogue"]}
    assert named == CAPABILITIES.keys()
    assert set(_schema()["$defs"]["capability"]["enum"]) == named


def test_every_capability_that_is_needed_is_known(document: Document) -> None:
    """An operation or rule that needs what nobody can claim would never be judged."""
    needed: set[str] = set()
    for _, name, value in _extensions(document.root):
        if name == "x-capabilities":
            needed.update(value)
        if name in {"x-rules", "x-common-rules"}:
            for rule in value:
                given = rule.get("capability", [])
                needed.update([given] if isinstance(given, str) else given)
    assert needed <= CAPABILITIES.keys()


def test_errata_that_are_named_exist(document: Document, errata: list[Schema]) -> None:
    """Every erratum id in the contract is one of errata.yaml."""
    known = {entry["id"] for entry in errata}
    named: set[str] = set()
    for _, name, value in _extensions(document.root):
        if name in {"x-erratum", "x-errata"}:
            named.update([value] if isinstance(value, str) else value)
        if name in {"x-rules", "x-common-rules"}:
            named.update(rule["erratum"] for rule in value if "erratum" in rule)
    assert not named - known
