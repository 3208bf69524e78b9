"""The rules of the contract and the tests of the suite know each other: none without the other."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

import conformance.suite
from conformance.checks.exchange import every_exchange
from conformance.contract.document import load_contract
from conformance.model.requirement import Level, Requirement

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
    for name, test in _tests():
        for rule in _marked(test):
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
    silent = {name for name, test in _tests() if _takes_scenario(test) and not set(_marked(test))}
    _none("no rule is declared by", silent)


def _tests() -> Iterator[tuple[str, Any]]:
    """Every test function of the suite, with its name for people."""
    for module in pkgutil.walk_packages(conformance.suite.__path__, "conformance.suite."):
        if ".test_" in module.name:
            content = vars(importlib.import_module(module.name))
            for name, value in content.items():
                if name.startswith("test_") and callable(value):
                    package, _, file = module.name.rpartition(".")
                    yield f"{package.rpartition('.')[2]}/{file}.{name}", value


def _marked(test: Any) -> Iterator[str]:
    """The rules that a test declares, by its own mark or by those of its parameters."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "sparkrtc_rules":
            yield from mark.args
        elif mark.name == "parametrize":
            for parameters in mark.args[1]:
                for inner in getattr(parameters, "marks", ()):
                    if inner.name == "sparkrtc_rules":
                        yield from inner.args


def _takes_scenario(test: Any) -> bool:
    return "scenario" in test.__code__.co_varnames[: test.__code__.co_argcount]


def _none(what: str, ids: Iterable[str]) -> None:
    """Fail with the ids, one on each line, if there are any."""
    if listed := sorted(ids):
        pytest.fail("\n  ".join((f"{what}:", *listed)), pytrace=False)
