"""The page on revising the contract is followed from start to end, in a copy of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from conformance.commands import edition
from conformance.contract.editions import Preparation, finish, lead_back, prepare, prepared
from conformance.contract.files import read_yaml
from conformance.contract.overlay import apply_overlay
from conformance.contract.revisions import contract_text_at, load_contract_at, revisions
from conformance.contract.undoing import overlay_back
from conformance.errors import ContractError, UsageError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "revising-the-contract.md"
BLOCKS = re.compile(r"^```sh edition\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE = "ShowAppSummary/rule/none-at-first"
PARTS = ("conformance", "spec", "tests/contract/write_requirements.py", "tests/editions")


def copied(folder: Path, *parts: str) -> Path:
    """Parts of the checkout, in a folder of their own."""
    for part in parts:
        source, place = ROOT / part, folder / part
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place)
    return folder


@pytest.mark.editions
def test_the_page_leads_from_one_edition_to_the_next(tmp_path: Path) -> None:
    """Every command, in its order. In processes, for the code itself changes between them."""
    folder = copied(tmp_path, *PARTS)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    said = []
    for block in BLOCKS.findall(PAGE.read_text("utf-8")):
        done = subprocess.run(
            ["bash", "-ec", block],
            cwd=folder,
            env={**clean, "PATH": path, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        said.append(done.stdout)
    _, first, behind, last, judged = said
    for thing in (
        "ShowAppSummary/path/app_id/known",
        "- [ ] ShowAppSummary: GET /v2/apps/{app_id}/summary is not served",
        "- [ ] it says that it keeps 2023-11-28, and not 2024-05-31",
        "- [ ] ShowAppSummary/rule/none-at-first",
        "- [ ] record_rules of a new application is 0.",
    ):
        assert thing in first
    assert "not implemented by the reference, which keeps the edition of 2023-11-28" in behind
    assert "Nothing is broken" in behind
    assert last.endswith("left to do: nothing\n")
    assert "operation-added" in judged
    assert judged.count("Conformant") == 2
    assert not list((folder / "spec" / "revisions").glob("*.previous.yaml"))


def test_the_work_of_the_page_fits_the_checkout() -> None:
    """Its patches are of the code and the contract as they are."""
    for name in ("contract.patch", "rest.patch"):
        patch = Path(__file__).with_name(name)
        subprocess.run(["git", "apply", "--check", str(patch)], cwd=ROOT, check=True)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of spec/."""
    return copied(tmp_path, "spec") / "spec"


