"""References are followed to their end, whatever a pointer is written like."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.inlining import Inliner
from conformance.errors import ContractError

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Id": {"type": "string", "minLength": 1},
            "App": {"properties": {"id": {"$ref": "#/components/schemas/Id"}}},
            "a/b~c": {"type": "boolean"},
            "Loop": {"properties": {"again": {"$ref": "#/components/schemas/Loop"}}},
        }
    }
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_references_are_followed_to_their_end() -> None:
    """A reference within a referenced part is followed too, and lists are gone through."""
    inline = Inliner(DOCUMENT)
    expected = {"properties": {"id": {"type": "string", "minLength": 1}}}
    assert inline([_ref("App"), 3]) == [expected, 3]


def test_what_stands_beside_a_reference_wins() -> None:
    """OpenAPI 3.1 lets keys stand beside $ref: they change the copy, and only the copy."""
    inline = Inliner(DOCUMENT)
    assert inline({**_ref("Id"), "minLength": 3}) == {"type": "string", "minLength": 3}
    assert inline(_ref("Id")) == {"type": "string", "minLength": 1}


def test_escaped_pointers() -> None:
    """~1 and ~0 stand for the slash and the tilde of a name (RFC 6901)."""
    assert Inliner(DOCUMENT)(_ref("a~1b~0c")) == {"type": "boolean"}


@pytest.mark.parametrize(
    ("name", "problem"), [("Nobody", "points to nothing"), ("Loop", "refers to itself")]
)
def test_references_that_lead_nowhere(name: str, problem: str) -> None:
    """A dangling or circular reference is one line about the contract, no endless loop."""
    with pytest.raises(ContractError, match=problem):
        Inliner(DOCUMENT)(_ref(name))
