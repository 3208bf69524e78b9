"""Across everything: what a table says of an item holds for each item of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.access.capability import TOUCHES_OTHERS
from conformance.cases.requests import bases
from conformance.contract.operations import Operation
from conformance.engine.scenario import Inconclusive, NotApplicable, Scenario, rules
from conformance.model import field_path
from conformance.model.requirement import Level
from conformance.suite.kit.raw_requests import is_offered

RULE = "common/body/later-items-checked"
_OF_NO_KIND = "NEITHER"
_APART = TOUCHES_OTHERS | {"identity"}
"""Operations on other people, and those of another service, whose refusals are others."""


@rules(RULE)
def test_later_items_are_looked_at_too(scenario: Scenario) -> None:
    """A list of two right items is taken; with a second one that is wrong it is refused."""
    asked: list[bool] = []
    for operation in scenario.lab.contract.operations.values():
        if operation.body is None or operation.capabilities & _APART:
            continue
        if is_offered(scenario, operation.id):
            asked += [_judge(scenario, operation, array) for array in _arrays(operation)]
    if not asked:
        raise NotApplicable("no operation that is offered takes a list")
    if not any(asked):
        raise Inconclusive("no list of two items is accepted anywhere")


def _arrays(operation: Operation) -> list[str]:
    fields = operation.body.fields if operation.body is not None else ()
    return list(dict.fromkeys(f.path.partition("[]")[0] for f in fields if "[]" in f.path))


def _judge(scenario: Scenario, operation: Operation, array: str) -> bool:
    """Judge the items of one list; whether two right ones were accepted."""
    base = max(bases(operation), key=lambda one: len(_items(one.template.body, array)))
    items = _items(base.template.body, array)
    wrong = dict(_wrong(scenario, operation, array))
    if not items or not wrong:
        return False
    right = items if len(items) > 1 else items * 2
    if not _send(scenario, operation, base.name, array, right).succeeded:
        return False
    for field, value in wrong.items():
        last = field_path.write({"it": right[-1:]}, f"it[]{field}", value)["it"]
        refused = _send(scenario, operation, base.name, array, [*right[:-1], *last])
        scenario.rule(RULE).answered(refused, *scenario.refusals(RULE))
    return True


def _send(scenario: Scenario, operation: Operation, example: str, array: str, items: Any) -> Any:
    mark = scenario.lab.resources.mark
    answered = scenario.send(
        operation.id,
        example=example,
        change={array: items},
        accept=scenario.lab.contract.answers_of(RULE),
    )
    scenario.lab.resources.release(mark, spares=False)
    return answered


def _items(body: Any, array: str) -> list[Any]:
    found = field_path.read(body, array)
    return found if isinstance(found, list) else []


def _wrong(scenario: Scenario, operation: Operation, array: str) -> Iterator[tuple[str, Any]]:
    """Fields of an item, as ``.name`` or empty, each with a value that must be refused in it."""
    for field in operation.body.fields if operation.body is not None else ():
        place, _, name = field.path.partition("[]")
        if place != array:
            continue
        for keyword, value in (
            ("maximum", field.schema.get("maximum", 0) + 1),
            ("enum", _OF_NO_KIND),
        ):
            known = scenario.lab.contract.requirements.get(
                f"{operation.id}/body/{field.path}/{keyword}"
            )
            if keyword in field.schema and known is not None and known.level is Level.MUST:
                yield name, value
