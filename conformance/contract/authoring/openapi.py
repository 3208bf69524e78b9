"""Checks that a draft is valid OpenAPI 3.0, 3.1 or Swagger 2.0, with a public validator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import SchemaError

from conformance.contract.authoring.operations import operation_faults
from conformance.contract.authoring.problem import METHODS, Fault
from conformance.contract.inlining import pointed_at
from conformance.errors import ContractError

_SHOWN = 200
_TOLD = frozenset({"DuplicateOperationIDError", "UnresolvableParameterError"})
"""Errors of the public validator that are told by ``operation_faults``, with their place."""
_DATA = frozenset({"example", "examples", "value", "default", "enum", "const"})

Way = tuple[str | int, ...]


def openapi_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults by the schema of the version; if none, those that a schema cannot express.

    References that point to nothing come first: validators fail on them.
    """
    version = str(document.get("openapi", document.get("swagger", "")))
    kind = _validator(version)
    if kind is None:
        yield Fault(("openapi",), f"is {version or 'missing'}", "3.1, 3.0 or swagger: '2.0'")
        return
    dangling = list(reference_faults(document))
    yield from dangling
    if dangling:
        return
    schema = kind.schema_validator
    shape = list(schema.iter_errors(document))
    for error in shape:
        yield Fault(
            tuple(error.absolute_path),
            str(error.message).split("\n", 1)[0][:_SHOWN],
            _wanted(error),
        )
    told = {tuple(error.absolute_path) for error in shape}
    found = [one for one in _schema_faults(document, version) if one.way not in told]
    yield from found
    if shape or found:
        return
    yield from operation_faults(document)
    try:
        for error in kind(document).iter_errors():
            if type(error).__name__ in _TOLD:
                continue
            way = tuple(getattr(error, "absolute_path", ()))
            message = str(getattr(error, "message", error)).split("\n", 1)[0][:_SHOWN]
            yield Fault(way, message, f"OpenAPI {version}")
    except Exception as error:
        yield Fault(
            (), f"cannot be validated ({type(error).__name__}: {error})", f"OpenAPI {version}"
        )


def _schema_faults(document: Mapping[str, Any], version: str) -> Iterator[Fault]:
    """Invalid schemas with their path, which the public validator does not give."""
    import openapi_schema_validator as public

    dialects: dict[str, Any] = {"3.1": public.OAS31Validator, "3.0": public.OAS30Validator}
    for way, schema in _schemas(document, ()) if version[:3] in dialects else ():
        try:
            dialects[version[:3]].check_schema(schema)
        except SchemaError as error:
            where = (*way, *error.absolute_path)
            yield Fault(where, error.message[:_SHOWN], f"a schema of OpenAPI {version}")


def _schemas(node: Any, way: Way) -> Iterator[tuple[Way, Any]]:
    """Every schema that is not part of another."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _schemas(item, (*way, number))
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "schema" or way == ("components", "schemas"):
            yield (*way, key), value
        elif key not in _DATA and not key.startswith("x-"):
            yield from _schemas(value, (*way, key))


def reference_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """References that point to nothing, or out of the document."""
    for way, reference in _references(document, ()):
        if not reference.startswith("#"):
            yield Fault(way, f"points to {reference!r}", "a reference within the document (#/…)")
            continue
        try:
            pointed_at(document, reference)
        except ContractError:
            yield Fault(way, f"points to nothing ({reference})", "a member that is there")


def _references(node: Any, way: Way) -> Iterator[tuple[Way, str]]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _references(item, (*way, number))
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield (*way, "$ref"), reference
    for key, value in node.items():
        if key not in {"example", "examples", "value", "default", "enum", "const"} or way[-1:] == (
            "properties",
        ):
            yield from _references(value, (*way, key))


def _wanted(error: Any) -> str:
    value, message = error.validator_value, str(error.message).split("\n", 1)[0]
    if "unexpected)" in message:
        return _members(tuple(error.absolute_path))
    if " is not of type" in message:
        return "type " + re.sub(r"^s? |\"|'", "", message.rpartition(" is not of type")[2])
    if error.validator in {"required", "type", "enum", "const", "pattern", "format"}:
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return f"{error.validator} {shown}"[:_SHOWN]
    return f"what the schema of OpenAPI says of {error.validator}"


def _members(way: Way) -> str:
    """What there may be, where something else is."""
    if way[-1:] == ("responses",):
        return "statuses such as 200, ranges such as 2XX, or default"
    if len(way) == 2 and way[0] in {"paths", "webhooks"}:
        return ", ".join(METHODS)
    return "members that OpenAPI has there, or a name that begins with x-"


def _validator(version: str) -> Any:
    """The validator of a version; imported late, as only the check needs it."""
    import openapi_spec_validator as public

    for start, kind in (
        ("3.1", public.OpenAPIV31SpecValidator),
        ("3.0", public.OpenAPIV30SpecValidator),
        ("2.0", public.OpenAPIV2SpecValidator),
    ):
        if version.startswith(start):
            return kind
    return None
