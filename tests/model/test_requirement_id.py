"""The grammar of requirement ids, in its one place."""

from __future__ import annotations

import pytest

from conformance.contract.document import load_contract
from conformance.model.requirement_id import RequirementId


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("ShowApp/200", ("ShowApp", "200", "", "200", False)),
        ("ShowApp/rule/known", ("ShowApp", "rule", "", "known", False)),
        ("ShowApp/200/state.state/type", ("ShowApp", "200", "state.state", "type", False)),
        ("Op/200/header/Location/required", ("Op", "200", "header/Location", "required", False)),
        ("client/common/flow/rate", ("common", "flow", "", "rate", True)),
    ],
)
def test_an_id_is_taken_apart(text: str, members: tuple[str, str, str, str, bool]) -> None:
    """Operation, place, field, keyword, and whether a client has to keep it."""
    parts = RequirementId.parse(text)
    assert (parts.operation, parts.place, parts.field, parts.keyword, parts.of_client) == members
    assert str(parts) == text
    assert parts.is_common is (members[0] == "common")


def test_every_id_of_the_contract_is_its_parts() -> None:
    """Nothing is lost on the way, and the keyword is the one that the requirement has."""
    for requirement in load_contract().requirements.values():
        parts = RequirementId.parse(requirement.id)
        assert str(parts) == requirement.id
        assert requirement.keyword in {parts.keyword, parts.place, requirement.kind}
        assert requirement.operation in {parts.operation, None}
