"""The house keeps its plan: no circles, and generic rooms that name nothing of one API."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from conformance.contract.document import Contract

ROOT = Path(__file__).parents[1] / "conformance"
GENERIC = ("engine", "cases", "checks", "contract", "verdicts", "reporting", "comparison", "model")
"""Rooms that judge by any contract."""

_CODE = re.compile(r"\b(?:RTC|APIGW|DATA)\.\d+")
_CHAPTER = re.compile(r"\b(?:chapters?|sections?|tables?) \d+[.-]\d|\(\d+\.\d+\)")
_SETTINGS = frozenset({"project_id"})
"""Words that are keys of the target file as well."""


def test_no_file_imports_itself_in_a_circle() -> None:
    """Every module can be understood after those that it imports, type hints included."""
    graph = grimp.build_graph("conformance", exclude_type_checking_imports=False, cache_dir=None)
    order = graphlib.TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    try:
        order.prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]), pytrace=False)


def test_the_generic_rooms_name_nothing_of_one_api(contract: Contract) -> None:
    """Operations, fields, error codes and chapters stand in spec/, not in the engine."""
    own = _own_words(contract)
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for room in GENERIC
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in _named(path, own)
    ]
    assert not found, "\n".join(found)


def _own_words(contract: Contract) -> frozenset[str]:
    """Operation ids, and the names of fields and parameters that only such an API has."""
    names = set(contract.operations)
    for operation in contract.operations.values():
        names |= {parameter.name for parameter in operation.parameters}
        for fields in (
            operation.body.fields if operation.body else (),
            *(spec.fields for spec in operation.answers.values()),
        ):
            names |= {field.name for field in fields}
    return frozenset(
        name for name in names - _SETTINGS if "_" in name or re.search(r"[a-z][A-Z]", name)
    )


def _named(path: Path, own: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Strings and docstrings of a module that are such a word, a code, or cite a chapter."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = own & set(re.findall(r"[\w]+", node.value))
            cited = _CODE.findall(node.value) + _CHAPTER.findall(node.value)
            if words or cited:
                yield node.lineno, ", ".join([*sorted(words), *cited])
