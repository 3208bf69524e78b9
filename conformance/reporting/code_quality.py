"""GitLab's code quality report: what the widget of a merge request lists and compares.

GitLab takes a JSON array of issues with description, check_name, fingerprint, severity and the
line of a file; issues with the same fingerprint before and after are not shown as new.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from conformance.model.verdict import Verdict
from conformance.reporting.file import write_text
from conformance.reporting.language import language

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.model.report import ReportedFinding
    from conformance.reporting.material import Material

_SEVERITIES: Final = {"MUST": "major", "SHOULD": "minor", "MAY": "info"}
NOWHERE: Final = "."
"""Where a finding stands when the repository has no file that it could stand in."""


def write_code_quality(material: Material, path: Path) -> None:
    """Write the findings for GitLab. Raises ReportError when the file cannot be written."""
    write_text(path, json.dumps(code_quality(material), ensure_ascii=False, indent=1) + "\n")


def code_quality(material: Material) -> list[dict[str, Any]]:
    """One issue for each broken requirement; waived ones are known, and left out."""
    report = material.report
    waived = {item.id for item in report.requirements if item.verdict is Verdict.WAIVED}
    first = {finding.requirement: finding for finding in reversed(report.findings)}
    broken = dict.fromkeys(finding.requirement for finding in report.findings)
    return [_issue(material, first[name]) for name in broken if name not in waived]


def _issue(material: Material, finding: ReportedFinding) -> dict[str, Any]:
    words = language(material.language)
    line = material.anchor.locate(finding.requirement) if material.anchor else None
    digest = hashlib.sha256(finding.requirement.encode("utf-8", "replace")).hexdigest()
    return {
        "description": f"{finding.requirement}: {words.told(finding.message)}",
        "check_name": finding.requirement,
        "fingerprint": digest,
        "severity": _SEVERITIES[finding.level],
        "location": {
            "path": material.anchor.path if material.anchor else NOWHERE,
            "lines": {"begin": max(line or 1, 1)},
        },
    }
