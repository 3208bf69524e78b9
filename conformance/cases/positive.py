"""Requests that must be accepted: every choice of every field, packed into few requests.

Each-choice covering: every value of every field occurs at least once. Values are set on a base
request as long as the whole stays valid by the contract's own schema; when one does not fit
anywhere, it gets a request of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.cases.requests import (
    WIDE,
    Base,
    bases,
    own_resources,
    plain_body,
    sends_input,
    sure_bases,
    with_input,
    without_input,
)
from conformance.cases.values import Choice, accepted_values, may_be_read
from conformance.contract.catalogue import read_answers
from conformance.contract.document import Contract
from conformance.contract.fields import Field
from conformance.contract.operations import Operation
from conformance.contract.requirements import input_keywords, input_level, judged_inputs
from conformance.contract.validation import Validator
from conformance.model import field_path
from conformance.model.case import Case, Claim, Template
from conformance.model.expectation import Answer, Expectation
from conformance.model.requirement import Level
from conformance.model.wording import in_json


@dataclass(slots=True)
class _Row:
    """A request under construction: the changes to its base, and what they prove."""

    base: Base
    template: Template
    taken: set[str] = field(default_factory=set)
    claims: list[Claim] = field(default_factory=list)

    @property
    def sealed(self) -> bool:
        """Whether no further choice may be set: a filter would empty the widest window's answer."""
        return self.base.name == WIDE


def positive_cases(contract: Contract, operation: Operation) -> Iterator[Case]:
    """Every request of the operation that must be accepted."""
    validator = operation.body.validator if operation.body is not None else None
    rows = [_Row(base, base.template) for base in sure_bases(operation)]
    for place, item in judged_inputs(operation):
        _claim_absence(operation, rows, place, item)
        if "x-also-answered" in item.schema:
            yield from _allowed(operation, place, item)
            continue
        for choice in accepted_values(item):
            if place != "body" and not may_be_read(item.schema, choice.value):
                continue
            _place(operation, rows, validator, place, item, choice)
    answered = f"{operation.id}/{operation.success.status}/status/answered"
    kinds = own_resources(contract, operation)
    telling = {base.name for base in bases(operation)} - {"full" if not operation.body else ""}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.base.name] = number = counts.get(row.base.name, 0) + 1
        own = kinds | _untouched(contract, operation, row)
        plain = Claim(answered, row.base.template.with_fresh(own))
        claims = (plain, *(_with_fresh(claim, own) for claim in row.claims))
        suffix = f"-{number}" if number > 1 else ""
        yield Case(
            id=f"{operation.id}/accepts/{row.base.name}{suffix}",
            operation=operation.id,
            kind="positive",
            template=row.template.with_fresh(own),
            expectation=Expectation(tuple(map(Answer, operation.successes))),
            effort="quick" if number == 1 and row.base.name in telling else "standard",
            title=f"a valid request ({row.base.name}{suffix}) is accepted",
            claims=claims,
            needs=operation.needs,
        )


def _with_fresh(claim: Claim, kinds: frozenset[str]) -> Claim:
    instead = tuple(template.with_fresh(kinds) for template in claim.instead)
    return replace(claim, alone=claim.alone.with_fresh(kinds), instead=instead)


def _untouched(contract: Contract, operation: Operation, row: _Row) -> frozenset[str]:
    """The kind that must be new for a default to show: a second create in it may merge."""
    made = contract.resources.created_by(operation.id)
    shows = any(claim.requirement.endswith("/default") for claim in row.claims)
    return frozenset({made.within} if shows and made and made.alone and made.within else ())


def _allowed(operation: Operation, place: str, item: Field) -> Iterator[Case]:
    """Cases of listed values that are valid although they may name nothing (``x-also-answered``).

    Each value is sent alone: its answer proves nothing about other choices.
    """
    others = read_answers(item.schema["x-also-answered"])
    expectation = Expectation((*map(Answer, operation.successes), *others))
    for choice in accepted_values(item):
        template = with_input(bases(operation)[0].template, place, item.path, choice.value)
        requirement = f"{operation.id}/{place}/{item.path}/{choice.keyword}"
        yield Case(
            id=f"{requirement}~takes-{choice.variant}",
            operation=operation.id,
            kind="positive",
            template=template,
            expectation=expectation,
            effort="standard",
            title=f"{place} {item.path} takes {in_json(choice.value)}",
            violates=requirement,
        )


def _claim_absence(operation: Operation, rows: list[_Row], place: str, item: Field) -> None:
    """Claim that a field is optional, and its default, on a base request without the field."""
    if item.presence == "required" or item.path.endswith("[]"):
        return
    if input_level(item, "optional") is Level.MAY:
        return
    row = next((r for r in rows if _left_out(r.base.template, place, item)), None)
    if row is None:
        row = _without(operation, rows, place, item)
        if row is None:
            return
        rows.append(row)
    row.taken.add(f"{place}:{item.path}")
    prefix = f"{operation.id}/{place}/{item.path}"
    row.claims.append(Claim(f"{prefix}/optional", row.base.template))
    judged = input_level(item, "default") is not Level.MAY
    if "default" in item.schema and place == "body" and judged:
        others = tuple(item.schema.get("x-default-alternatives", ()))
        default = item.schema["default"]
        row.claims.append(Claim(f"{prefix}/default", row.base.template, item.path, default, others))


