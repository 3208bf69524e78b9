"""The earlier editions of the document (chapter 15), and the overlays that lead back to them."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.access.capability import CAPABILITIES
from conformance.cases.plan import generated_cases
from conformance.cli import main
from conformance.contract.authoring.names import name_faults
from conformance.contract.document import Contract
from conformance.contract.errata import read_errata
from conformance.contract.leaks import later_parts
from conformance.contract.overlay import apply_overlay
from conformance.contract.revisions import (
    contract_text_at,
    load_contract_at,
    newest_revision,
    revisions,
)
from conformance.errors import ContractError, UsageError

SPEC = Path(__file__).parents[2] / "spec"
DATES = ["2023-11-28", "2023-07-06", "2023-05-24", "2022-09-30"]
PUBLISHING = ("CreateMixJob", "CreateIndividualStreamJob", "UpdateIndividualStreamJob")
ADDED_2023_08_28 = {
    "ListObsBuckets",
    "ListObsBucketObjects",
    "UpdateObsBucketAuthority",
    "ListRtcEvent",
    "ListRtcAbnormalEvent",
}


@cache
def at(revision: str) -> Contract:
    """The contract of one edition, read once."""
    return load_contract_at(revision)


def statements(contract: Contract) -> dict[str, tuple[str, str, str]]:
    """What each requirement says, by id."""
    return {r.id: (r.level, r.text, str(r.source)) for r in contract.requirements.values()}


def difference(old: str, new: str) -> tuple[set[str], set[str], set[str]]:
    """Ids added, removed and changed between two editions."""
    before, after = statements(at(old)), statements(at(new))
    changed = {i for i in before.keys() & after.keys() if before[i] != after[i]}
    return after.keys() - before.keys(), before.keys() - after.keys(), changed


def sent(contract: Contract, operation: str, field: str) -> set[Any]:
    """Every value that accepted requests of an operation carry in that field of their body."""
    return {
        template.body[parent][name]
        for case in generated_cases(contract)
        if case.operation == operation and case.kind == "positive"
        for template in (case.template, *(claim.alone for claim in case.claims))
        for parent, _, name in (field.partition("."),)
        if isinstance(template.body, dict) and name in template.body.get(parent, {})
    }


def test_editions_are_listed_newest_first() -> None:
    """The four editions are those of table 15-1, the one without changes of its own included."""
    assert revisions()[-len(DATES) :] == DATES
    assert newest_revision() == DATES[0]


def test_no_revision_is_the_newest() -> None:
    """Without a date the contract is the one that openapi.yaml says it is, digest included."""
    assert load_contract_at().revision == DATES[0]
    assert load_contract_at().sha256 == at(DATES[0]).sha256


@pytest.mark.parametrize("revision", DATES)
def test_every_edition_is_itself(revision: str) -> None:
    """An edition carries its own date, and a digest that no other edition has."""
    assert at(revision).revision == revision
    assert at(revision).raw["info"]["version"] == revision
    assert len({at(date).sha256 for date in DATES}) == len(DATES)


@pytest.mark.parametrize("revision", DATES)
def test_examples_of_every_edition_are_valid(revision: str) -> None:
    """Cases start from the examples: each must keep the schema of the edition it is sent in."""
    for operation in at(revision).operations.values():
        if operation.body is not None:
            for name, example in operation.body.examples.items():
                problems = list(operation.body.validator.violations(example))
                assert not problems, f"{operation.id}, {name}: {problems}"


def test_2023_08_28_added_operations_and_nothing_else() -> None:
    """What the OBS and event operations say is added; no other statement changes."""
    added, removed, changed = difference("2023-07-06", "2023-11-28")
    assert {at("2023-11-28").requirements[i].operation for i in added} == ADDED_2023_08_28
    assert added == {
        r.id for r in at("2023-11-28").requirements.values() if r.operation in ADDED_2023_08_28
    }
    assert not removed
    assert not changed
    assert ADDED_2023_08_28.isdisjoint(at("2023-07-06").operations)
    assert "obs" not in at("2023-07-06").flow_groups


def test_2023_07_06_removed_publish_param_from_three_requests() -> None:
    """Exactly the statements on publish_param go, in exactly the three requests named."""
    added, removed, changed = difference("2023-05-24", "2023-07-06")
    keywords = ("optional", "type", "type-code", "null")
    assert removed == {f"{op}/body/publish_param/{word}" for op in PUBLISHING for word in keywords}
    assert not added
    assert not changed


def test_2023_07_06_changes_what_is_sent() -> None:
    """publish_param is sent, and violated, by the edition that has it and by no later one."""
    for revision, expected in (("2023-05-24", set(PUBLISHING)), ("2023-07-06", set())):
        violated = {
            case.operation
            for case in generated_cases(at(revision))
            if case.violates and "/publish_param/" in case.violates
        }
        assert violated == expected, revision


def test_2023_05_24_replaced_one_encoding_template() -> None:
    """The enumeration changes wherever encode_template stands, and nothing else does."""
    added, removed, changed = difference("2022-09-30", "2023-05-24")
    assert not added
    assert not removed
    assert changed == {
        "CreateMixJob/body/mix_param.encode_template/enum",
        "CreateMixJob/201/mix_param.encode_template/enum",
        "ShowMixJob/200/mix_param.encode_template/enum",
        "UpdateMixJob/200/mix_param.encode_template/enum",
    }


def test_2023_05_24_changes_which_templates_are_sent() -> None:
    """The first edition is asked for the old template only; the second also for the new one."""
    first = sent(at("2022-09-30"), "CreateMixJob", "mix_param.encode_template")
    second = sent(at("2023-05-24"), "CreateMixJob", "mix_param.encode_template")
    assert second - first == {"640*480_30_1500", "640x480_30_1500"}
    assert "640x480_30_1000" in first
    assert not first - second


def test_unknown_revision_names_the_known_ones() -> None:
    """A date that is no edition is a wrong usage, answered with those that exist."""
    with pytest.raises(UsageError) as refusal:
        load_contract_at("2023-01-01")
    assert str(refusal.value).startswith("revision '2023-01-01': is not known; known are")
    assert all(date in str(refusal.value) for date in DATES)


def test_revision_is_no_path() -> None:
    """What does not look like a date never reaches the file system."""
    with pytest.raises(UsageError, match="is not known"):
        load_contract_at("../openapi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the contract whose overlays may be spoilt."""
    return Path(shutil.copytree(SPEC, tmp_path / "spec"))


