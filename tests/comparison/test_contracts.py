"""Two contracts compared: every kind of change is seen, weighed and told with its requirements."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from conformance.comparison.contract_change import IMPACTS, Impact, id_is_within
from conformance.comparison.contract_formats import render_json, render_markdown, render_text
from conformance.comparison.contracts import (
    BaselineLoss,
    ContractDiff,
    baseline_loss,
    diff,
    diff_contracts,
)
from conformance.contract.document import Contract
from conformance.contract.files import read_yaml
from conformance.errors import ContractError, UsageError
from conformance.model.report import ReportedRequirement
from conformance.model.verdict import Verdict
from tests.comparison.conftest import WAIVER
from tests.comparison.planted import (
    CREATE,
    EVENT,
    LIST,
    OFFSET,
    PLANTED,
    Action,
    Planted,
    base,
    changed,
    drop,
    edition,
    put,
)
from tests.reporting.sample import assemble
from tests.sampling import a_part

SPEC = Path(__file__).parents[2] / "spec"
LETTERS = {"C": Impact.COMPATIBLE, "R": Impact.RISKY, "B": Impact.BREAKING}


def requirement_ids(difference: ContractDiff) -> set[str]:
    """Every id that any change of the difference names."""
    return {
        identifier
        for change in difference.changes
        for identifier in (*change.added, *change.removed, *change.changed)
    }


@pytest.mark.parametrize("planted", a_part(PLANTED, every=4), ids=[one.kind for one in PLANTED])
def test_planted_change_is_seen_both_ways(planted: Planted) -> None:
    """One change of the document is told as what it is, forwards and backwards, with its ids."""
    after = changed(*planted.actions)
    for old, new, name, letters in (
        (base(), after, planted.kind, planted.impact),
        (after, base(), planted.kind_back, planted.impact_back),
    ):
        difference = diff(old, new)
        change = next((c for c in difference.changes if c.kind == name), None)
        assert change is not None, [c.kind for c in difference.changes]
        assert (change.client, change.server) == tuple(LETTERS[letter] for letter in letters)
        assert not planted.requirement or planted.requirement in requirement_ids(difference)
        _assert_everything_is_told(old, new, difference)


def _assert_everything_is_told(old: Contract, new: Contract, difference: ContractDiff) -> None:
    before, after = old.requirements, new.requirements
    assert set(difference.added) == after.keys() - before.keys()
    assert set(difference.removed) == before.keys() - after.keys()
    both = before.keys() & after.keys()
    restated = {i for i in both if before[i].text != after[i].text}
    assert restated <= set(difference.changed) <= both
    assert requirement_ids(difference) == {
        *difference.added,
        *difference.removed,
        *difference.changed,
    }


USERS = "$.paths[*][?@.operationId == 'ListRtcUserList'].parameters[?@.name == 'region']"


@pytest.mark.parametrize(
    ("actions", "kind", "place", "told"),
    [
        (
            [put(USERS, {"explode": True})],
            "request-replaced",
            "ListRtcUserList/query",
            "region is written as a list in another way",
        ),
        (
            [put(f"{CREATE}.requestBody", {"required": False})],
            "request-field-now-optional",
            "CreateApp/body",
            "the body as a whole is optional now",
        ),
        (
            [drop("$['x-error-catalogue'].families.data")],
            "error-code-removed",
            "x-error-catalogue",
            "the family data of error codes was removed",
        ),
        (
            [put("$['x-error-catalogue'].families.data", {"pattern": "^X$"})],
            "error-code-changed",
            "x-error-catalogue",
            "the family data of error codes was changed",
        ),
        (
            [put(f"{LIST}.parameters[?@.name == 'state'].schema", {"const": "ARREARS"})],
            "request-narrowed",
            "ListApps/query",
            "state: const was nothing, is ARREARS",
        ),
        (
            [drop(f"{EVENT}.properties.event_type.enum[0]")],
            "answer-narrowed",
            "recordEvent/notification",
            "event_type: no longer takes RECORD_NEW_FILE_START",
        ),
        (
            [put(f"{EVENT}.properties", {"note": {"type": "string"}})],
            "answer-field-added-optional",
            "recordEvent/notification",
            "note is new (optional)",
        ),
        (
            [drop("$.webhooks.recordEvent.post['x-rules'][?@.id == 'posted']")],
            "rule-removed",
            "recordEvent",
            "rule posted: A notification is sent with POST.",
        ),
        (
            [put(LIST, {"x-capabilities": ["jobs"]})],
            "wording",
            "ListApps",
            "is asked of targets that claim jobs",
        ),
        (
            [put(f"{CREATE}['x-rules'][0]", {"source": {"section": "5.2"}})],
            "wording",
            "CreateApp",
            "stands in section 5.2, was in section 5.1",
        ),
    ],
)
def test_smaller_changes_are_told(actions: list[Action], kind: str, place: str, told: str) -> None:
    """What no table of fields shows: list styles, whole bodies, families, who is asked."""
    changes = diff(base(), changed(*actions)).changes
    assert any(c.kind == kind and c.place == place and told in c.text for c in changes), changes


def test_every_kind_has_its_planted_change() -> None:
    """No kind of change is listed that no change of a document brings about."""
    assert {kind for one in PLANTED for kind in (one.kind, one.kind_back)} == IMPACTS.keys()


@pytest.mark.parametrize(
    ("a", "b", "kinds", "client", "server"),
    [
        ("2022-09-30", "2023-05-24", {"request-widened": 1, "answer-widened": 3}, "R", "B"),
        ("2023-05-24", "2023-07-06", {"request-field-removed": 3}, "R", "C"),
        ("2023-07-06", "2023-11-28", {"operation-added": 5, "error-code-added": 1}, "R", "B"),
        ("2023-11-28", "2023-11-28", {}, "C", "C"),
    ],
)
def test_editions_of_the_document(
    a: str, b: str, kinds: dict[str, int], client: str, server: str
) -> None:
    """Table 15-1, and nothing else, is what leads from one edition to the next."""
    difference = diff_contracts(a, b)
    told = [change.kind for change in difference.changes]
    assert {kind: told.count(kind) for kind in told} == kinds
    assert difference.worst("client") is LETTERS[client]
    assert difference.worst("server") is LETTERS[server]
    _assert_everything_is_told(edition(a), edition(b), difference)


def test_only_recommended_things_break_nobody() -> None:
    """A constraint that is a SHOULD in the document weighs no more than risky."""
    difference = diff(base(), changed(put(OFFSET, {"minimum": 1})))
    (change,) = (c for c in difference.changes if c.kind == "request-narrowed")
    assert change.changed == ("ListApps/query/offset/minimum",)
    assert change.client is Impact.RISKY


def test_a_segment_is_not_cut_in_the_middle() -> None:
    """The field app does not claim the requirements of the field app_name."""
    assert id_is_within("CreateApp/body/app.x/type", "CreateApp/body/app")
    assert id_is_within("CreateApp/body/app[]/type", "CreateApp/body/app")
    assert not id_is_within("CreateApp/body/app_name/type", "CreateApp/body/app")


def report_by(contract: Contract, waived: str) -> Any:
    """A report that judges every requirement of that contract as kept, one being waived."""
    rows = [
        ReportedRequirement(
            id=r.id,
            level=r.level.value,
            operation=r.operation,
            chapter=r.chapter,
            source=str(r.source),
            text=r.text,
            verdict=Verdict.WAIVED if r.id == waived else Verdict.PASS,
            waiver=WAIVER if r.id == waived else None,
        )
        for r in contract.requirements.values()
    ]
    facts = {"revision": contract.revision, "sha256": contract.sha256, "errata_applied": []}
    return assemble(rows, [], contract=facts)


def test_what_a_baseline_report_loses() -> None:
    """Verdicts on what is gone are lost, on what changed are stale, and waivers with them."""
    waived = "CreateMixJob/body/publish_param/type"
    old = edition("2022-09-30")
    difference = diff(old, base())
    loss = baseline_loss(difference, report_by(old, waived))
    assert loss.gone == {"pass": 11, "waived": 1}
    assert loss.stale == {"pass": 4}
    assert sum(loss.kept.values()) == len(old.requirements) - 16
    assert loss.unjudged == difference.added
    assert loss.waivers == (waived,)
    assert not loss.foreign
    assert baseline_loss(difference, report_by(base(), waived)).foreign


def text(difference: ContractDiff, loss: BaselineLoss | None = None) -> str:
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=120)
    render_text(difference, console, loss)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_format_tells_changes_and_requirements() -> None:
    """Text shows the first ids and counts the rest; JSON and Markdown have them all."""
    old = edition("2022-09-30")
    difference = diff(old, base(), "2022-09-30", "2023-11-28")
    shown = text(difference)
    assert "operation-added  ListObsBuckets  client: compatible, server: breaking" in shown
    assert "+ … and " in shown
    assert "also takes 640*480_30_1500, 640x480_30_1500" in shown
    assert "a baseline report by A loses 12 verdicts" in shown
    data = json.loads(render_json(difference))
    assert data["impact"]["server"]["breaking"] == 6
    assert len(data["added"]) == len(difference.added)
    assert data["baseline"] is None
    markdown = render_markdown(difference)
    assert "| operation-added | `ListObsBuckets` |" in markdown
    assert all(f"- `{identifier}`" in markdown for identifier in difference.removed)
    assert "640\\*480\\_30\\_1500" in markdown


def test_a_baseline_report_is_part_of_every_format() -> None:
    """With a report at hand, its own verdicts and waivers are counted."""
    waived = "CreateMixJob/body/publish_param/type"
    old = edition("2023-05-24")
    difference = diff(old, base())
    loss = baseline_loss(difference, report_by(old, waived))
    assert "the baseline report loses 12 verdicts (11 pass, 1 waived)" in text(difference, loss)
    assert f"its waiver of {waived} loses its hold" in text(difference, loss)
    assert json.loads(render_json(difference, loss))["baseline"]["waivers"] == [waived]
    assert "loses its hold" in render_markdown(difference, loss)
    stranger = text(difference, replace(loss, foreign=True))
    assert "the baseline report was not made by contract A" in stranger


def test_the_same_contract_twice_has_no_changes() -> None:
    """Nothing is told of a contract beside itself."""
    assert text(diff(base(), base())).endswith("no change\n")


def test_files_and_folders_are_contracts(tmp_path: Path) -> None:
    """A document on disk, alone or in a folder with its errata, is compared like a revision."""
    raw = read_yaml(SPEC / "openapi.yaml")
    raw["paths"]["/v2/apps"]["post"]["x-rules"].pop(0)
    alone = tmp_path / "alone.yaml"
    alone.write_text(yaml.dump(raw, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8")
    folder = tmp_path / "spec"
    folder.mkdir()
    shutil.copy(alone, folder / "openapi.yaml")
    shutil.copy(SPEC / "errata.yaml", folder)
    for name in (str(alone), str(folder)):
        difference = diff_contracts("2023-11-28", name)
        assert difference.removed == ("CreateApp/rule/name-unique-in-tenant",)
        assert difference.b == name
        assert difference.sha256_b != difference.sha256_a


def test_git_references_are_contracts(tmp_path: Path) -> None:
    """What a commit had in spec/ is read from git, whatever stands in the checkout now."""
    spec = tmp_path / "spec"
    spec.mkdir()
    for name in ("openapi.yaml", "errata.yaml"):
        shutil.copy(SPEC / name, spec)

    def git(*words: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.test")
        command = ["git", *identity, "-C", str(tmp_path), *words]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "-q")
    git("add", "spec")
    git("commit", "-q", "-m", "one")
    raw = read_yaml(spec / "openapi.yaml")
    raw["paths"]["/v2/apps"]["post"]["x-rules"].pop(0)
    text_now = yaml.dump(raw, Dumper=yaml.CSafeDumper, allow_unicode=True)
    (spec / "openapi.yaml").write_text(text_now, "utf-8")
    git("commit", "-q", "-a", "-m", "two")
    difference = diff_contracts("HEAD~1", "HEAD", repository=tmp_path)
    assert difference.removed == ("CreateApp/rule/name-unique-in-tenant",)
    assert difference.sha256_a == base().sha256


@pytest.mark.parametrize("name", ["no-such-reference", "--output=x", "2001-01-01"])
def test_what_is_no_contract_is_a_wrong_usage(name: str, tmp_path: Path) -> None:
    """One line says what was asked for and what could have been."""
    with pytest.raises(
        UsageError, match="is neither a revision nor a file nor a git reference"
    ) as refusal:
        diff_contracts("2023-11-28", name, repository=tmp_path)
    assert "2022-09-30" in str(refusal.value)


def test_files_that_hold_no_contract_are_refused(tmp_path: Path) -> None:
    """A file of something else, and one that only looks like a contract, are told apart."""
    path = tmp_path / "x.yaml"
    path.write_text("just: text\n")
    with pytest.raises(ContractError, match="is not an OpenAPI document"):
        diff_contracts("2023-11-28", str(path))
    path.write_text("openapi: 3.1.0\npaths: {}\n")
    with pytest.raises(ContractError, match="has no operation that can be judged"):
        diff_contracts("2023-11-28", str(path))
