"""SARIF 2.1.0: findings at lines of the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ReportError
from conformance.model.report import Report
from conformance.reporting.anchor import Anchor
from conformance.reporting.contract_lines import ContractLines
from conformance.reporting.material import Material
from conformance.reporting.sarif import sarif

CONTRACT = """\
openapi: 3.1.0
x-common-rules:
  - id: common/header/x-request-id/unique
    text: no two answers share an id
paths:
  /v2/apps:
    post:
      operationId: CreateApp
      x-rules:
        - id: state-kept
          text: what is read is written
      parameters:
        - $ref: '#/components/parameters/Token'
        - name: limit
          in: query
          schema:
            type: integer
            maximum: 100
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/CreateAppParam'
      responses:
        '200':
          headers:
            X-request-Id:
              schema: {type: string}
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Apps'
components:
  parameters:
    Token:
      name: X-Auth-Token
      in: header
      schema: {type: string}
  schemas:
    CreateAppParam:
      type: object
      properties:
        app_name:
          type: string
          maxLength: 128
    Apps:
      allOf:
        - type: object
          properties:
            apps:
              type: array
              items:
                $ref: '#/components/schemas/App'
    App:
      type: object
      properties:
        state:
          type: string
          enum: [ACTIVATION]
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> ContractLines:
    """The small contract above, indexed."""
    path = tmp_path_factory.mktemp("contract") / "openapi.yaml"
    path.write_text(CONTRACT, "utf-8")
    return ContractLines(path)


def _run(material: Material) -> dict[str, Any]:
    log = sarif(material)
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


def test_every_broken_requirement_is_one_result_of_its_rule(report: Report) -> None:
    """The ruleIndex and ruleId agree, levels follow MUST and SHOULD, locations are complete."""
    doubled = replace(report, findings=[*report.findings, *report.findings])
    run = _run(Material(doubled, anchor=Anchor("spec/openapi.yaml")))
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.requirement
        assert result["level"] == {"MUST": "error", "SHOULD": "warning"}[finding.level]
        assert result["occurrenceCount"] == 2
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "spec/openapi.yaml"
        assert place["region"]["startLine"] >= 1
    prints = [result["partialFingerprints"]["requirement/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_a_waived_finding_is_suppressed_with_its_reason(report: Report) -> None:
    """Code scanning shows a waiver as closed, and why."""
    run = _run(Material(report))
    waived = [result for result in run["results"] if "suppressions" in result]
    assert [item["ruleId"] for item in waived] == ["CreateRecordRule/rule/state-kept"]
    assert waived[0]["suppressions"][0]["justification"] == "the emulator knows one region"


def test_the_line_is_asked_of_the_locator(report: Report) -> None:
    """A known line is used as it is; an unknown one is line 1, never an invalid 0."""
    asked = {"CreateApp/body/app_name/maxLength": 44}
    run = _run(Material(report, anchor=Anchor("api/open api.yaml", asked.get)))
    found = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in run["results"]
    }
    assert found.pop("CreateApp/body/app_name/maxLength") == 44
    assert set(found.values()) == {1}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "api/open%20api.yaml"


def test_no_file_is_named_that_nobody_has(report: Report) -> None:
    """Where the repository has no file to show a finding in, the requirement alone is named."""
    for result in _run(Material(report))["results"]:
        (place,) = result["locations"]
        assert place.keys() == {"logicalLocations"}


def test_moments_are_utc(report: Report) -> None:
    """An offset in the report is turned into Z, as the format demands."""
    local = replace(report, run=replace(report.run, started="2026-11-23T01:00:00+08:00"))
    assert _run(Material(local))["invocations"][0]["startTimeUtc"] == "2026-11-22T17:00:00Z"


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ("CreateApp/body/app_name/maxLength", "maxLength: 128"),
        ("CreateApp/body/app_name/required", "type: string"),
        ("CreateApp/query/limit/maximum", "maximum: 100"),
        ("CreateApp/header/X-Auth-Token/required", "schema: {type: string}"),
        ("CreateApp/200/apps[].state/enum", "enum: [ACTIVATION]"),
        ("CreateApp/200/header/x-request-id/required", "schema: {type: string}"),
        ("CreateApp/rule/state-kept", "- id: state-kept"),
        ("common/header/x-request-id/unique", "- id: common/header/x-request-id/unique"),
    ],
)
def test_lines_are_those_of_the_contract(lines: ContractLines, identity: str, said: str) -> None:
    """The deepest place that an id leads to, through references, lists and combiners."""
    line = lines.locate(identity)
    assert line is not None
    assert CONTRACT.splitlines()[line - 1].strip() == said


def test_what_the_contract_does_not_have_is_told_apart(lines: ContractLines) -> None:
    """An unknown field falls back to its operation, an unknown operation to nothing."""
    known = lines.locate("CreateApp/cookie/x/required")
    assert known is not None
    assert lines.locate("DropApp/body/x/required") is None
    assert lines.locate("common/none/x") is None
    assert lines.locate("CreateApp/200/nothing[].there/type") is not None


@pytest.mark.parametrize(("content", "said"), [("[1]", "not an OpenAPI"), ("{", "is not YAML")])
def test_an_unusable_contract_is_one_line(content: str, said: str, tmp_path: Path) -> None:
    """The error names the file and fits in a line."""
    path = tmp_path / "openapi.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(ReportError, match=said) as caught:
        ContractLines(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ReportError, match="cannot be read"):
        ContractLines(tmp_path / "none.yaml")
