"""Base requests of an operation: the valid requests from which all other cases are derived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.cases.values import sample
from conformance.contract.document import Contract
from conformance.contract.operations import Operation, Parameter
from conformance.contract.requirements import judged_parameters
from conformance.model import field_path
from conformance.model.case import ABSENT, Given, Moment, Template, Unique, resolve

DAY = 24 * 3600
USUAL_SPAN = dt.timedelta(days=14)
"""What is asked for where no longest span is stated."""
WIDE = "window"
"""Name of the base request that asks for a long window and filters nothing."""
UNKNOWN_ID = "e1b7a90c4d2f48635ab1c7fe09d86243"
"""An identifier of the documented look that names nothing: drawn, since 0123… is one people use."""


@dataclass(frozen=True, slots=True)
class Base:
    """One valid request; ``name`` is that of the contract's example, or minimal and full."""

    name: str
    template: Template


def bases(operation: Operation) -> tuple[Base, ...]:
    """Every base request, the smallest first."""
    path = {
        p.name: parameter_value(operation, p) for p in operation.parameters if p.place == "path"
    }
    needed = {p.name: _query(operation, p) for p in _queries(operation) if p.required}
    headers = {
        p.name: str(parameter_value(operation, p))
        for p in judged_parameters(operation)
        if p.place == "header" and p.required
    }
    plain = Template(operation.id, path=path, query=needed, headers=headers)
    if operation.body is not None:
        examples = operation.body.examples
        found = [
            Base(name, replace(plain, body=_provided(operation, body)))
            for name, body in examples.items()
        ]
        return tuple(found) or (Base("minimal", plain),)
    found = [Base("minimal", plain)]
    names = operation.window.ends if operation.window else ()
    ends = {p.name: _query(operation, p) for p in _queries(operation) if p.name in names}
    if ends and not ends.keys() <= needed.keys():
        found.append(Base(WIDE, replace(plain, query={**needed, **ends})))
    stated = (p for p in _queries(operation) if not p.field.schema.get("x-open"))
    full = {p.name: _query(operation, p) for p in stated}
    if full not in ({**needed, **ends}, needed):
        found.append(Base("full", replace(plain, query=full)))
    return tuple(found)


def sure_bases(operation: Operation) -> tuple[Base, ...]:
    """The base requests with what is optional and yet asked for (``x-sent``): they are served."""
    asked = [p for p in _queries(operation) if p.field.schema.get("x-sent") is True]
    more = {p.name: _query(operation, p) for p in asked}
    return tuple(
        replace(base, template=replace(base.template, query={**more, **base.template.query}))
        for base in bases(operation)
    )


def parameter_value(operation: Operation, parameter: Parameter) -> Any:
    """The value for a parameter: the id of the resource that it names, or a sample."""
    kind = parameter.field.given
    if not kind:
        return sample(parameter.field.schema)
    instead = operation.conventions.resources.get(kind, {}).get("instead")
    if instead and operation.capabilities & set(instead["capabilities"]):
        return Given(instead["kind"])
    return Given(kind)


def own_resources(contract: Contract, operation: Operation) -> frozenset[str]:
    """Kinds of resource that a success would use up or change for other cases."""
    if operation.effect not in {"delete", "action"}:
        return frozenset()
    last = [p.field.resource for p in operation.parameters if p.place == "path"]
    kinds = [kind for kind in last if kind and contract.resources.can_be_replaced(kind)]
    return frozenset(kinds[-1:])


def with_input(template: Template, place: str, path: str, value: Any) -> Template:
    """A copy of the request with one input set."""
    if place == "body":
        return replace(template, body=field_path.write(template.body, path, value))
    if place == "query":
        name = path.removesuffix("[]")
        listed = [value] if path.endswith("[]") else value
        return replace(template, query={**template.query, name: listed})
    if place == "path":
        return replace(template, path={**template.path, path: value})
    return replace(template, headers={**template.headers, path: str(value)})


def without_input(template: Template, place: str, path: str) -> Template:
    """A copy of the request without one input."""
    if place == "body":
        return replace(template, body=field_path.remove(template.body, path))
    if place == "query":
        return replace(template, query={k: v for k, v in template.query.items() if k != path})
    return replace(template, headers={k: v for k, v in template.headers.items() if k != path})


def sends_input(template: Template, place: str, path: str) -> bool:
    """Whether the request sends that input."""
    if place == "body":
        return field_path.read(template.body, path) is not field_path.MISSING
    where = {"query": template.query, "path": template.path, "header": template.headers}[place]
    return path.removesuffix("[]") in where


def plain_body(body: Any) -> Any:
    """The body with ordinary texts in place of Given and Unique, for validation."""
    return None if body is ABSENT else resolve(body, _text)


def _text(value: Any) -> str:
    if isinstance(value, Unique):
        return value.stem or "text"
    return value.like if isinstance(value, Given) else "2024-01-01T00:00:00Z"


def _queries(operation: Operation) -> Iterator[Parameter]:
    return (p for p in judged_parameters(operation) if p.place == "query")


def _query(operation: Operation, parameter: Parameter) -> Any:
    window = operation.window
    if window is not None and parameter.name in window.ends:
        end = -DAY if window.daily else 0
        span = int((window.longest or USUAL_SPAN).total_seconds())
        return Moment(end - span // 2 if parameter.name == window.start else end, window.form)
    if "x-moment" in parameter.field.schema:
        return Moment(parameter.field.schema["x-moment"])
    return parameter_value(operation, parameter)


def _provided(operation: Operation, body: Any) -> Any:
    """The example with its ids and unique names replaced by Given and Unique."""
    if operation.body is None:
        return body
    for field in operation.body.fields:
        if field_path.read(body, field.path) is field_path.MISSING:
            continue
        if field.given:
            shown = str(field_path.read(body, field.path))
            body = field_path.write(body, field.path, Given(field.given, like=shown))
        elif field.schema.get("x-unique") or field.schema.get("x-fresh"):
            body = field_path.write(
                body, field.path, Unique(str(field_path.read(body, field.path)))
            )
    return body
