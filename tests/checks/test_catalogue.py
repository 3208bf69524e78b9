"""Error codes: whose they are, and which refusals may carry them."""

from __future__ import annotations

import pytest

from conformance.contract.document import Contract


@pytest.mark.parametrize(
    ("operation", "peculiar"),
    [("ListRtcEvent", True), ("ListRtcAbnormalEvent", True), ("ListRtcRoomList", False)],
)
def test_a_code_that_one_operation_shows(
    contract: Contract, operation: str, peculiar: bool
) -> None:
    """The 400 of the examples of 13.11 and 13.12 is theirs in every refusal, and nobody else's."""
    spec = contract.operation(operation)
    kinds = {*contract.refusals.families["data"], *spec.refusals}
    expectations = [contract.refusal(spec, kind) for kind in sorted(kinds)]
    answers = [answer for e in expectations if e for answer in e.for_status(400) if answer.codes]
    assert len(answers) > 5
    assert {answer.takes_code("400") for answer in answers} == {peculiar}


def test_a_peculiar_code_belongs_to_its_status_only(contract: Contract) -> None:
    """Answers of other statuses, and answers that are no refusals, stay as they are."""
    expectation = contract.refusal(contract.operation("ListRtcEvent"), "unknown-project")
    assert expectation is not None
    assert not any(answer.takes_code("400") for answer in expectation.for_status(403))
    unknown = contract.refusal(contract.operation("ListRtcEvent"), "unknown-app")
    assert unknown is not None
    assert unknown.for_status(200)[0].codes == ()
