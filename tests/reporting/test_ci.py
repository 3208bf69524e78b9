"""What GitHub and GitLab are given, and the file that findings are shown in."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.files import spec_folder
from conformance.errors import ReportError
from conformance.model.report import Report
from conformance.reporting.anchor import anchor
from conformance.reporting.ci import Surroundings, surroundings
from conformance.reporting.code_quality import code_quality
from conformance.reporting.formats import write_here
from conformance.reporting.job_summary import SUMMARY_BYTES, summarize
from conformance.reporting.material import Material

ID = "CreateApp/body/app_name/maxLength"
CONTRACT = """\
openapi: 3.1.0
paths:
  /v2/apps:
    post:
      operationId: CreateApp
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of a user's, with what may be in one, and a folder below it."""
    root = tmp_path / "repo"
    for name in (".git/HEAD", ".github/workflows/ci.yml", ".gitlab-ci.yml", "sub/live.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    (root / "api.yaml").write_text(CONTRACT)
    return root


def github(root: Path, **more: str) -> dict[str, str]:
    """The environment of a job of GitHub Actions."""
    workflow = "octo/repo/.github/workflows/ci.yml@refs/pull/1/merge"
    named = {"GITHUB_WORKSPACE": str(root), "GITHUB_WORKFLOW_REF": workflow}
    return {"GITHUB_ACTIONS": "true", **named, **more}


def test_services_are_told_by_their_environment(repository: Path) -> None:
    """GitHub gets a summary, GitLab its files; a variable alone makes neither."""
    summary = str(repository / "step.md")
    on_github = surroundings(github(repository, GITHUB_STEP_SUMMARY=summary), Path("/"))
    assert on_github == Surroundings(
        repository, summary=Path(summary), config=".github/workflows/ci.yml"
    )
    on_gitlab = surroundings({"GITLAB_CI": "true", "CI_PROJECT_DIR": str(repository)}, Path("/"))
    assert on_gitlab == Surroundings(
        repository, formats=("junit", "codequality"), config=".gitlab-ci.yml"
    )
    alone = surroundings({"GITHUB_STEP_SUMMARY": summary}, repository / "sub")
    assert alone == Surroundings(repository)


def test_findings_stand_in_a_file_that_is_there(repository: Path, tmp_path: Path) -> None:
    """The user's contract before the target file before the workflow; else in none."""
    around = surroundings(github(repository), repository)
    target = str(repository / "sub" / "live.toml")
    found = anchor(around, contract=repository / "api.yaml", target=target)
    assert found is not None
    assert (found.path, found.locate(ID)) == ("api.yaml", 5)
    for named, path in (
        (target, "sub/live.toml"),
        ("http://127.0.0.1:1/a\0b", ".github/workflows/ci.yml"),
        (str(tmp_path / "none.toml"), ".github/workflows/ci.yml"),
    ):
        found = anchor(around, target=named)
        assert found is not None
        assert (found.path, found.locate(ID)) == (path, None)
    assert anchor(Surroundings(repository), target="http://mock:1") is None
    outside = tmp_path / "outside.yaml"
    outside.write_text(CONTRACT)
    assert anchor(Surroundings(repository), contract=outside) is None


def test_a_checkout_of_this_project_has_the_contract() -> None:
    """Here the lines are those of the shipped contract; a file that is no YAML has none."""
    found = anchor(Surroundings(spec_folder().parent))
    assert found is not None
    assert found.path == "spec/openapi.yaml"
    assert found.locate(ID)


def test_an_unreadable_contract_costs_lines_only(repository: Path) -> None:
    """What is no YAML is judged elsewhere; here it has no lines."""
    (repository / "api.yaml").write_text("{")
    found = anchor(Surroundings(repository), contract=repository / "api.yaml")
    assert found is not None
    assert found.locate(ID) is None


def test_code_quality_lists_each_broken_requirement_once(report: Report, repository: Path) -> None:
    """Unique fingerprints, the severities that GitLab knows, no waived finding, a real file."""
    around = Surroundings(repository, config=".gitlab-ci.yml")
    issues = code_quality(Material(report, anchor=anchor(around)))
    waived = {item.id for item in report.requirements if item.verdict.value == "waived"}
    broken = {finding.requirement for finding in report.findings} - waived
    assert {issue["check_name"] for issue in issues} == broken
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(broken)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major"}
    assert {issue["location"]["path"] for issue in issues} == {".gitlab-ci.yml"}
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)


def test_the_summary_is_added_to_what_others_have_written(report: Report, repository: Path) -> None:
    """Other steps keep their part; what GitHub would refuse is told in a line."""
    path = repository / "step.md"
    path.write_text("before\n")
    around = Surroundings(repository, summary=path)
    summarize(Material(report), around)
    text = path.read_text("utf-8")
    assert text.startswith("before\n## ❌ ")
    path.write_text("x" * SUMMARY_BYTES)
    summarize(Material(report), around)
    assert path.stat().st_size < SUMMARY_BYTES + 200
    with pytest.raises(ReportError, match="job summary"):
        summarize(Material(report), Surroundings(repository, summary=repository))


def test_what_the_service_shows_comes_beside_what_was_asked(
    report: Report, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On GitLab two files more; on GitHub a summary; elsewhere nothing that was not asked for."""
    monkeypatch.chdir(repository)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    out = repository / "out"
    assert [p.name for p in write_here(Material(report), out, ["json"])] == ["report.json"]
    monkeypatch.setenv("GITLAB_CI", "true")
    names = [path.name for path in write_here(Material(report), out, ["json", "junit"])]
    assert names == ["report.json", "junit.xml", "gl-code-quality-report.json"]
    monkeypatch.delenv("GITLAB_CI")
    for name, value in github(repository, GITHUB_STEP_SUMMARY=str(out / "s.md")).items():
        monkeypatch.setenv(name, value)
    write_here(Material(report), out, ["json"])
    assert (out / "s.md").read_text("utf-8").startswith("## ")
