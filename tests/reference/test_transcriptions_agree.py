"""Two people read the document: the contract and the reference's models say the same of each field.

``spec/openapi.yaml`` and the models of ``conformance.reference`` were written apart from each
other. Every field of every request, query and answer is held against its twin: name, presence,
type, values, bounds, sizes, default. Where they differ, one of the two is wrong, or the document
leaves room: then an erratum says so, and the difference is listed in ``REVIEWED``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from conformance.contract.document import Contract, load_contract
from conformance.contract.fields import walk
from conformance.contract.operations import Operation
from conformance.contract.requirements import judged_parameters
from conformance.model.requirement import glob_to_pattern
from conformance.reference.app import OPERATIONS
from conformance.reference.models.identity import CreateTokenBody, ProjectList, TokenAnswer
from conformance.reference.statistics.operations import OPERATIONS as STATISTICS

INT32 = (-(2**31), 2**31 - 1)
_BOUNDS: Mapping[str, tuple[str, ...]] = {
    "minimum": ("minimum", "ge"),
    "maximum": ("maximum", "le"),
    "minItems": ("minItems",),
    "maxItems": ("maxItems",),
    "minLength": ("minLength",),
    "maxLength": ("maxLength",),
}

REVIEWED: Mapping[str, str] = {
    "CreateToken answer token.*": "E-3-token-answer-cut",
    "CreateToken request auth.identity.password.user.* bounds": "E-3-no-tables",
    "ListProjects answer *links.* *": "E-3-projects-nested",
    "*MixJob request mix_param.layout_panes bounds": "E-9-pane-limit",
    "*MixJob request mix_param.layout_panes[].* default": "E-9-custom-fields",
    "CreateMixJob request mix_param.layout_template default": "E-9-layout-panes-nonempty",
    "UpdateMixJob request mix_param.layout_template *": "E-9-update-layout",
    "*MixJob request mix_param.user_background_images[].image_uri bounds": "E-9-image-form",
    "RemoveUsers request user_ids[] bounds": "E-11-user-ids-empty",
    "ListRtc*List query limit default": "E-13-limit-defaults",
    "ListRtcEvent answer * name": "E-13-event-flat",
    "ListRtcAbnormalEventDimension query dimension* *": "E-13-dimension-both",
}
"""Operation, place, field and facet, with the erratum that leaves room for both readings."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field as one of the two transcriptions has it."""

    presence: str
    types: frozenset[str]
    values: frozenset[str]
    bounds: Mapping[str, float]
    default: Any


@cache
def contract() -> Contract:
    """One transcription."""
    return load_contract()


def _models() -> Iterator[tuple[str, str, Any]]:
    """The other: operation, place, and the type that stands for it."""
    yield "CreateToken", "request", CreateTokenBody
    yield "CreateToken", "answer", TokenAnswer
    yield "ListProjects", "answer", ProjectList
    for operation in OPERATIONS:
        if operation.body is not None:
            yield operation.name, "request", operation.body
        if operation.query is not None:
            yield operation.name, "query", operation.query
        answer = operation.handle.__annotations__["return"]
        if answer != "None":
            yield operation.name, "answer", operation.handle.__globals__[answer]
    for query in STATISTICS:
        yield query.name, "query", query.query
        yield query.name, "answer", query.answer


