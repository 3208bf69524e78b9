"""Compares the operations of two contracts, and their conventions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from conformance.comparison.contract_change import Observation
from conformance.comparison.contract_fields import (
    compare_combinations,
    compare_inputs,
    compare_outputs,
)
from conformance.comparison.contract_notifications import observe_notifications
from conformance.comparison.contract_rules import compare_rules
from conformance.contract.conventions import Conventions
from conformance.contract.document import Contract
from conformance.contract.operations import AnswerSpec, Operation, Parameter

_ELSEWHERE: Final = frozenset(
    {
        "id",
        "method",
        "path",
        "server",
        "chapter",
        "section",
        "source",
        "summary",
        "capabilities",
        "parameters",
        "body",
        "answers",
        "rules",
        "refusals",
        "conventions",
    }
)
"""Compared on their own, or only told by requirements that say something else."""


def observe(old: Contract, new: Contract) -> Iterator[Observation]:
    """Every difference, including those that no requirement's text shows."""
    for name in dict.fromkeys((*old.operations, *new.operations)):
        before, after = old.operations.get(name), new.operations.get(name)
        if before is None and after is not None:
            text = f"{after.method} {after.path} is new: {after.summary}"
            yield Observation("operation-added", name, text, scope=(name,))
        elif after is None and before is not None:
            text = f"{before.method} {before.path} is gone: {before.summary}"
            yield Observation("operation-removed", name, text, scope=(name,))
        elif before is not None and after is not None:
            yield from _operation(before, after)
    yield from observe_notifications(old, new)
    yield from compare_rules("common", "", old.common_rules, new.common_rules)
    yield from _catalogue(old, new)
    yield from _surroundings(old, new)


def _operation(old: Operation, new: Operation) -> Iterator[Observation]:
    place = (old.method, old.path, old.server)
    if place != (new.method, new.path, new.server):
        text = f"{old.method} {old.path} is {new.method} {new.path} now"
        yield Observation("operation-moved", new.id, text, scope=(f"{new.id}/path",))
    for name in (field.name for field in fields(Operation) if field.name not in _ELSEWHERE):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            text = f"{name} was {before or 'nothing'}, is {after or 'nothing'}"
            yield Observation("operation-changed", new.id, text)
    yield from _parameters(old, new)
    yield from _body(old, new)
    yield from _answers(old, new)
    yield from compare_rules(new.id, f"{new.id}/rule/", old.rules, new.rules)
    yield from _refusals(new.id, old.refusals, new.refusals)


def _parameters(old: Operation, new: Operation) -> Iterator[Observation]:
    for place in ("path", "query", "header"):
        before = [f for p in _at(old, place) for f in p.fields]
        after = [f for p in _at(new, place) for f in p.fields]
        yield from compare_inputs(f"{new.id}/{place}", before, after)
    styles = {p.name: p.explode for p in old.parameters}
    for parameter in new.parameters:
        if styles.get(parameter.name, parameter.explode) != parameter.explode:
            text = f"{parameter.name} is written as a list in another way"
            where = f"{new.id}/{parameter.place}/{parameter.name}"
            kind = "request-replaced"
            yield Observation(kind, f"{new.id}/{parameter.place}", text, exact=(f"{where}/type",))


def _at(operation: Operation, place: str) -> list[Parameter]:
    return [parameter for parameter in operation.parameters if parameter.place == place]


def _body(old: Operation, new: Operation) -> Iterator[Observation]:
    base = f"{new.id}/body"
    if old.body is None or new.body is None:
        if old.body is not new.body:
            how = "added" if old.body is None else "removed"
            text = f"the request has {'a' if how == 'added' else 'no'} body now"
            yield Observation(f"request-body-{how}", base, text, scope=(base,))
        return
    if old.body.required != new.body.required:
        how = "required" if new.body.required else "optional"
        text = f"the body as a whole is {how} now"
        yield Observation(f"request-field-now-{how}", base, text)
    yield from compare_inputs(base, old.body.fields, new.body.fields)
    yield from compare_combinations(base, "request", old.body.combinations, new.body.combinations)


def _answers(old: Operation, new: Operation) -> Iterator[Observation]:
    for status in sorted(old.answers.keys() | new.answers.keys()):
        before, after = old.answers.get(status), new.answers.get(status)
        base = f"{new.id}/{status}"
        if before is None or after is None:
            how = "added" if before is None else "removed"
            kind = "success" if status < 400 else "error"
            text = f"status {status} is {'new' if how == 'added' else 'gone'}"
            yield Observation(f"answer-{kind}-{how}", base, text, scope=(base,))
            continue
        yield from _answer(base, before, after)


