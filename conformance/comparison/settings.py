"""The settings that must be equal for two runs to be comparable."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.comparison.place import target_name

if TYPE_CHECKING:
    from conformance.model.report import Report


def settings_of(report: Report) -> dict[str, Any]:
    """By name the settings that may explain different verdicts, and the target."""
    return {
        "target": target_name(report),
        "profile": report.target["profile"],
        "capabilities": report.target["capabilities"],
        "operations": report.target.get("operations", "all"),
        "revision": report.contract["revision"],
        "contract": report.contract["sha256"][:12],
        "suite": report.suite["version"],
        "level": report.run.level,
        "strict": report.run.strict,
        "selection": asdict(report.run.selection),
        "interrupted": report.run.interrupted,
    }


def shown(value: Any) -> str:
    """A setting in words."""
    if isinstance(value, dict):
        told = [f"--{key} {glob}" for key, globs in value.items() for glob in globs]
        return " ".join(told) or "everything"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
