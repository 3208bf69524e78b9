"""Every case that the contract yields by itself: valid, boundary, and one violation at a time."""

from __future__ import annotations

from conformance.engine.run.session import Session
from conformance.model.case import Case


def test_generated(case: Case, conformance_session: Session) -> None:
    """The target answers this request as the contract says."""
    conformance_session.run_case(case)
