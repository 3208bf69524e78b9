"""The line that runs a case of the suite again, beside what reports show of its exchanges."""

from __future__ import annotations

import shlex

from conformance.reporting.evidence import curl, reported

__all__ = ["curl", "replay", "reported"]


def replay(case: str) -> str:
    """A pytest line that runs the same case again."""
    return f"pytest --pyargs conformance.suite --sparkrtc-case {shlex.quote(case)}"