MODELS = {(name, place): model for name, place, model in _models()}


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema of pydantic without references, and without the null that means absence."""
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = _plain(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
        return {**target, **{k: v for k, v in node.items() if k != "$ref"}}
    plain = {key: _plain(value, definitions) for key, value in node.items() if key != "$defs"}
    branches = [part for part in plain.get("anyOf", ()) if part != {"type": "null"}]
    if len(branches) == 1 and len(plain["anyOf"]) == 2:
        rest = {key: value for key, value in plain.items() if key != "anyOf"}
        return {**branches[0], **rest}
    return plain


def _schema(model: Any) -> dict[str, Any]:
    whole = (
        model.model_json_schema()
        if isinstance(model, type) and issubclass(model, BaseModel)
        else TypeAdapter(model).json_schema()
    )
    plain: dict[str, Any] = _plain(whole, whole.get("$defs", {}))
    return plain


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    branches = schema.get("anyOf", ()) or schema.get("oneOf", ())
    declared = schema.get("type", ())
    found = {declared} if isinstance(declared, str) else set(declared)
    for part in branches:
        found |= _types(part)
    if not found:
        values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
        found = {"string" for value in values if isinstance(value, str)}
    return frozenset(found - {"null"})


def _values(schema: Mapping[str, Any]) -> frozenset[str]:
    listed = [*schema.get("enum", ())]
    if "const" in schema:
        listed.append(schema["const"])
    texts = [part for part in schema.get("anyOf", ()) if _types(part) == {"string"}]
    return frozenset(map(str, listed)).union(*map(_values, texts))


def _row(schema: Mapping[str, Any], presence: str) -> Row:
    default = schema.get("default")
    absent = default in (None, "", [], {}) or default == 0.0
    shown = "recommended" if presence == "optional" and default is not None else presence
    values, bounds = _values(schema), _bounds(schema)
    numbers = sorted(v for v in schema.get("enum", ()) if isinstance(v, int))
    if numbers and numbers == list(range(numbers[0], numbers[-1] + 1)):
        values, bounds = frozenset(), {"minimum": numbers[0], "maximum": numbers[-1]}
    return Row(shown, _types(schema), values, bounds, None if absent else default)


def _bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Bounds and sizes; those of alternatives from the lowest to the highest."""
    bounds = {
        name: schema[key]
        for name, spellings in _BOUNDS.items()
        for key in spellings
        if key in schema and schema[key] not in INT32
    }
    parts = schema.get("anyOf", ())
    for name, choose in (("minimum", min), ("maximum", max)):
        ends = [part.get(name, part.get("const")) for part in parts]
        if ends and all(isinstance(end, int) for end in ends) and name not in bounds:
            bounds[name] = choose(ends)
    return bounds


def _theirs(name: str, place: str) -> dict[str, Row]:
    fields = walk(_schema(MODELS[name, place]), "", None)
    return {field.path: _row(field.schema, field.presence) for field in fields}


def _ours(operation: Operation, place: str) -> dict[str, Row]:
    if place == "query":
        parameters = [p for p in judged_parameters(operation) if p.place == "query"]
        return {
            field.path: _row(field.schema, field.presence) for p in parameters for field in p.fields
        }
    if place == "request":
        fields = operation.body.fields if operation.body is not None else ()
    else:
        fields = operation.success.fields
    return {field.path: _row(field.schema, field.presence) for field in fields}


def _presence_differs(place: str, ours: Row, theirs: Row) -> bool:
    """What an answer should carry the reference always sends; requests need the same fields."""
    if place == "answer":
        return ours.presence != "optional" and theirs.presence == "optional"
    return (ours.presence == "required") != (theirs.presence == "required")


def _values_differ(place: str, ours: Row, theirs: Row) -> bool:
    """What an answer can be is part of what it may be; requests take the same values."""
    if place == "answer" and (not theirs.values or not ours.values):
        return False
    return not theirs.values <= ours.values if place == "answer" else ours.values != theirs.values


def _bounds_differ(place: str, ours: Row, theirs: Row) -> bool:
    """Requests have the same bounds; an answer that states some has none that are wider."""
    if place == "answer":
        return any(
            (limit < ours.bounds[name]) if name.startswith("min") else (limit > ours.bounds[name])
            for name, limit in theirs.bounds.items()
            if name in ours.bounds
        )
    left, right = dict(ours.bounds), dict(theirs.bounds)
    if place == "query":
        # A query cannot carry an empty list; whether that is said makes no difference.
        left.pop("minItems", None)
    return left != right


