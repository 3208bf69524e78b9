"""JUnit XML: one test case per requirement, one suite per operation.

Requirements that were not selected are left out, but for rules that no test judges: they are
``skipped``. What could not be judged must not read as green.
In a run that is not conformant, a requirement that is blocked or inconclusive is an ``error``; in a
conformant run (where it was optional) it is ``skipped``, as are requirements that do not apply and
waived ones. A warning passes and says so in
``system-out``, unless the run was strict.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import groupby
from typing import TYPE_CHECKING

from conformance.model.verdict import UNTESTED, RunVerdict, Verdict
from conformance.reporting.explanation import explain
from conformance.reporting.file import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.model.report import Report, ReportedFinding, ReportedRequirement
    from conformance.reporting.material import Material

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STORIES = 3
_UNJUDGED = {Verdict.BLOCKED, Verdict.INCONCLUSIVE}


def write_junit(material: Material, path: Path) -> None:
    """Write the report as JUnit XML. Raises ReportError when the file cannot be written."""
    root = junit_tree(material.report)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    write_text(path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')


def junit_tree(report: Report) -> ET.Element:
    """The report as an element tree with ``testsuites`` at its root."""
    root = ET.Element("testsuites", name=_clean(report.suite["name"]))
    evidence = _findings_by_requirement(report)
    selected = (r for r in report.requirements if _is_told(r))
    ordered = sorted(selected, key=_place)
    for place, members in groupby(ordered, key=_place):
        root.append(_suite(report, place, list(members), evidence))
    for counter in ("tests", "failures", "errors", "skipped"):
        root.set(counter, str(sum(int(suite.get(counter, "0")) for suite in root)))
    root.set("time", f"{report.run.duration_s:.3f}")
    return root


def _is_told(requirement: ReportedRequirement) -> bool:
    return requirement.verdict is not Verdict.NOT_SELECTED or requirement.reason == UNTESTED


def _place(requirement: ReportedRequirement) -> tuple[int, str, str]:
    number = int(requirement.chapter) if requirement.chapter.isdigit() else 0
    return number, requirement.chapter, requirement.operation or "common"


def _suite(
    report: Report,
    place: tuple[int, str, str],
    members: list[ReportedRequirement],
    evidence: dict[str, list[ReportedFinding]],
) -> ET.Element:
    _, chapter, operation = place
    suite = ET.Element("testsuite", name=_clean(f"chapter {chapter}: {operation}"))
    suite.set("timestamp", _clean(str(report.run.started))[:19])
    suite.set("time", "0")
    _properties(
        suite,
        {
            "target": str(report.target["name"]),
            "profile": str(report.target["profile"]),
            "contract": str(report.contract["revision"]),
            **({"seed": str(report.run.seed)} if report.run.seed is not None else {}),
        },
    )
    strict = bool(report.run.strict)
    open_ended = report.verdict is not RunVerdict.CONFORMANT
    for member in members:
        suite.append(_case(chapter, operation, member))
        _outcome(suite[-1], member, evidence.get(member.id, []), strict, open_ended)
    suite.set("tests", str(len(members)))
    for counter, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counter, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _case(chapter: str, operation: str, requirement: ReportedRequirement) -> ET.Element:
    case = ET.Element("testcase", name=_clean(requirement.id))
    case.set("classname", _clean(f"chapter-{chapter}.{operation}"))
    case.set("time", "0")
    properties = {
        "requirement": requirement.id,
        "level": requirement.level,
        "verdict": requirement.verdict.value,
        "source": requirement.source,
        "text": requirement.text,
    }
    if requirement.erratum:
        properties["erratum"] = requirement.erratum
    _properties(case, properties)
    return case


def _outcome(
    case: ET.Element,
    requirement: ReportedRequirement,
    findings: list[ReportedFinding],
    strict: bool,
    open_ended: bool,
) -> None:
    verdict = requirement.verdict
    reason = requirement.reason or (findings[0].message if findings else verdict.value)
    story = "\n\n".join(explain(item, requirement.text) for item in findings[:_STORIES])
    if len(findings) > _STORIES:
        story += f"\n\n… {len(findings) - _STORIES} more cases, all of them in report.json"
    if verdict is Verdict.FAIL or (verdict is Verdict.WARN and strict):
        _telling(case, "failure", reason, requirement.level, story)
    elif verdict is Verdict.WARN:
        ET.SubElement(case, "system-out").text = _clean(f"warning: {reason}\n{story}")
    elif verdict in _UNJUDGED and open_ended:
        _telling(case, "error", f"{verdict.value}: {reason}", verdict.value, story)
    elif verdict is not Verdict.PASS:
        waiver = (requirement.waiver or {}).get("reason", "")
        ET.SubElement(case, "skipped", message=_clean(f"{verdict.value}: {waiver or reason}"))


def _telling(case: ET.Element, tag: str, message: str, kind: str, story: str) -> None:
    element = ET.SubElement(case, tag, message=_clean(message), type=_clean(kind))
    element.text = _clean(story)


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))


def _findings_by_requirement(report: Report) -> dict[str, list[ReportedFinding]]:
    found: dict[str, list[ReportedFinding]] = {}
    for finding in report.findings:
        found.setdefault(finding.requirement, []).append(finding)
    return found


def _clean(text: str) -> str:
    """Replace what XML 1.0 cannot carry; a hostile answer must not make the file unreadable."""
    return _NOT_XML.sub("\ufffd", text)
