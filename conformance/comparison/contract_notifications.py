"""Compares the notifications of two contracts: what a service sends of its own accord."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.comparison.contract_change import Observation
from conformance.comparison.contract_fields import compare_combinations, compare_outputs
from conformance.comparison.contract_rules import compare_rules
from conformance.contract.document import Contract
from conformance.contract.notifications import PLACE, Notification


def observe_notifications(old: Contract, new: Contract) -> Iterator[Observation]:
    """Every difference of notifications; their fields count like fields of answers."""
    for name in dict.fromkeys((*old.notifications, *new.notifications)):
        before, after = old.notifications.get(name), new.notifications.get(name)
        if before is None or after is None:
            how = "added" if before is None else "removed"
            text = f"the notification {name} is {'new' if how == 'added' else 'gone'}"
            yield Observation(f"notification-{how}", name, text, scope=(name,))
        else:
            yield from _notification(before, after)


def _notification(old: Notification, new: Notification) -> Iterator[Observation]:
    if old.method != new.method:
        text = f"it is sent with {new.method} now, and was with {old.method}"
        yield Observation("notification-moved", new.id, text)
    base = f"{new.id}/{PLACE}"
    yield from compare_outputs(base, old.content.fields, new.content.fields)
    both = old.content.combinations, new.content.combinations
    yield from compare_combinations(base, "answer", *both)
    yield from compare_rules(new.id, f"{new.id}/rule/", old.rules, new.rules)
