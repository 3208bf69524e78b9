"""Faults of the reference: what is hunted by default, and what with ``-m matrix``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of everything that takes minutes."""
    config.addinivalue_line("markers", "matrix: the complete matrix of faults (minutes)")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the complete matrix out unless ``-m`` speaks of it."""
    if config.option.markexpr:
        return
    chosen = [item for item in items if item.get_closest_marker("matrix") is None]
    if len(chosen) < len(items):
        left_out = [item for item in items if item not in chosen]
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen
