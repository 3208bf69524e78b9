"""Every example of the document keeps the contract, or an erratum says why it does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import Document

Example = dict[str, Any]

DATA = Path(__file__).parents[1] / "data" / "examples.yaml"
EXAMPLES: list[Example] = yaml.load(DATA.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
FIRST_ERROR = 400


def _query_faults(
    document: Document, operation: dict[str, Any], query: dict[str, str]
) -> list[str]:
    parameters = document.parameters(operation, "query")
    faults = [f"{name} is not documented" for name in query if name not in parameters]
    for name, parameter in parameters.items():
        if name not in query:
            faults += [f"{name} is missing"] if parameter.get("required") else []
            continue
        schema = parameter["schema"]
        kinds = {part.get("type") for part in document.branches(schema)}
        value = query[name].split(",") if "array" in kinds else query[name]
        faults += document.errors(schema, value)
    return faults


def _code_faults(document: Document, example: Example) -> list[str]:
    """An error's code is catalogued with the status it came with, or of a family without codes."""
    code, status = example["value"]["error_code"], example["status"]
    catalogue = document.root["x-error-catalogue"]
    statuses = {entry["code"]: entry["status"] for entry in catalogue["codes"]}
    if code in statuses:
        listed = statuses[code]
        return [] if listed == status else [f"{code} is catalogued with {listed}, not {status}"]
    family = document.operations[example["operationId"]]["x-error-family"]
    pattern = catalogue["families"].get(family, {}).get("pattern")
    listed_families = {entry["code"].split(".")[0] for entry in catalogue["codes"]}
    if pattern and re.search(pattern, code) and code.split(".")[0] not in listed_families:
        return []
    return [f"{code} is not catalogued"]


def _faults(document: Document, example: Example) -> list[str]:
    operation = document.operations[example["operationId"]]
    if example["kind"] == "query":
        return _query_faults(document, operation, example["value"])
    status = example.get("status")
    if example["kind"] == "error":
        schema = document.root["components"]["schemas"]["Error"]
    else:
        schema = document.body(operation, status)
    faults = document.errors(schema, example["value"])
    if status is not None and status >= FIRST_ERROR:
        faults += _code_faults(document, example)
    return faults


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["id"] for example in EXAMPLES])
def test_example(document: Document, example: Example) -> None:
    """An example without errata validates; one that names errata really fails."""
    faults = _faults(document, example)
    if "errata" in example:
        assert faults, f"{example['id']} keeps the contract now: drop {example['errata']}"
    else:
        assert not faults, "\n".join(faults)


def test_errata_exist(errata: list[dict[str, Any]]) -> None:
    """The errata that examples name, for what they break or for how they are printed, exist."""
    known = {entry["id"] for entry in errata}
    for example in EXAMPLES:
        named = {*example.get("errata", []), *([example["broken"]] if "broken" in example else [])}
        assert named <= known, f"{example['id']} names {sorted(named - known)}"


def test_every_documented_answer_with_a_body_has_its_example(document: Document) -> None:
    """No answer of chapters 5 to 13 that documents a body lacks its example."""
    shown = {(e["operationId"], str(e["status"])) for e in EXAMPLES if e["kind"] == "response"}
    chapters = range(5, 14)
    documented = {
        (name, status)
        for name, operation in document.operations.items()
        if operation.get("x-chapter") in chapters
        for status, response in operation["responses"].items()
        if "content" in document.follow(response)
    }
    assert documented <= shown, sorted(documented - shown)


def test_ids_are_unique() -> None:
    """An example is named by one id only."""
    ids = [example["id"] for example in EXAMPLES]
    assert len(ids) == len(set(ids))