def spoil(folder: Path, old: str, new: str) -> None:
    """Change the overlay of 2023-07-06."""
    path = folder / "revisions" / "2023-07-06.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_target_that_matches_nothing_is_an_error(folder: Path) -> None:
    """An overlay that has missed a change of the contract is named, with the action."""
    spoil(folder, "/v2/rtc-ops/buckets/objects", "/v2/rtc-ops/bucket/objects")
    with pytest.raises(ContractError, match=r"2023-07-06.yaml, action 3 .* matches nothing"):
        load_contract_at("2023-07-06", folder)


def test_overlay_must_lead_to_its_own_date(folder: Path) -> None:
    """A file name and an x-revision that disagree are refused."""
    spoil(folder, 'x-revision: "2023-07-06"', 'x-revision: "2023-07-07"')
    with pytest.raises(ContractError, match="produces the edition of 2023-07-07"):
        load_contract_at("2023-07-06", folder)


def test_contract_without_an_edition_is_refused(folder: Path) -> None:
    """A contract that does not say which edition it is cannot be compared with any."""
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\n", "utf-8")
    with pytest.raises(ContractError, match="does not say which edition it is"):
        revisions(folder)


DOCUMENT = {"a": {"b": [1, 2, 3], "c": {"d": 1}}, "x-y": {"z": [{"n": 1}, {"n": 2}]}}


def overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    """An overlay of these actions."""
    return {"overlay": "1.0.0", "info": {}, "actions": list(actions)}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"target": "$.a.c", "update": {"d": 2}}, {"a": {"b": [1, 2, 3], "c": {"d": 2}}}),
        ({"target": "$.a.b", "update": 4}, {"a": {"b": [1, 2, 3, 4], "c": {"d": 1}}}),
        ({"target": "$.a", "update": {"b": [4]}}, {"a": {"b": [1, 2, 3, 4], "c": {"d": 1}}}),
        (
            {"target": "$.a", "update": {"c": {"e": 5}}},
            {"a": {"b": [1, 2, 3], "c": {"d": 1, "e": 5}}},
        ),
        ({"target": "$.a.b[0, 2]", "remove": True}, {"a": {"b": [2], "c": {"d": 1}}}),
        ({"target": "$.a.c", "remove": True, "update": {"d": 9}}, {"a": {"b": [1, 2, 3]}}),
        (
            {"target": "$['x-y'].z[?@.n == 1]", "update": {"m": 0}},
            {"x-y": {"z": [{"n": 1, "m": 0}, {"n": 2}]}},
        ),
    ],
)
def test_actions_do_what_the_specification_says(
    action: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Objects merge, arrays grow, remove wins over update, filters select; the original stays."""
    before = yaml.safe_dump(DOCUMENT)
    assert apply_overlay(DOCUMENT, overlay(action), "o.yaml") == {**DOCUMENT, **expected}
    assert yaml.safe_dump(DOCUMENT) == before


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "is not an OpenAPI Overlay"),
        ({"overlay": "2.0.0", "actions": [{}]}, "is not an OpenAPI Overlay"),
        (overlay(), "has no actions"),
        ({"overlay": "1.0.0", "actions": ["$"]}, "action 1: is not an object"),
        (overlay({"target": "$.x-y", "remove": True}), "is not a JSONPath"),
        (overlay({"target": "$.a"}), "neither updates nor removes"),
        (overlay({"target": "$", "remove": True}), "cannot remove the whole document"),
        (overlay({"target": "$.a.c.d", "update": {"e": 1}}), "select an object or an array"),
        (overlay({"target": "$.a", "update": {"b": 1}}), "cannot update b"),
        (overlay({"target": "$.a.c", "update": {"d": {}}}), "cannot update d"),
        (overlay({"target": "$.a.none", "update": {}}), "matches nothing"),
    ],
)
def test_malformed_overlays_are_refused(document: Any, message: str) -> None:
    """Nothing of an overlay is passed over in silence."""
    with pytest.raises(ContractError, match=message):
        apply_overlay(DOCUMENT, document, "o.yaml")


@pytest.mark.parametrize("revision", DATES)
def test_no_later_edition_leaks(revision: str) -> None:
    """Nothing that a later edition brought is there, is named, or is spoken of by an erratum."""
    raw, _ = contract_text_at(revision)
    contract = at(revision)
    assert not list(later_parts(raw, revision))
    known = read_errata(SPEC / "errata.yaml")
    assert not [fault.problem for fault in name_faults(raw, known, CAPABILITIES)]
    if revision != DATES[0]:
        gone = {name for name, it in known.items() if set(it.operations) & ADDED_2023_08_28}
        only = {name for name in gone if set(known[name].operations) <= ADDED_2023_08_28}
        assert only
        assert not only & contract.errata.keys()


def test_a_leak_is_refused(folder: Path) -> None:
    """An overlay that forgets an operation of a later edition is named, with the operation."""
    path = folder / "revisions" / "2023-07-06.yaml"
    text = path.read_text("utf-8")
    forgotten = "  - target: $.paths['/v1/{project_id}/rtc/client/event']\n    remove: true\n"
    assert forgotten in text
    path.write_text(text.replace(forgotten, ""), "utf-8")
    with pytest.raises(ContractError, match=r"keeps paths./v1/.*event.get, which .* 2023-08-28"):
        load_contract_at("2023-07-06", folder)


def test_an_earlier_edition_plans_no_later_requests(capsys: pytest.CaptureFixture[str]) -> None:
    """What is planned for 2023-07-06 has no test of the OBS operations."""
    command = ["run", "--reference", "--revision", "2023-07-06", "--dry-run"]
    with pytest.raises(SystemExit) as ended:
        main(command)
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "statistics/test_" in said
    assert "│ obs/" not in said
