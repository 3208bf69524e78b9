"""Compares the rules of two contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.comparison.contract_change import Observation
from conformance.contract.operations import RuleSpec


def compare_rules(
    place: str, prefix: str, old: Sequence[RuleSpec], new: Sequence[RuleSpec]
) -> Iterator[Observation]:
    """Compare the rules of one operation; ``prefix`` is that of their ids (``Create/rule/``)."""
    before = {rule.id: rule for rule in old}
    after = {rule.id: rule for rule in new}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was and now and replace(was, source=now.source, erratum=now.erratum) == now:
            continue
        kind = "added" if was is None else "removed" if now is None else "changed"
        text = f"rule {name}: {(after if now else before)[name].text}"
        yield Observation(f"rule-{kind}", place, text, exact=(f"{prefix}{name}",))