@cache
def differences(name: str, place: str) -> tuple[tuple[str, str], ...]:
    """Every facet of every field in which the two differ, with both readings."""
    return tuple(_differences(name, place))


def _differences(name: str, place: str) -> Iterator[tuple[str, str]]:
    ours, theirs = _ours(contract().operation(name), place), _theirs(name, place)
    for path in sorted(ours.keys() ^ theirs.keys()):
        yield f"{name} {place} {path} name", f"only in {'one' if path in ours else 'the other'}"
    for path in sorted(ours.keys() & theirs.keys()):
        left, right = ours[path], theirs[path]
        key = f"{name} {place} {path}"
        if _presence_differs(place, left, right):
            yield f"{key} presence", f"{left.presence} / {right.presence}"
        if left.types != right.types:
            yield f"{key} types", f"{sorted(left.types)} / {sorted(right.types)}"
        if _values_differ(place, left, right):
            yield f"{key} values", f"{sorted(left.values)} / {sorted(right.values)}"
        if _bounds_differ(place, left, right):
            yield f"{key} bounds", f"{left.bounds} / {right.bounds}"
        if place != "answer" and left.default != right.default:
            yield f"{key} default", f"{left.default} / {right.default}"


def _reviewed(key: str) -> list[str]:
    return [glob for glob in REVIEWED if glob_to_pattern(glob).match(key)]


@pytest.mark.parametrize(("name", "place"), MODELS, ids=str)
def test_both_transcriptions_agree(name: str, place: str) -> None:
    """Field by field: whatever differs and is not reviewed is a slip in one of the two."""
    found = [f"{key}: {what}" for key, what in differences(name, place) if not _reviewed(key)]
    assert not found, "contract / reference\n" + "\n".join(found)


def test_every_reviewed_difference_is_still_one() -> None:
    """A line of the table that matches nothing any more hides the next slip."""
    keys = [key for name, place in MODELS for key, _ in differences(name, place)]
    used = {glob for key in keys for glob in _reviewed(key)}
    assert not REVIEWED.keys() - used
    assert set(REVIEWED.values()) <= contract().errata.keys()


def test_both_know_the_same_operations() -> None:
    """Every operation with inputs or answers is in both; method, path and status are the same."""
    ours = {
        (operation.id, operation.method, operation.path, operation.success.status)
        for operation in contract().operations.values()
        if operation.chapter not in {"3", "14"}
    }
    theirs = {(o.name, o.method, o.path, o.status) for o in OPERATIONS}
    theirs |= {(o.name, "GET", o.path, 200) for o in STATISTICS}
    assert ours == theirs
    for operation in contract().operations.values():
        assert (operation.body is not None) == ((operation.id, "request") in MODELS)


def test_a_slip_would_be_seen() -> None:
    """The comparison tells apart what it is there to tell apart."""
    plain = {"type": "integer", "minimum": 1, "maximum": 9, "default": 3}
    row = _row(plain, "optional")
    assert _bounds_differ("query", row, _row({**plain, "maximum": 8}, "optional"))
    assert _bounds_differ("answer", row, _row({**plain, "maximum": 10}, "optional"))
    assert not _bounds_differ("answer", row, _row({**plain, "maximum": 8}, "optional"))
    assert _row({"enum": [0, 1]}, "required").bounds == {"minimum": 0, "maximum": 1}
    either = {"anyOf": [{"const": 0}, {"minimum": 60, "maximum": 90}]}
    assert _row(either, "required").bounds == {"minimum": 0, "maximum": 90}
    texts = _row({"enum": ["a", "b"]}, "required")
    assert _values_differ("answer", texts, _row({"enum": ["a", "c"]}, "required"))
    assert not _values_differ("answer", texts, _row({"enum": ["a"]}, "required"))
    assert _values_differ("request", texts, _row({"enum": ["a"]}, "required"))
    assert _presence_differs("answer", _row({}, "recommended"), _row({}, "optional"))
    assert _presence_differs("request", _row({}, "required"), _row({}, "optional"))
