"""The sample run, built once for all tests of the reports."""

from __future__ import annotations

import pytest

from conformance.model.report import Report
from tests.reporting.sample import build_report


@pytest.fixture(scope="session")
def report() -> Report:
    """A nonconformant run with planted faults."""
    return build_report()


@pytest.fixture(scope="session")
def clean_report() -> Report:
    """The same run after every fault was repaired."""
    return build_report(clean=True)
