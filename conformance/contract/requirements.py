"""Derives the catalogue of requirements from the contract: one per statement, with a stable id.

The shapes of the ids are those of the design: ``Op/place/field/keyword`` for inputs,
``Op/status/field/keyword`` for answers, ``Op/auth/…``, ``Op/rule/…`` and ``common/…``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from conformance.contract.fields import Combination, Field
from conformance.contract.operations import AnswerSpec, Operation, Parameter, RuleSpec
from conformance.contract.wording import wording
from conformance.model.expectation import Expectation
from conformance.model.requirement import Level, Requirement, Source

AUTH_KINDS = ("no-credentials", "wrong-token", "malformed-token")
SERVER_ERROR_CAPABILITY = "server-errors"
"""A 5xx cannot be provoked from outside: only a target that offers it is held to those answers."""

Accepted = Callable[[Operation, str], Expectation | None]
"""What a kind of violation may be answered with, for an operation (``x-refusals``)."""


def derive(
    operations: Iterable[Operation],
    told: Iterable[Requirement],
    common_rules: Iterable[RuleSpec],
    accepted: Accepted,
) -> Iterator[Requirement]:
    """Every requirement of a contract, in document order, common rules last.

    ``told``: requirements on what the service sends of its own accord.
    """
    for operation in operations:
        yield from _inputs(accepted, operation)
        yield from _auth(operation)
        yield from _answers(operation)
        for rule in operation.rules:
            yield _rule(f"{operation.id}/rule/{rule.id}", rule, operation)
    yield from told
    for rule in common_rules:
        yield _rule(rule.id, rule, None)


def judged_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """The parameters whose constraints are requirements: all except credential headers."""
    return tuple(
        p
        for p in operation.parameters
        if not (p.place == "header" and p.name.lower() in operation.conventions.credential_headers)
    )


def judged_inputs(operation: Operation) -> Iterator[tuple[str, Field]]:
    """Every judged field of a request that is no part of its path, with its place."""
    for parameter in judged_parameters(operation):
        if parameter.place != "path":
            for field in parameter.fields:
                yield parameter.place, field
    if operation.body is not None:
        for field in operation.body.fields:
            yield "body", field


def input_keywords(operation: Operation, field: Field, place: str) -> tuple[str, ...]:
    """Keywords of an input field that are judged in that place."""
    judged = operation.conventions.is_judged(field.resource, place)
    if place == "path":
        return ("known",) if judged else ()
    found: list[str] = []
    item = field.path.endswith("[]")
    if not item:
        found.append("required" if field.presence == "required" else "optional")
    if place == "body" and (field.types or not operation.conventions.plain):
        found += ["type"] if "null" in field.types else ["type", "null"]
    elif field.types and field.types[0] not in {"string", "array"}:
        found.append("type")
    found += [k for k in field.keywords if k != "const"]
    if "default" in field.schema and place == "body":
        # Where nothing is read back, as with queries, a default is a rule.
        found.append("default")
    if judged:
        found.append("known")
    return tuple(found)


def input_level(field: Field, keyword: str) -> Level:
    """Level of one input keyword: MUST, unless the contract says that it is only implied."""
    levels = field.schema.get("x-levels", {})
    schema_keyword = {"format": "pattern", "range": "anyOf"}.get(keyword, keyword)
    return Level(levels.get(keyword, levels.get(schema_keyword, "MUST")))


def _inputs(accepted: Accepted, operation: Operation) -> Iterator[Requirement]:
    for parameter in judged_parameters(operation):
        for field in parameter.fields:
            yield from _field_inputs(accepted, operation, parameter.place, field)
    if operation.body is None:
        return
    level = refusal_level(operation)
    yield _make(operation, "body/json/malformed", operation.source, "input", level)
    if not operation.conventions.plain or operation.body.schema.get("type") == "object":
        yield _make(operation, "body/json/object", operation.source, "input", level)
    for field in operation.body.fields:
        yield from _field_inputs(accepted, operation, "body", field)
    for combination in operation.body.combinations:
        yield _combination(operation, "body", combination, "input")


def _field_inputs(
    accepted: Accepted, operation: Operation, place: str, field: Field
) -> Iterator[Requirement]:
    for keyword in input_keywords(operation, field, place):
        level = input_level(field, keyword)
        yield _field(operation, place, field, keyword, "input", level)
        preferred = preferred_code(accepted, operation, field, keyword)
        if preferred and level is Level.MUST:
            coded = f"{keyword}-code"
            yield _field(operation, place, field, coded, "input", Level.SHOULD, preferred)


def refusal_level(operation: Operation) -> Level:
    """Level of the requirement that a violation is refused.

    A plain document says which requests are valid; it only implies that others are refused.
    """
    return Level.SHOULD if operation.conventions.plain else Level.MUST


def refusal_kind(field: Field, keyword: str) -> str | None:
    """The entry of ``x-refusals`` for a violation of that keyword; None for none."""
    if keyword == "known":
        return f"unknown-{field.resource}"
    override: str | None = field.schema.get("x-refusal")
    if override and keyword in {"enum", "format", "minimum", "maximum", "range"}:
        return override
    return {
        "required": "missing",
        "type": "type",
        "null": "null",
        "enum": "enum",
        "format": "format",
        "minimum": "range",
        "maximum": "range",
        "range": "range",
        "minLength": "length",
        "maxLength": "length",
        "minItems": "items",
        "maxItems": "items",
        "uniqueItems": "items",
    }.get(keyword)


def preferred_code(
    accepted: Accepted, operation: Operation, field: Field, keyword: str
) -> str | None:
    """The best of several accepted codes; None where there is only one."""
    kind = refusal_kind(field, keyword)
    expectation = accepted(operation, kind) if kind else None
    if expectation is None or not expectation.offers_choice:
        return None
    if keyword == "null" and field.presence != "required":
        return None
    return expectation.preferred


def _auth(operation: Operation) -> Iterator[Requirement]:
    if operation.is_open:
        return
    for kind in AUTH_KINDS:
        yield _make(operation, f"auth/{kind}", operation.source, "auth", refusal_level(operation))


def _answers(operation: Operation) -> Iterator[Requirement]:
    yield _make(operation, "answer/status/documented", operation.source, "answer", Level.MUST)
    for spec in operation.answers.values():
        if spec is operation.success:
            yield _status(operation, spec, "status/answered")
        first = operation.conventions.request_id
        for name in sorted(spec.headers, key=lambda name: (name != first, name)):
            yield _status(operation, spec, f"header/{name}/required")
        plain = operation.conventions.plain
        if spec.schema is None:
            # HTTP itself keeps 204 empty; of other answers the document only shows no body.
            level = Level.MUST if spec.status == 204 else Level.SHOULD
            if not plain:
                yield _status(operation, spec, "body/empty", level)
            continue
        yield _status(operation, spec, "header/content-type/json")
        yield _status(operation, spec, "body/json")
        if not plain:
            yield _status(operation, spec, "body/undeclared", Level.SHOULD)
        lenient = operation.conventions.null_is_absent and spec.status < 400
        if lenient and any(one.may_be_null for one in spec.fields):
            yield _status(operation, spec, "body/nulls", Level.SHOULD)
        envelope = operation.conventions.envelope
        if spec.status >= 400 and envelope is not None:
            yield _status(operation, spec, f"{envelope[0]}/catalogued")
        for field in spec.fields:
            for keyword, level in answer_keywords(field):
                yield _field(operation, str(spec.status), field, keyword, "answer", level)
        for combination in spec.combinations:
            yield _combination(operation, str(spec.status), combination, "answer")


def answer_keywords(field: Field) -> Iterator[tuple[str, Level]]:
    """Keywords of an answer field that are judged, with their levels."""
    levels = field.schema.get("x-levels", {})
    if field.presence != "optional":
        stated = "MUST" if field.presence == "required" else "SHOULD"
        yield "required", Level(levels.get("required", stated))
    if field.types:
        yield "type", Level(levels.get("type", "MUST"))
    for keyword in field.keywords:
        schema_keyword = {"format": "pattern", "range": "anyOf"}.get(keyword, keyword)
        yield keyword, Level(levels.get(keyword, levels.get(schema_keyword, "MUST")))


def _status(
    operation: Operation, spec: AnswerSpec, tail: str, level: Level = Level.MUST
) -> Requirement:
    return _make(operation, f"{spec.status}/{tail}", spec.source, "answer", level)


def _field(
    operation: Operation,
    place: str,
    field: Field,
    keyword: str,
    kind: str,
    level: Level,
    preferred: str | None = None,
) -> Requirement:
    identifier = f"{operation.id}/{place}/{field.path}/{keyword}"
    return Requirement(
        id=identifier,
        level=level,
        operation=operation.id,
        chapter=operation.chapter,
        source=field.source or operation.source,
        text=wording(keyword, place, field, preferred),
        kind=kind,
        keyword=keyword,
        capabilities=_capabilities(operation, place),
        erratum=_first(field.schema.get("x-erratum")),
    )


def _combination(
    operation: Operation, place: str, combination: Combination, kind: str
) -> Requirement:
    middle = f"{combination.path}.{combination.name}" if combination.path else combination.name
    return Requirement(
        id=f"{operation.id}/{place}/{middle}/combination",
        level=Level(combination.schema.get("x-level", "MUST")),
        operation=operation.id,
        chapter=operation.chapter,
        source=combination.source or operation.source,
        text=combination.text,
        kind=kind,
        keyword="combination",
        capabilities=_capabilities(operation, place),
        erratum=_first(combination.schema.get("x-erratum")),
    )


def _make(operation: Operation, tail: str, source: Source, kind: str, level: Level) -> Requirement:
    keyword = tail.rsplit("/", 1)[-1]
    return Requirement(
        id=f"{operation.id}/{tail}",
        level=level,
        operation=operation.id,
        chapter=operation.chapter,
        source=source,
        text=wording(keyword, tail.split("/", 1)[0], None, None, tail),
        kind=kind,
        keyword=keyword,
        capabilities=_capabilities(operation, tail.split("/", 1)[0]),
    )


def _rule(identifier: str, rule: RuleSpec, operation: Operation | None) -> Requirement:
    capabilities = operation.capabilities if operation else frozenset()
    return Requirement(
        id=identifier,
        level=Level(rule.level),
        operation=operation.id if operation else None,
        chapter=operation.chapter if operation else "common",
        source=rule.source,
        text=rule.text,
        kind="rule",
        keyword="rule",
        capabilities=capabilities | rule.capabilities,
        erratum=rule.erratum,
    )


def _capabilities(operation: Operation, place: str) -> frozenset[str]:
    if place.isdigit() and int(place) >= 500:
        return operation.capabilities | {SERVER_ERROR_CAPABILITY}
    return operation.capabilities


def _first(value: object) -> str | None:
    if isinstance(value, list):
        return str(value[0]) if value else None
    return str(value) if value else None
