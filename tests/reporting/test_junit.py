"""JUnit: well-formed for every consumer, every requirement in it, nothing unjudged green."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.report import Report
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.formats import write_all
from conformance.reporting.junit import junit_tree
from tests.reporting.sample import assemble

SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors", "skipped", "time"}, ["testsuite"]),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        ["properties", "testcase"],
    ),
    "testcase": (
        {"name", "classname", "time"},
        ["properties", "skipped", "error", "failure", "system-out"],
    ),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "skipped": ({"message"}, []),
    "error": ({"message", "type"}, []),
    "failure": ({"message", "type"}, []),
    "system-out": (set(), []),
}


def _shape(element: ET.Element) -> None:
    attributes, children = SHAPE[element.tag]
    assert set(element.attrib) == attributes, element.tag
    order = [children.index(child.tag) for child in element]
    assert order == sorted(order), element.tag
    for child in element:
        _shape(child)


def _of(root: ET.Element, identity: str) -> ET.Element:
    return next(case for case in root.iter("testcase") if case.get("name") == identity)


def test_the_file_has_the_usual_shape(report: Report, tmp_path: Path) -> None:
    """Elements, attributes and their order are those that the usual JUnit schema allows."""
    (path,) = write_all(report, tmp_path, ["junit"])
    root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own file
    _shape(root)


def test_every_requirement_is_one_test_case_of_its_operation(report: Report) -> None:
    """Each selected requirement is there once, and the id, level and source are its properties."""
    root = junit_tree(report)
    names = Counter(case.get("name") for case in root.iter("testcase"))
    selected = (r for r in report.requirements if r.verdict is not Verdict.NOT_SELECTED)
    assert names == Counter(item.id for item in selected)
    case = _of(root, "CreateApp/body/app_name/maxLength")
    properties = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert properties["requirement"] == "CreateApp/body/app_name/maxLength"
    assert properties["level"] == "MUST"
    assert properties["source"] == "section 5.1, table 5-1"
    suites = [suite.get("name") or "" for suite in root]
    assert suites.index("chapter 9: ShowMixJob") < suites.index(
        "chapter 10: StopIndividualStreamJob"
    )


def test_counters_add_up(report: Report) -> None:
    """The counters of the root are the sums that CI shows, and agree with the summary."""
    root = junit_tree(report)
    summary = report.summary
    assert int(root.get("tests", "0")) == len(report.requirements) - summary["not-selected"]
    assert int(root.get("failures", "0")) == summary["fail"]
    assert int(root.get("errors", "0")) == summary["blocked"] + summary["inconclusive"]
    outside = summary["not-applicable"] + summary["waived"]
    assert int(root.get("skipped", "0")) == outside


@pytest.mark.parametrize("verdict", [Verdict.BLOCKED, Verdict.INCONCLUSIVE])
def test_what_could_not_be_judged_is_never_green(report: Report, verdict: Verdict) -> None:
    """Blocked and inconclusive are errors unless the whole run was judged conformant."""
    item = replace(report.requirements[0], verdict=verdict, reason="no room")
    incomplete = assemble([item], [], verdict=RunVerdict.INCOMPLETE)
    assert junit_tree(incomplete).get("errors") == "1"
    optional = assemble([item], [], verdict=RunVerdict.CONFORMANT)
    assert junit_tree(optional).get("errors") == "0"
    assert junit_tree(optional).get("skipped") == "1"


def test_a_warning_fails_only_a_strict_run(report: Report) -> None:
    """A warn passes with its story told; under --strict it is a failure."""
    name = next(item.id for item in report.requirements if item.verdict is Verdict.WARN)
    case = _of(junit_tree(report), name)
    assert case.find("failure") is None
    assert "internal_state" in (case.findtext("system-out") or "")
    strict = replace(report, run=replace(report.run, strict=True))
    assert _of(junit_tree(strict), name).find("failure") is not None


def test_a_hostile_answer_cannot_break_the_file(report: Report, tmp_path: Path) -> None:
    """Characters that XML cannot carry, and markup, arrive as text."""
    evil = replace(report.findings[0], message="\x00\x1b[31m]]></failure>\ud800 <b>&\uffff")
    item = next(r for r in report.requirements if r.id == evil.requirement)
    (path,) = write_all(assemble([item], [evil]), tmp_path, ["junit"])
    failure = ET.fromstring(path.read_bytes()).find(".//failure")  # noqa: S314 - our own file
    assert failure is not None
    assert "</failure>" in failure.get("message", "")


def test_a_requirement_that_many_cases_break_is_told_a_few_times(report: Report) -> None:
    """Three stories and a count: a fault in every answer does not swell the file."""
    finding = report.findings[0]
    item = next(r for r in report.requirements if r.id == finding.requirement)
    failure = junit_tree(assemble([item], [finding] * 50)).find(".//failure")
    assert failure is not None
    assert (failure.text or "").count("came back") == 3
    assert "47 more cases" in (failure.text or "")
