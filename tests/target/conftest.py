"""Settings of a target that the tests can bend."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.target.capability import CAPABILITIES
from conformance.target.settings import TargetSettings

Maker = Callable[..., TargetSettings]


@pytest.fixture
def make_settings() -> Maker:
    """Settings of a target that allows everything, with changes."""

    def make(**changes: Any) -> TargetSettings:
        facts: dict[str, Any] = {
            "base_url": "http://target.test",
            "name": "target.test",
            "project_id": "p1",
            "capabilities": frozenset(CAPABILITIES),
        }
        return TargetSettings(**{**facts, **changes})

    return make
