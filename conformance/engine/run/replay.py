"""The line that runs a case of the suite again, beside what reports show of its exchanges."""

from __future__ import annotations

import shlex

from conformance.engine.run.config import RunConfig
from conformance.reporting.evidence import curl, reported

__all__ = ["curl", "replay", "reported"]


def replay(case: str, config: RunConfig) -> str:
    """A pytest line that runs the same case again: same target, level and seed."""
    options = ["--sparkrtc-reference"]
    if config.target is not None:
        options = ["--sparkrtc-target", config.target]
    for name in ("profile", "revision", "contract", "base"):
        value = getattr(config, name)
        options += [f"--sparkrtc-{name}", str(value)] if value is not None else []
    if config.operations:
        options += ["--sparkrtc-operations", ",".join(config.operations)]
    options += ["--sparkrtc-level", config.level, "--sparkrtc-seed", str(config.seed)]
    return shlex.join(
        ["pytest", "--pyargs", "conformance.suite", *options, "--sparkrtc-case", case]
    )
