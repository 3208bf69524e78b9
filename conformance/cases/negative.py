"""Requests that must be refused: one violation at a time, for each constraint of each input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from conformance.cases.requests import (
    UNKNOWN_ID,
    bases,
    plain_body,
    sends_input,
    with_input,
    without_input,
)
from conformance.cases.values import Choice, may_be_read, refused_values, sample, slug
from conformance.contract.document import Contract
from conformance.contract.fields import Combination, Field
from conformance.contract.operations import Body, Operation
from conformance.contract.requirements import (
    input_keywords,
    input_level,
    judged_parameters,
    refusal_kind,
)
from conformance.model import field_path
from conformance.model.case import ABSENT, Case, Template
from conformance.model.expectation import Answer, Expectation
from conformance.model.requirement import Level
from conformance.model.wording import in_json

_WRONG = {
    "known": "which names nothing that exists",
    "type": "which is of another type",
    "enum": "which is not listed",
    "format": "which is of another form",
    "minimum": "which is out of bounds",
    "maximum": "which is out of bounds",
    "range": "which is out of bounds",
    "minLength": "which is too short",
    "maxLength": "which is too long",
    "minItems": "which has too few items",
    "maxItems": "which has too many items",
}
"""What is said of a value that breaks a keyword."""
_JSON = {"Content-Type": "application/json"}


def negative_cases(contract: Contract, operation: Operation) -> Iterator[Case]:
    """Every request of the operation that must be refused, each for one reason."""
    for parameter in judged_parameters(operation):
        for field in parameter.fields:
            yield from _input_cases(contract, operation, parameter.place, field, parameter.field)
    if operation.body is None:
        return
    yield from _unreadable(contract, operation)
    for field in operation.body.fields:
        yield from _input_cases(contract, operation, "body", field, field)
    for combination in operation.body.combinations:
        yield from _combination_cases(contract, operation, operation.body, combination)


def _input_cases(
    contract: Contract, operation: Operation, place: str, field: Field, whole: Field
) -> Iterator[Case]:
    """``whole`` is the parameter that a field is an item of, or the field itself."""
    keywords = input_keywords(operation, field, place)
    for choice, template in _violations(operation, place, field, keywords):
        expectation = _expected(contract, operation, field, choice.keyword)
        if expectation is not None and _is_blank(choice.value):
            expectation = _or_not_given(contract, operation, place, field, whole, expectation)
        if expectation is None or input_level(field, choice.keyword) is Level.MAY:
            continue
        requirement = f"{operation.id}/{place}/{field.path}/{choice.keyword}"
        yield Case(
            id=f"{requirement}~{choice.variant}",
            operation=operation.id,
            kind="negative",
            template=template,
            expectation=expectation,
            effort="standard",
            title=f"{place} {field.path} {_in_words(choice)}",
            violates=requirement,
        )


def _in_words(choice: Choice) -> str:
    """What is wrong with a value, for whoever reads the finding."""
    if choice.keyword == "required":
        return "left out"
    value = in_json(choice.value)
    return f"{value}, {_WRONG[choice.keyword]}" if choice.keyword in _WRONG else value


def _violations(
    operation: Operation, place: str, field: Field, keywords: tuple[str, ...]
) -> Iterator[tuple[Choice, Template]]:
    if "required" in keywords:
        for template in _holding(operation, place, field)[:1]:
            yield Choice("required", "missing", None), without_input(template, place, field.path)
    if "known" in keywords:
        for template in _holding(operation, place, field)[:1]:
            value = Choice("known", "unknown", UNKNOWN_ID)
            yield value, with_input(template, place, field.path, UNKNOWN_ID)
    candidates = _holding(operation, place, field) or [bases(operation)[-1].template]
    for choice in refused_values(field, in_body=place == "body"):
        if choice.keyword not in keywords:
            continue
        if place != "body" and may_be_read(field.schema, choice.value):
            continue
        changed = (with_input(template, place, field.path, choice.value) for template in candidates)
        for template in changed:
            if place != "body" or _breaks_only(operation, template, field.path, choice.keyword):
                yield choice, template
                break


def _holding(operation: Operation, place: str, field: Field) -> list[Template]:
    """Base requests that already send the field, or at least the object that contains it."""
    templates = [base.template for base in bases(operation)]
    holding = [t for t in templates if sends_input(t, place, field.path)]
    if place == "body" and not holding:
        parent = field.path.rsplit(".", 1)[0]
        near = [t for t in templates if "." not in field.path or sends_input(t, "body", parent)]
        return [with_input(t, place, field.path, sample(field.schema)) for t in near or templates]
    return holding


def _breaks_only(operation: Operation, template: Template, path: str, keyword: str) -> bool:
    """Whether the body breaks that one requirement and no other."""
    if operation.body is None:
        return False
    found = operation.body.validator.violations(plain_body(template.body))
    wanted = "type" if keyword == "null" else keyword
    at_field = [v for v in found if v.path == path]
    return len(at_field) == len(found) and any(v.keyword == wanted for v in at_field)


def _expected(
    contract: Contract, operation: Operation, field: Field, keyword: str
) -> Expectation | None:
    kind = refusal_kind(field, keyword)
    expectation = contract.refusal(operation, kind) if kind else None
    if expectation is None:
        return None
    if keyword == "null" and field.presence != "required":
        accepted = map(Answer, operation.successes)
        return Expectation((*expectation.answers, *accepted), erratum=expectation.erratum)
    if keyword == "type":
        named = _as_value(contract, operation, field)
        return replace(expectation, answers=(*expectation.answers, *named))
    return expectation


def _as_value(contract: Contract, operation: Operation, field: Field) -> tuple[Answer, ...]:
    """What a value is refused with that names nothing: one of another type names nothing either."""
    special = field.schema.get("x-refusal")
    kinds = [special] if special not in {None, "combination"} else []
    kinds += [f"unknown-{field.resource}"] if field.resource else []
    answers = (answer for kind in kinds for answer in _refusals(contract, operation, kind))
    return tuple(answer for answer in answers if answer.status >= HTTPStatus.BAD_REQUEST)


def _is_blank(value: Any) -> bool:
    return value == "" or (isinstance(value, list) and value in ([], [""]))


def _or_not_given(
    contract: Contract,
    operation: Operation,
    place: str,
    field: Field,
    whole: Field,
    expectation: Expectation,
) -> Expectation:
    """Also accept what an absent input is answered with: ``name=`` may count as absent.

    One that other fields of a body call for may be refused as their combination.
    """
    added: tuple[Answer, ...] = ()
    called_for = place == "body" and _is_called_for(operation, field)
    if place == "query" and field.presence != "required":
        added = tuple(map(Answer, operation.successes))
    if whole.presence == "required" or called_for:
        added += _refusals(contract, operation, "missing")
    if called_for:
        added += _refusals(contract, operation, "combination")
    return replace(expectation, answers=(*expectation.answers, *added))


def _is_called_for(operation: Operation, field: Field) -> bool:
    """Whether other fields of the body make one required that is not by itself."""
    combinations = operation.body.combinations if operation.body is not None else ()
    return any(
        field.path == (f"{one.path}.{name}" if one.path else name)
        for one in combinations
        for name in one.schema.get("then", {}).get("required", ())
    )


def _refusals(contract: Contract, operation: Operation, kind: str) -> tuple[Answer, ...]:
    """How a request is refused for that kind of violation."""
    expectation = contract.refusal(operation, kind)
    return expectation.answers if expectation is not None else ()


def _as_absent(
    contract: Contract, operation: Operation, body: Body, expectation: Expectation
) -> Expectation:
    """Also accept what no body is answered with: a reader may take null for one that is absent."""
    added = _refusals(contract, operation, "missing")
    if not body.schema.get("required"):
        added += tuple(map(Answer, operation.successes))
    return replace(expectation, answers=(*expectation.answers, *added))


def _unreadable(contract: Contract, operation: Operation) -> Iterator[Case]:
    """Bodies that are not JSON, not an object, or missing."""
    base = bases(operation)[0].template
    body = operation.body
    absent = operation.conventions.plain and body is not None and not body.required
    malformed = {"truncated": b'{"', "text": b"this is no JSON", "trailing": b"{} {}"}
    no_object = {"array": b"[]", "text": b'"abc"', "number": b"42", "null": b"null"}
    if absent:
        # A body that need not be there may well be read as one that is not.
        del no_object["null"]
    judged = contract.requirements
    for kind, tail, bodies in (
        ("malformed", "body/json/malformed", malformed),
        ("not-an-object", "body/json/object", no_object),
    ):
        expectation = contract.refusal(operation, kind)
        if expectation is None or f"{operation.id}/{tail}" not in judged:
            continue
        for variant, raw in bodies.items():
            yield Case(
                id=f"{operation.id}/{tail}~{variant}",
                operation=operation.id,
                kind="negative",
                template=replace(base, body=ABSENT, raw=raw, headers={**base.headers, **_JSON}),
                expectation=(
                    _as_absent(contract, operation, body, expectation)
                    if body is not None and variant == "null"
                    else expectation
                ),
                effort="standard",
                title=f"a body that is {kind} ({variant})",
                violates=f"{operation.id}/{tail}",
            )


def _combination_cases(
    contract: Contract, operation: Operation, body: Body, combination: Combination
) -> Iterator[Case]:
    """Bodies in which the ``if`` applies, the ``then`` is broken, and nothing else is wrong."""
    path = f"{combination.path}.{combination.name}" if combination.path else combination.name
    requirement = f"{operation.id}/body/{path}/combination"
    kind = combination.schema.get("x-refusal", "combination")
    expectation = contract.refusal(operation, kind)
    if expectation is None:
        return
    seen: set[str] = set()
    for variant, template in _broken_combinations(operation, combination):
        found = body.validator.violations(plain_body(template.body))
        text = repr(plain_body(template.body))
        if not found or {(v.path, v.keyword) for v in found} != {(path, "combination")}:
            continue
        if text in seen:
            continue
        seen.add(text)
        yield Case(
            id=f"{requirement}~{variant}",
            operation=operation.id,
            kind="negative",
            template=template,
            expectation=expectation,
            effort="standard",
            title=f"a request that breaks {combination.name} ({variant})",
            violates=requirement,
        )


def _broken_combinations(
    operation: Operation, combination: Combination
) -> Iterator[tuple[str, Template]]:
    prefix = f"{combination.path}." if combination.path else ""
    then = combination.schema.get("then", {})
    triggers = [{}, *_triggers(combination.schema.get("if", {}))]
    for base, trigger in itertools.product(bases(operation), triggers):
        template = base.template
        for name, value in trigger.items():
            template = with_input(template, "body", f"{prefix}{name}", value)
        mark = "-".join([base.name, *(slug(value) for value in trigger.values())])
        yield mark, template
        for name in then.get("required", ()):
            if sends_input(template, "body", f"{prefix}{name}"):
                yield f"{mark}-without-{name}", without_input(template, "body", f"{prefix}{name}")
        for name, schema in then.get("properties", {}).items():
            for variant, value in _spoiled(template, f"{prefix}{name}", schema):
                changed = with_input(template, "body", f"{prefix}{name}", value)
                yield f"{mark}-{name}-{variant}", changed


def _triggers(condition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Values that make the ``if`` apply, one at a time."""
    for name, schema in condition.get("properties", {}).items():
        if "const" in schema:
            yield {name: schema["const"]}
        for value in schema.get("enum", ()):
            yield {name: value}
        inner = schema.get("contains", {})
        if "const" in inner:
            yield {name: [inner["const"]]}


def _spoiled(template: Template, path: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("minLength"):
        yield "empty", ""
    if schema.get("minItems"):
        yield "empty", []
    if "maxItems" in schema:
        found = field_path.read(template.body, path)
        item = found[0] if isinstance(found, list) and found else {}
        count = schema["maxItems"] + 1
        many = [{**item, "id": n + 1} if isinstance(item, dict) else item for n in range(count)]
        yield "too-many", many
    if "maximum" in schema:
        yield "above", schema["maximum"] + 1
    if "const" in schema:
        yield "other", "other"