def _answer(base: str, old: AnswerSpec, new: AnswerSpec) -> Iterator[Observation]:
    for header in sorted(old.headers.keys() ^ new.headers.keys()):
        how = "added" if header in new.headers else "removed"
        text = f"the header {header} is {'new' if how == 'added' else 'gone'}"
        yield Observation(f"answer-header-{how}", base, text, scope=(f"{base}/header/{header}",))
    if old.schema is None or new.schema is None:
        if old.schema is not new.schema:
            how = "added" if old.schema is None else "removed"
            text = f"the answer has {'a' if how == 'added' else 'no'} body now"
            yield Observation(f"answer-body-{how}", base, text, scope=(base,))
        return
    yield from compare_outputs(base, old.fields, new.fields)
    yield from compare_combinations(base, "answer", old.combinations, new.combinations)


def _catalogue(old: Contract, new: Contract) -> Iterator[Observation]:
    before, after = old.catalogue.entries, new.catalogue.entries
    for code in sorted(before.keys() | after.keys()):
        was, now = before.get(code), after.get(code)
        if was is None and now is not None:
            text = f"{code} ({now.status} {now.name}) is new"
            yield Observation("error-code-added", "x-error-catalogue", text)
        elif now is None and was is not None:
            text = f"{code} ({was.status} {was.name}) is gone"
            yield Observation("error-code-removed", "x-error-catalogue", text)
        elif was is not None and now is not None and was.status != now.status:
            text = f"{code} had status {was.status}, has {now.status}"
            yield Observation("error-code-changed", "x-error-catalogue", text)
    was_families, now_families = old.catalogue.families, new.catalogue.families
    for name in sorted(was_families.keys() | now_families.keys()):
        if was_families.get(name) != now_families.get(name):
            known = name in was_families, name in now_families
            how = "changed" if all(known) else "removed" if known[0] else "added"
            text = f"the family {name} of error codes was {how}"
            yield Observation(f"error-code-{how}", "x-error-catalogue", text)


def _refusals(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Observation]:
    for kind in sorted(old.keys() | new.keys()):
        was, now = old.get(kind), new.get(kind)
        if was != now:
            text = f"{kind} is refused with {now or 'nothing of its own'}"
            text += f", and was with {was or 'nothing of its own'}"
            yield Observation("refusal-changed", place, text)


def _surroundings(old: Contract, new: Contract) -> Iterator[Observation]:
    was, now = old.refusals.families, new.refusals.families
    for family in sorted(was.keys() | now.keys()):
        yield from _refusals(f"x-refusals/{family}", was.get(family, {}), now.get(family, {}))
    for name in (field.name for field in fields(Conventions) if field.compare):
        before, after = getattr(old.conventions, name), getattr(new.conventions, name)
        if before != after:
            text = f"{name} was {before or 'nothing'}, is {after or 'nothing'}"
            yield Observation("conventions-changed", "x-conventions", text)
    for group in sorted(_lasting_groups(old, new)):
        yield from _flow(group, old.flow_groups.get(group), new.flow_groups.get(group))
    for region in sorted(old.regions.items() ^ new.regions.items()):
        how = "added" if region in new.regions.items() else "removed"
        text = f"region {region[0]} ({region[1]}) is {'new' if how == 'added' else 'gone'}"
        yield Observation(f"region-{how}", "x-regions", text)


def _lasting_groups(old: Contract, new: Contract) -> set[str]:
    """Flow groups of operations that both have; any other limit comes or goes with its own."""
    return {
        operation.flow_group
        for contract in (old, new)
        for operation in contract.operations.values()
        if operation.id in old.operations and operation.id in new.operations
    }


def _flow(
    group: str, was: tuple[int, float] | None, now: tuple[int, float] | None
) -> Iterator[Observation]:
    if was == now:
        return
    place = f"x-flow-groups/{group}"
    if was is None or now is None:
        how = "added" if was is None else "removed"
        limit = now or was
        assert limit is not None, "one of the two is there"
        text = f"{limit[0]} requests in {limit[1]:g} s"
    else:
        how = "lowered" if now[0] / now[1] < was[0] / was[1] else "raised"
        text = f"{now[0]} requests in {now[1]:g} s, was {was[0]} in {was[1]:g} s"
    yield Observation(f"flow-limit-{how}", place, text)