def test_every_edition_stays_what_it_was(spec: Path) -> None:
    """Whatever is changed: the overlay that leads back is made of both documents."""
    known = revisions(spec)
    before = {date: contract_text_at(date, spec)[0] for date in known}
    prepare(spec, "2030-01-01")
    contract = spec / "openapi.yaml"
    text = contract.read_text("utf-8")
    for old, new in (
        ("maximum: 100\n", "maximum: 200\n"),
        ("enum: [DOMESTIC, OVERSEA, GLOBAL]", "enum: [GLOBAL, DOMESTIC]"),
        ("  /v2/apps/{app_id}/enable:\n", "  /v2/apps/{app_id}/started:\n"),
        ("        - id: name-unique-in-tenant\n", "        - id: name-unique\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    contract.write_text(text, "utf-8")
    preparation = prepared(spec)
    assert preparation is not None
    lead_back(preparation)
    assert revisions(spec) == ["2030-01-01", *known]
    for date in known:
        assert contract_text_at(date, spec)[0] == before[date]
    assert len({contract_text_at(date, spec)[1] for date in revisions(spec)}) == len(known) + 1
    finish(preparation)
    assert prepared(spec) is None
    assert contract_text_at(known[0], spec)[0] == before[known[0]]


def test_what_a_change_calls_for(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new operation with a rule: each point of the list has what is lacking, and nothing else."""
    prepare(spec, "2024-05-31")
    patch = str(Path(__file__).with_name("contract.patch"))
    subprocess.run(["git", "apply", patch], cwd=spec.parent, check=True)
    monkeypatch.setattr(edition, "spec_folder", lambda: spec)
    done = CliRunner().invoke(edition.checklist, ["--json", "--finish"], standalone_mode=False)
    assert done.exception is None
    assert done.return_value == 1
    assert prepared(spec) is not None
    found = json.loads(done.stdout)
    things = {point["title"]: point["things"] for point in found["points"]}
    added = things.pop("Requirements added")
    assert {one.partition("/")[0] for one in added} == {"ShowAppSummary"}
    listed = things.pop("spec/requirements.txt")
    assert {f"{one} is not in it" for one in added} <= set(listed)
    assert {title: found for title, found in things.items() if found} == {
        "Changes": [
            "ShowAppSummary: GET /v2/apps/{app_id}/summary is new: "
            "Show how many recording rules an application has"
        ],
        "Requirements without an entry in spec/basis.yaml": [RULE],
        "Texts without Chinese in spec/i18n/zh.yaml": ["record_rules of a new application is 0."],
        "The reference": [
            "ShowAppSummary: GET /v2/apps/{app_id}/summary is not served",
            "it says that it keeps 2023-11-28, and not 2024-05-31",
        ],
        "Rules that no test judges": [RULE],
        "Rules without a planted fault": [RULE],
    }
    assert found["left"] == len(listed) + 6


def test_no_list_without_work(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is prepared; and an installed package has nothing to be changed."""
    monkeypatch.setattr(edition, "spec_folder", lambda: spec)
    with pytest.raises(UsageError, match="no edition is being written"):
        edition.checklist.main([], standalone_mode=False)
    installed = Path(edition.__file__).parents[1] / "spec"
    monkeypatch.setattr(edition, "spec_folder", lambda: installed)
    with pytest.raises(UsageError, match="is part of an installed package"):
        edition.new_edition.main(["2030-01-01"], standalone_mode=False)


@pytest.mark.parametrize(
    ("date", "problem"),
    [("soon", "is not a date"), ("2023-11-28", "is not later"), ("2001-01-01", "is not later")],
)
def test_dates_that_are_none(date: str, problem: str, spec: Path) -> None:
    """Nothing is written for them."""
    with pytest.raises(UsageError, match=problem):
        prepare(spec, date)
    assert prepared(spec) is None


def test_one_edition_at_a_time(spec: Path) -> None:
    """The next one waits until the work on this one is done."""
    prepare(spec, "2030-01-01")
    with pytest.raises(UsageError, match=r"the edition after .* is being written"):
        prepare(spec, "2030-02-01")


def test_a_chain_that_leads_nowhere(spec: Path) -> None:
    """An overlay over one that is not there, or over itself, is told."""
    path = spec / "revisions" / "2022-09-30.yaml"
    text = path.read_text("utf-8")
    for name in ("2001-01-01.yaml", "2022-09-30.yaml"):
        path.write_text(text.replace("extends: ../openapi.yaml", f"extends: {name}"), "utf-8")
        with pytest.raises(ContractError, match="leads nowhere"):
            load_contract_at("2022-09-30", spec)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "d": [1]}}),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}),
        ({"a": [1, 3]}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"a": [1, 2, {"b": 3}]}),
        ({"a": [{"id": "x", "n": 1}, {"id": "y"}]}, {"a": [{"id": "x", "n": 2, "m": []}]}),
        ({"a": [{"id": "x"}, {"id": "x"}]}, {"a": [{"id": "x", "n": 1}]}),
        ({"a": {"b": 1}}, {"a": [1]}),
        ({"a": 1}, {"a": {"b": 1}}),
        ({"a": True}, {"a": 1}),
        ({"a": [[1, 2]]}, {"a": [[2]]}),
        ({"it's": {"a\\b": 1, "c": 1}}, {"it's": {"a\\b": 2}}),
        ({"a": None}, {"a": {}}),
        ({"a": {}}, {}),
    ],
)
def test_the_way_back_is_exact(new: dict[str, object], old: dict[str, object]) -> None:
    """Objects, lists and values that came, went or changed their kind."""
    overlay = overlay_back(new, old, "t", "1", "x.yaml")
    read = yaml.safe_load(yaml.safe_dump(overlay))
    found = apply_overlay(new, read, "o.yaml")
    assert repr(found) == repr(old) or (found == old and sorted(found) == sorted(old))
    assert type(found.get("a")) is type(old.get("a"))


def test_what_is_prepared_is_read_as_yaml(spec: Path) -> None:
    """The date is a text, in the contract and in the overlay."""
    prepare(spec, "2030-01-01")
    assert read_yaml(spec / "openapi.yaml")["x-revision"] == "2030-01-01"
    overlay = read_yaml(Preparation(spec, "2023-11-28").overlay)
    assert overlay["info"]["version"] == "2023-11-28"
