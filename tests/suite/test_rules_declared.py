"""The rules of the contract and the tests of the suite know each other: none without the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from conformance.checks.exchange import every_exchange
from conformance.contract.document import load_contract
from conformance.model.requirement import Level, Requirement
from conformance.suite.declared import every_test, rules_of

Declared = Mapping[str, frozenset[str]]


@pytest.fixture(scope="module")
def rules() -> Mapping[str, Requirement]:
    """Every rule of the contract, by its id."""
    known = load_contract().requirements.values()
    return {requirement.id: requirement for requirement in known if requirement.kind == "rule"}


@pytest.fixture(scope="module")
def declared() -> Declared:
    """Who judges a rule: tests by module and name, or the checks of every exchange."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for rule in every_exchange(load_contract()):
        found[rule].add("the checks of every exchange")
    for name, test in every_test():
        for rule in rules_of(test):
            found[rule].add(name)
    return {rule: frozenset(names) for rule, names in found.items()}


def test_every_rule_is_judged(rules: Mapping[str, Requirement], declared: Declared) -> None:
    """A MUST or SHOULD that no test declares would never be judged, whatever a report says."""
    needed = {rule for rule, it in rules.items() if it.level is not Level.MAY}
    _none("no test declares", needed - declared.keys())


def test_no_rule_is_judged_twice(declared: Declared) -> None:
    """One statement, one test: two of them would disagree about it one day."""
    twice = {f"{rule}: {', '.join(sorted(by))}" for rule, by in declared.items() if len(by) > 1}
    _none("more than one test declares", twice)


def test_no_test_declares_what_is_no_rule(
    rules: Mapping[str, Requirement], declared: Declared
) -> None:
    """A misspelt id, or one that the contract has no more, would silently judge nothing."""
    unknown = {f"{rule}: {', '.join(declared[rule])}" for rule in declared.keys() - rules.keys()}
    _none("the contract has no rule", unknown)


def test_every_scenario_declares_a_rule() -> None:
    """A test that takes a scenario and declares nothing has nothing that it could judge."""
    silent = {
        name for name, test in every_test() if _takes_scenario(test) and not set(rules_of(test))
    }
    _none("no rule is declared by", silent)


def _takes_scenario(test: Any) -> bool:
    return "scenario" in test.__code__.co_varnames[: test.__code__.co_argcount]


def _none(what: str, ids: Iterable[str]) -> None:
    """Fail with the ids, one on each line, if there are any."""
    if listed := sorted(ids):
        pytest.fail("\n  ".join((f"{what}:", *listed)), pytrace=False)