def _left_out(template: Template, place: str, item: Field) -> bool:
    if sends_input(template, place, item.path):
        return False
    if place != "body" or "." not in item.path:
        return True
    return sends_input(template, place, item.path.rsplit(".", 1)[0])


def _without(operation: Operation, rows: list[_Row], place: str, item: Field) -> _Row | None:
    for row in rows:
        if not sends_input(row.base.template, place, item.path):
            continue
        template = without_input(row.base.template, place, item.path)
        if place == "body" and _is_emptied(template, item):
            continue
        if place != "body" or _valid(operation, template):
            base = Base(f"without-{item.path}", template)
            return _Row(base, template)
    return None


def _is_emptied(template: Template, item: Field) -> bool:
    """Whether nothing is left beside the field: no sentence says whether such a request serves."""
    parent = item.path.rpartition(".")[0]
    return bool(parent) and field_path.read(template.body, parent) == {}


def _valid(operation: Operation, template: Template) -> bool:
    return operation.body is None or operation.body.validator.is_valid(plain_body(template.body))


def _place(
    operation: Operation,
    rows: list[_Row],
    validator: Validator | None,
    place: str,
    item: Field,
    choice: Choice,
) -> None:
    """Put a choice into the first request that stays valid with it, or start a new request."""
    keywords = input_keywords(operation, item, place)
    keyword = choice.keyword if choice.keyword in keywords else keywords[0] if keywords else None
    if keyword is None or input_level(item, keyword) is Level.MAY:
        return
    requirement = f"{operation.id}/{place}/{item.path}/{keyword}"
    slot = f"{place}:{item.path.removesuffix('[]')}"
    shown = next((row for row in rows if sends_input(row.base.template, place, item.path)), None)
    if choice.variant in {"sample", "given"} and shown is not None:
        # A base request shows an ordinary value already, and a better one: of now, or of ours.
        shown.claims.append(Claim(requirement, shown.base.template))
        return
    same = next((row for row in rows if _shows(row, place, item, choice.value)), None)
    if same is not None and slot not in same.taken:
        same.taken.add(slot)
        same.claims.append(Claim(requirement, same.base.template))
        return
    near = sorted(
        (row for row in rows if not row.sealed),
        key=lambda row: not _near(row.base.template, place, item),
    )
    for row in [r for r in near if slot not in r.taken and _near(r.base.template, place, item)]:
        if _set(row, validator, place, item, choice, requirement, slot):
            return
    for row in near:
        fresh = _Row(row.base, row.base.template)
        if _set(fresh, validator, place, item, choice, requirement, slot):
            rows.append(fresh)
            return


def _shows(row: _Row, place: str, item: Field, value: Any) -> bool:
    """Whether a base has this very value, of a field that calls for others: they are there, too."""
    known = place == "body" and bool(item.schema.get("x-only-shown"))
    return known and field_path.read(row.base.template.body, item.path) == value


def _near(template: Template, place: str, item: Field) -> bool:
    """Whether the request already has the object that contains the field."""
    if place != "body" or "." not in item.path:
        return True
    return sends_input(template, place, item.path.rsplit(".", 1)[0])


def _set(
    row: _Row,
    validator: Validator | None,
    place: str,
    item: Field,
    choice: Choice,
    requirement: str,
    slot: str,
) -> bool:
    if item.schema.get("x-only-shown") and not sends_input(row.base.template, place, item.path):
        return False
    beside = _beside(item)
    if beside is not None and f"{place}:{beside}" in row.taken:
        return False
    changed = _with_choice(row.template, place, item, choice.value)
    if validator is not None and not validator.is_valid(plain_body(changed.body)):
        return False
    alone = _with_choice(row.base.template, place, item, choice.value)
    if validator is not None and not validator.is_valid(plain_body(alone.body)):
        return False
    row.template = changed
    row.taken |= {slot} if beside is None else {slot, f"{place}:{beside}"}
    row.claims.append(
        Claim(requirement, alone, instead=_other_ways(row, place, item, choice.value))
    )
    return True


def _with_choice(template: Template, place: str, item: Field, value: Any) -> Template:
    """The request with the value, and without what there would be no room for beside it."""
    changed = with_input(template, place, item.path, value)
    path = _beside(item)
    if path is None:
        return changed
    taken = field_path.read(changed.body, path)
    full = isinstance(taken, int | float) and value + taken > item.schema["maximum"]
    return without_input(changed, place, path) if full else changed


def _other_ways(row: _Row, place: str, item: Field, value: Any) -> tuple[Template, ...]:
    """The same choice with nothing of the whole for the field beside it, and with as much as ever.

    The document bounds each of them, and neither what they are together nor that one is there.
    """
    path = _beside(item)
    if path is None or value != item.schema["maximum"]:
        return ()
    changed = with_input(row.base.template, place, item.path, value)
    return with_input(changed, place, path, 0), changed


def _beside(item: Field) -> str | None:
    """The path of the field that shares a whole with this one."""
    name = item.schema.get("x-shares-with")
    return None if name is None else f"{item.path.rpartition('.')[0]}.{name}"
