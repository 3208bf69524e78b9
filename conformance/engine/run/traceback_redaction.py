"""Removes secrets from pytest's tracebacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Clean = Callable[[str], str]
"""Takes the secrets out of a text."""


def clean_report(report: pytest.TestReport | pytest.CollectReport, clean: Clean) -> None:
    """Remove the secrets from a report: from its traceback and its captured output."""
    report.longrepr = _cleaned(report.longrepr, clean)
    report.sections = [(name, clean(text)) for name, text in report.sections]


def clean_traceback(shown: object, clean: Clean) -> None:
    """Remove the secrets from a traceback before pytest draws it.

    Local variables are left out: they are drawn over several lines, which would split secrets.
    """
    for name, value in vars(shown).items():
        setattr(shown, name, None if name == "reprlocals" else _cleaned(value, clean))


def _cleaned(value: Any, clean: Clean) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_cleaned(item, clean) for item in value)
    if type(value).__module__.startswith("_pytest."):
        clean_traceback(value, clean)
    return value
