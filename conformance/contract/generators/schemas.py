"""What no type of a programming language expresses is taken out of schemas; the rest stays.

A client that checks answers by what the document only recommends would refuse what it permits:
there, constraints of a lower level than MUST are taken out as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.contract.generators.walking import nodes, schemas
from conformance.contract.inlining import pointed_at

_CONDITIONS: Final = (
    "if", "then", "else", "not", "dependentRequired", "dependentSchemas", "contains",
    "minContains", "maxContains", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_SHAPES: Final = ("type", "$ref", "properties", "allOf", "anyOf", "oneOf", "enum", "const")
_LOOSE: Final[Mapping[str, tuple[str, ...]]] = {
    "enum": ("enum", "x-enum-varnames", "title"),
    "type": (),
    "required": (),
}
"""Keywords of which more, or nothing, is taken out when their level is below MUST."""

_TIMES: Final = ("date-time", "date", "time")
_COMBINATIONS: Final = ("allOf", "anyOf", "oneOf")


def loosen_answers(document: dict[str, Any]) -> None:
    """Where answers are described, keep of each schema what the document states."""
    for schema in _of_answers(document):
        levels = schema.get("x-levels", {})
        for keyword in [word for word, level in levels.items() if level != "MUST"]:
            if keyword == "enum" and "enum" in schema:
                known = f"Known values: {', '.join(map(str, schema['enum']))}."
                schema["description"] = f"{schema.get('description', '')} {known}".strip()
            for word in _LOOSE.get(keyword, (keyword,)):
                schema.pop(word, None)
        _require_less(schema)


def _require_less(schema: dict[str, Any]) -> None:
    """A field that is only recommended is not required; its own schema says so."""
    if "required" in schema and isinstance(schema.get("properties"), dict):
        optional = {
            name
            for name, field in schema["properties"].items()
            if field.get("x-levels", {}).get("required", "MUST") != "MUST"
        }
        schema["required"] = [name for name in schema["required"] if name not in optional]


def simplify(document: dict[str, Any]) -> None:
    """Take conditions, branches without a type and doubly said forms out of every schema."""
    for schema in list(schemas(document)):
        for keyword in _CONDITIONS:
            schema.pop(keyword, None)
        for keyword in _COMBINATIONS:
            if keyword in schema:
                _combine(schema, keyword)
        if schema.get("format") in _TIMES and "pattern" in schema:
            # A pattern says how a time is spelt; libraries that know only the format spell it in
            # their own way, and cannot read the other spellings that the pattern allows.
            del schema["format"]
        if schema.get("required") == []:
            del schema["required"]


def _combine(schema: dict[str, Any], keyword: str) -> None:
    """Keep a combination of shapes; one of ranges becomes a range, one of conditions nothing."""
    branches = schema[keyword]
    shaped = [one for one in branches if any(word in one for word in _SHAPES)]
    kinds = {one["type"] for one in branches if isinstance(one.get("type"), str)}
    if keyword == "allOf":
        schema[keyword] = shaped
    elif len(shaped) < len(branches):
        schema[keyword] = []
    elif len(kinds) == 1 and kinds <= {"integer", "number"} and all("type" in b for b in branches):
        schema.setdefault("type", *kinds)
        schema |= _hull(branches)
        schema[keyword] = []
    if not schema[keyword]:
        del schema[keyword]


def _hull(branches: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The one range that holds every range and every single number."""
    lower = [bound for one in branches for bound in _bounds(one, "minimum")]
    upper = [bound for one in branches for bound in _bounds(one, "maximum")]
    hull = {}
    if all(_bounds(one, "minimum") for one in branches):
        hull["minimum"] = min(lower)
    if all(_bounds(one, "maximum") for one in branches):
        hull["maximum"] = max(upper)
    return hull


def _bounds(branch: Mapping[str, Any], keyword: str) -> list[float]:
    if "const" in branch:
        return [branch["const"]]
    return list(branch.get("enum", [branch[keyword]] if keyword in branch else []))


def _of_answers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Schemas of answers: those beneath ``responses``, and the components that they lead to."""
    seen: set[str] = set()
    waiting: list[Any] = [node["responses"] for node in nodes(document) if "responses" in node]
    while waiting:
        # Answers themselves stand under statuses, which are names.
        for node in nodes({"responses": waiting.pop()}):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                waiting.append({"200": pointed_at(document, reference)})
            yield node
