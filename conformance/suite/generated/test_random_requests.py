"""Random requests to every operation: valid ones and spoiled ones (level thorough)."""

from __future__ import annotations

import pytest
from schemathesis import GenerationMode

from conformance.contract.document import load_contract
from conformance.engine.judging.fuzzing import explore
from conformance.engine.run.session import Session

pytestmark = pytest.mark.sparkrtc_phase("hostile")

MODES = {"valid": GenerationMode.POSITIVE, "spoiled": GenerationMode.NEGATIVE}
OPERATIONS = [
    pytest.param(operation, id=operation, marks=pytest.mark.sparkrtc_explores(operation))
    for operation in load_contract().operations
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_random_requests(
    operation: str, mode: str, conformance_session: Session, request: pytest.FixtureRequest
) -> None:
    """Whatever is sent, the answer is one that the document knows, and nothing breaks."""
    session = conformance_session
    session.lab.begin(request.node.name)
    mark = session.lab.resources.mark
    explore(session.lab, session.contract.operation(operation), MODES[mode])
    session.lab.resources.release(mark)
