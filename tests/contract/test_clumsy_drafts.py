"""Drafts of a clumsy hand: one line each, with file, line, operation, member, expectation."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.access.capability import CAPABILITIES
from conformance.contract.authoring.checking import all_problems
from conformance.contract.authoring.draft import read_draft
from conformance.contract.own import contract_of
from conformance.errors import ContractError

BOOKSHOP = Path(__file__).parents[1] / "bookshop" / "openapi.yaml"
HEAD = """\
overlay: 1.0.0
info: {title: A draft, version: '1'}
actions:
  - target: $
    update: {x-revision: '2026-05-31'}
"""
SHOW = """\
  - target: $.paths
    update:
      PATH:
        get:
          operationId: NAME
          x-source: {section: '2.9'}
          x-chapter: 2
          x-error-family: shop
          x-effect: read
          parameters: [{name: isbn, in: path, required: true, schema: {type: string}}]
          responses: {'200': {description: Fine.}}
"""


def told(folder: Path, text: str) -> str:
    """What is said of an overlay over the bookshop: its faults, or why it cannot be read."""
    file = folder / "d.yaml"
    file.write_text(text, "utf-8")
    try:
        draft = read_draft(file, str(BOOKSHOP))
        found = [str(one) for one in all_problems(draft, CAPABILITIES, contract_of)]
    except ContractError as error:
        found = [str(error)]
    return "\n".join(found).replace(f"{folder}/", "")


def show(path: str, name: str) -> str:
    """An action that adds an operation."""
    return SHOW.replace("PATH", path).replace("NAME", name)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (
            "  - target: $.paths\n    updte: {}\n",
            "d.yaml:7, action 2: has 'updte'",
        ),
        ("  - target: $.paths\n    updte: {}\n", "; expected update"),
        (
            "  - target: $.paths['/books'].get.parameters\n    update:\n    name: x\n",
            "d.yaml:8, action 2: has 'name', which no action has; expected target, description, "
            "update, remove; or indent it further",
        ),
        ("  - target: $.paths\n    update:\n", "d.yaml:6, action 2: has an empty update; indent"),
        ("  - update: {a: 1}\n", "d.yaml:6, action 2: has no target; give it the JSONPath"),
        (
            "  - target: paths\n    remove: true\n",
            "d.yaml:6, action 2 ('paths'): is not a JSONPath",
        ),
        ("  - target: $\n\tremove: true\n", "d.yaml:7: is neither YAML nor JSON"),
        (
            "  - target: $.paths['/books'].get.parameters\n"
            "    update: {$ref: '#/components/parameters/Like'}\n",
            "d.yaml:7: ListBooks: parameters.2.$ref: points to nothing "
            "(#/components/parameters/Like); expected a member that is there",
        ),
        (
            "  - target: $.paths['/books'].get\n    update: {x-chaptr: 5}\n",
            "d.yaml:7: ListBooks: x-chaptr: is not an extension of this suite; expected x-chapter",
        ),
        (
            "  - target: $\n    update: {x-revision: '2026-02-31'}\n",
            "d.yaml:7: x-revision: is '2026-02-31'; expected a day of the calendar",
        ),
        (
            show("/books/{isbn}/again", "ShowBook"),
            "d.yaml:10: ShowBook: operationId: 'ShowBook' is used twice (also by GET "
            "/books/{isbn}); expected an id of its own",
        ),
        (
            show("/books/{id}", "ShowAgain"),
            "d.yaml:8: paths./books/{id}: matches the same requests as /books/{isbn}; "
            "expected /books/{isbn}, or another path",
        ),
        (
            show("/books/{id}/again", "ShowAgain"),
            "d.yaml:15: ShowAgain: parameters: has no parameter for {id}; expected name: id, "
            "in: path, required: true",
        ),
        (
            show("/books/{isbn}/again", "ShowAgain").replace("'200'", "ok"),
            "d.yaml:16: ShowAgain: responses: Unevaluated properties are not allowed "
            "('ok' was unexpected); expected statuses such as 200",
        ),
        (
            show("/books/{isbn}/again", "ShowAgain").rpartition("          responses")[0],
            "d.yaml:9: ShowAgain: responses: is missing; expected its answers, one of them 2xx",
        ),
        (
            show("/books/{isbn}/again", "ShowAgain").replace("        get:", "        gett:"),
            "d.yaml:8: paths./books/{isbn}/again: Unevaluated properties are not allowed ('gett' "
            "was unexpected); expected get, put, post",
        ),
        (
            "  - target: $.paths['/books'].get.parameters\n"
            "    update: {name: x, in: query, schema: }\n",
            'd.yaml:7: ListBooks: parameters.2.schema: null is not of types "boolean", "object"; '
            "expected type boolean, object",
        ),
        (
            "  - target: $['x-common-rules']\n"
            "    update: {id: a, level: MUST, text: Something is so., source: {section: 5.1},\n"
            "      codes: [1003]}\n",
            "codes.0: is 1003; expected type string",
        ),
        (
            "  - target: $.components.schemas.Book\n    update: {required: [titel]}\n",
            "d.yaml:7: components.schemas.Book.required.3: 'titel' is not among the properties; "
            "expected title",
        ),
        (
            "  - target: $.components.schemas.Book\n    update: {required: title}\n",
            "cannot update required (str over list); give a list, or remove it first",
        ),
    ],
)
def test_a_slip_is_told_in_one_line(actions: str, said: str, tmp_path: Path) -> None:
    """Where it is, and what would be right."""
    found = told(tmp_path, HEAD + actions)
    assert said in found
    assert all(line.startswith(("d.yaml:", str(BOOKSHOP))) for line in found.splitlines())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("overlay: 1.0.0\nactions:\n  target: $\n", "d.yaml:2: actions is not a list; begin"),
        (
            "overlay: 1.0.0\nactions: [a]\n",
            "d.yaml:2, action 1: is not an object; give it a target",
        ),
        ("overlay: 1\nactions: []\n", "d.yaml: is not an OpenAPI Overlay of version 1.0"),
        ("", "d.yaml:1: is not an OpenAPI document"),
        ("just text", "d.yaml:1: is not an OpenAPI document"),
        ("- a\n", "d.yaml:1: is not an OpenAPI document"),
    ],
)
def test_what_is_not_a_draft(text: str, said: str, tmp_path: Path) -> None:
    """Files of something else."""
    assert said in told(tmp_path, text)
