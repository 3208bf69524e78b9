"""Finds the field because of which a server refuses a plain valid request."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.cases.requests import (
    UNKNOWN_ID,
    bases,
    plain_body,
    sends_input,
    with_input,
    without_input,
)
from conformance.cases.values import accepted_values, sample
from conformance.contract.fields import Field
from conformance.contract.operations import Operation
from conformance.model import field_path
from conformance.model.case import Case, Claim, Given, Template
from conformance.model.requirement_id import RequirementId

MOST_TRIES = 4
"""Other values that are tried for one field."""


def refused_claims(
    operation: Operation, case: Case, takes: Callable[[Template], bool]
) -> Iterator[Claim]:
    """The claims that a refusal breaks, when not even the plain request is accepted.

    A claim is about a value that its request has, or about a field that it lacks. If the same
    request with another value for just that field is accepted, the claim is what was refused.
    """
    for claim in case.claims[1:]:
        if claim.shown_as is None:
            parts = RequirementId.parse(claim.requirement)
            place, path = parts.place, parts.field
            variants = _variants(operation, place, path, claim.alone)
            if any(takes(variant) for variant in itertools.islice(variants, MOST_TRIES)):
                yield claim


def _variants(operation: Operation, place: str, path: str, plain: Template) -> Iterator[Template]:
    """Valid requests that differ from the plain one only in that field."""
    seen = [plain]
    for value in _values(operation, place, path):
        changed = _everywhere(plain, place, path, value)
        if changed not in seen and _valid(operation, changed):
            seen.append(changed)
            yield changed
    if sends_input(plain, place, path) and not path.endswith("[]"):
        changed = without_input(plain, place, path)
        if _valid(operation, changed):
            yield changed


def _values(operation: Operation, place: str, path: str) -> Iterator[Any]:
    field = _field(operation, place, path)
    if field is None:
        return
    for base in bases(operation):
        if sends_input(base.template, place, path):
            whole = base.template.body if place == "body" else getattr(base.template, place)
            yield field_path.read(whole, path)
    yield from (choice.value for choice in accepted_values(field))
    yield sample(field.schema)
    if field.types == ("integer",):
        yield from (field.schema[k] + step for k, step in _STEPS if k in field.schema)
    if field.given:
        made = "create" in operation.conventions.resources.get(field.given, {})
        yield Given(field.given) if made else UNKNOWN_ID


def _everywhere(plain: Template, place: str, path: str, value: Any) -> Template:
    """The same request with one input changed; within a list, in each of its items."""
    if place == "body" and "[]" in path:
        return replace(plain, body=field_path.write_all(plain.body, path, value))
    return with_input(plain, place, path, value)


_STEPS = (("minimum", 1), ("maximum", -1))


def _field(operation: Operation, place: str, path: str) -> Field | None:
    if place == "body":
        fields = operation.body.fields if operation.body is not None else ()
    else:
        parameter = operation.parameter(path.removesuffix("[]"))
        fields = parameter.fields if parameter is not None else ()
    return next((field for field in fields if field.path == path), None)


def _valid(operation: Operation, template: Template) -> bool:
    return operation.body is None or operation.body.validator.is_valid(plain_body(template.body))
