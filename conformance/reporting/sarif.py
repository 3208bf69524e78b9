"""SARIF 2.1.0 for code scanning: every finding in a file that the repository has."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from conformance.model.verdict import Verdict
from conformance.reporting.causes import causes_of
from conformance.reporting.file import write_text
from conformance.reporting.language import language

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.model.report import ReportedFinding, ReportedRequirement
    from conformance.reporting.anchor import Anchor
    from conformance.reporting.material import Material

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}


def write_sarif(material: Material, path: Path) -> None:
    """Write the findings as SARIF. Raises ReportError when the file cannot be written."""
    write_text(path, json.dumps(sarif(material), ensure_ascii=False, indent=1) + "\n")


def sarif(material: Material) -> dict[str, Any]:
    """The SARIF log: one run, and for each broken requirement one rule and one result.

    A result tells the first finding and counts the others: code scanning shows a line once, and
    takes 5,000 results at most.
    """
    report = material.report
    requirements = {item.id: item for item in report.requirements}
    cases = Counter(finding.requirement for finding in report.findings)
    first = {finding.requirement: finding for finding in reversed(report.findings)}
    broken = [identity for identity in cases if identity in requirements]
    index = {identity: number for number, identity in enumerate(broken)}
    titles = _cause_titles(material)
    results = [
        _result(material, first[identity], requirements[identity], index[identity], titles)
        | {"occurrenceCount": cases[identity]}
        for identity in broken
    ]
    driver = {
        "name": report.suite["name"],
        "version": report.suite["version"],
        "semanticVersion": report.suite["version"],
        "rules": [_rule(requirements[identity]) for identity in broken],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{report.suite['name']}/{report.target['name']}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "root of the repository"}}},
        "invocations": [
            {
                "executionSuccessful": not report.run.interrupted,
                "startTimeUtc": _utc(str(report.run.started)),
                "endTimeUtc": _utc(str(report.run.finished)),
            }
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(requirement: ReportedRequirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "name": requirement.id,
        "shortDescription": {"text": requirement.text or requirement.id},
        "fullDescription": {"text": f"{requirement.text} ({requirement.source})"},
        "defaultConfiguration": {"level": _LEVELS[requirement.level]},
        "properties": {
            "tags": [requirement.level, f"chapter-{requirement.chapter}"],
            "source": requirement.source,
        },
    }


def _result(
    material: Material,
    finding: ReportedFinding,
    requirement: ReportedRequirement,
    index: int,
    titles: dict[str, str],
) -> dict[str, Any]:
    text = (
        f"{finding.message}\nExpected: {finding.expected}\nReceived: {finding.actual}\n"
        f"Document: {finding.source}\nReplay: {finding.curl}"
    )
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        "ruleIndex": index,
        "level": _LEVELS[finding.level],
        "message": {"text": text},
        "locations": [_location(material.anchor, finding.requirement)],
        "partialFingerprints": {"requirement/v1": _fingerprint(finding.requirement)},
        "properties": {"case": finding.case, "cause": titles.get(finding.requirement, "")},
    }
    if requirement.verdict is Verdict.WAIVED:
        reason = (requirement.waiver or {}).get("reason", "waived")
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _location(anchor: Anchor | None, requirement: str) -> dict[str, Any]:
    """A line of a file that the repository has; where it has none, the requirement alone."""
    logical = [{"fullyQualifiedName": requirement, "kind": "requirement"}]
    if anchor is None:
        return {"logicalLocations": logical}
    line = anchor.locate(requirement)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(anchor.path), "uriBaseId": "SRCROOT"},
            "region": {"startLine": line if line is not None and line > 0 else 1},
        },
        "logicalLocations": logical,
    }


def _cause_titles(material: Material) -> dict[str, str]:
    words = language("en")
    return {
        identity: words.cause(cause)
        for cause in causes_of(material.report)
        for identity in cause.requirements
    }


def _fingerprint(requirement: str) -> str:
    return hashlib.sha256(requirement.encode("utf-8", "replace")).hexdigest()


def _utc(moment: str) -> str:
    """SARIF wants UTC with a Z; moments in reports may carry an offset."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
