"""The tests of the suite, and the rules that each of them declares."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import conformance.suite


def every_test() -> Iterator[tuple[str, Any]]:
    """Every test function of the suite, with its name for people."""
    for module in pkgutil.walk_packages(conformance.suite.__path__, "conformance.suite."):
        if ".test_" in module.name:
            content = vars(importlib.import_module(module.name))
            for name, value in content.items():
                if name.startswith("test_") and callable(value):
                    package, _, file = module.name.rpartition(".")
                    yield f"{package.rpartition('.')[2]}/{file}.{name}", value


def rules_of(test: Any) -> Iterator[str]:
    """The rules that a test declares, by its own mark or by those of its parameters."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "sparkrtc_rules":
            yield from mark.args
        elif mark.name == "parametrize":
            for parameters in mark.args[1]:
                for inner in getattr(parameters, "marks", ()):
                    if inner.name == "sparkrtc_rules":
                        yield from inner.args
