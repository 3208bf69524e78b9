"""Checks that the libraries for level thorough are installed."""

from __future__ import annotations

from importlib.util import find_spec

from conformance.errors import UsageError

NEEDED = ("hypothesis", "schemathesis")
"""Modules that draw random requests and random walks."""


def check_level(level: str, option: str) -> None:
    """Raise UsageError for the level thorough where its libraries are not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if level == "thorough" and missing:
        raise UsageError(
            f"{option} thorough",
            f"needs {' and '.join(missing)}, which the extra `thorough` installs",
            "pip install 'sparkrtc-conformance[thorough]' (in a checkout: '.[thorough]')",
        )
