"""Faults of a contract of one's own are told with file, line, operation, member and expectation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.access.capability import CAPABILITIES
from conformance.commands.contract import check
from conformance.contract.authoring.checking import all_problems
from conformance.contract.authoring.draft import read_draft
from conformance.contract.authoring.lines import SourceFile
from conformance.contract.authoring.problem import Problem
from conformance.contract.files import spec_folder
from conformance.contract.own import contract_of, load_own_contract
from conformance.errors import ContractError, UsageError

BOOKSHOP = Path(__file__).parents[1] / "bookshop" / "openapi.yaml"


def problems(path: Path, base: str | None = None) -> list[Problem]:
    """What contract check finds."""
    return all_problems(read_draft(path, base), CAPABILITIES, contract_of)


def spoilt(folder: Path, old: str, new: str) -> tuple[Path, int]:
    """The bookshop with one text replaced, and the line where it stood."""
    text = BOOKSHOP.read_text("utf-8")
    assert old in text
    file = folder / "draft.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("path", [spec_folder(), BOOKSHOP])
def test_a_sound_contract_has_no_faults(path: Path) -> None:
    """What the build takes, and the contract of another API, are found sound."""
    assert not problems(path)


@pytest.mark.parametrize(
    ("old", "new", "after", "said"),
    [
        (
            "x-source: {section: '2.2'}",
            "x-sauce: {section: '2.2'}",
            0,
            "CreateBook: x-sauce: is not an extension of this suite; expected x-source",
        ),
        (
            "      x-effect: create\n",
            "",
            -5,
            "CreateBook: x-effect: is missing; expected read, create, replace",
        ),
        (
            "x-effect: create",
            "x-effect: creates",
            0,
            "CreateBook: x-effect: is 'creates'; expected one of read, create",
        ),
        ("x-error-family: shop", "x-error-family: shoop", 0, "is 'shoop'; expected one of shop"),
        ("x-capabilities: [writes]", "x-capabilities: [write]", 0, "expected writes"),
        ("operationId: ShowBook", "operationId: ListBooks", 0, "is used twice"),
        ("show: ShowBook", "show: ShowBok", 0, "'ShowBok' is not an operation; expected ShowBook"),
        ("price: 12.5", "price: 1000.5", 0, "novel.value.price: breaks its schema"),
        (
            "            examples:\n              novel: {value: {title: A novel, genre: novel,"
            " price: 12.5, pages: 300}}\n",
            "",
            -2,
            "CreateBook: requestBody.content.application/json.examples: is missing",
        ),
        ("x-resource: book", "x-resource: boook", 0, "is 'boook'; expected one of book"),
        ("'#/components/schemas/Book'", "'#/components/schemas/Bok'", 0, "points to nothing"),
        ("name: most, in: query", "name: most, in: queri", 0, "ListBooks: parameters.0"),
        ("isbn: {type: string, pattern", "isbn: {type: strng, pattern", 0, "strng"),
        (
            "level: MUST",
            "level: WILL",
            0,
            "x-common-rules.0.level: is 'WILL'; expected one of MUST",
        ),
        ("x-chapter: 2", "x-chapter: 2\n      x-chapter: 3", 1, "is written twice"),
        ("openapi: 3.1.0", "openapi: 9.1.0", 0, "openapi: is 9.1.0; expected 3.1"),
        ("create: CreateBook, ", "", 0, "x-resources.book"),
    ],
)
def test_a_fault_is_told_with_its_line(
    old: str, new: str, after: int, said: str, tmp_path: Path
) -> None:
    """Each kind of slip: where it is, of which operation, and what would be right."""
    file, line = spoilt(tmp_path, old, new)
    found = [str(problem) for problem in problems(file)]
    assert any(said in text and text.startswith(f"{file}:{line + after}: ") for text in found), (
        f"{line + after}\n" + "\n".join(found)
    )


def test_a_run_names_the_first_fault(tmp_path: Path) -> None:
    """No KeyError: a contract that cannot be judged by is refused with place and remedy."""
    file, line = spoilt(tmp_path, "show: ShowBook", "shown: ShowBook")
    with pytest.raises(ContractError) as refusal:
        load_own_contract(file)
    assert str(refusal.value) == (
        f"{file}:{line}: x-resources.book: lacks show; expected show (string); see contract check"
    )


def test_errata_beside_a_contract(tmp_path: Path) -> None:
    """Errata of one's own are held to their schema, and the contract to its errata."""
    file, _ = spoilt(tmp_path, "x-chapter: 2", "x-chapter: 2\n      x-errata: [E-2-pages]")
    assert "'E-2-pages' is not a known erratum" in str(problems(file)[0])
    (tmp_path / "errata.yaml").write_text(
        "- id: E-2-pages\n"
        "  title: How many pages\n"
        "  readings: [{name: few, text: Few pages., source: {section: '2', where: text}},\n"
        "    {name: many, text: Many pages., source: {section: '2', where: text}}]\n"
        "  reading: any-of\n"
        "  taken: Either is taken.\n"
        "  consequence: Both are accepted.\n"
        "  operations: [CreateBok]\n"
        "  pins: [few, more]\n",
        "utf-8",
    )
    assert [str(problem) for problem in problems(file)] == [
        f"{tmp_path / 'errata.yaml'}:8: 0.operations.0: 'CreateBok' is not an operation; "
        "expected CreateBook",
        f"{tmp_path / 'errata.yaml'}:9: 0.pins.1: 'more' is not a reading; "
        "expected one of few, many",
    ]


def test_faults_of_an_overlay_are_at_its_own_lines(tmp_path: Path) -> None:
    """What the overlay writes is told of the overlay, and the rest of what lies beneath."""
    overlay = tmp_path / "draft.overlay.yaml"
    overlay.write_text(
        "overlay: 1.0.0\n"
        "info: {title: Draft, version: '1'}\n"
        "actions:\n"
        "  - target: $.paths['/books'].get\n"
        "    update:\n"
        "      x-effect: reads\n"
        "  - target: $.paths['/books'].get.parameters\n"
        "    update: {name: more, in: query, schema: {type: integer, x-unt: seconds}}\n",
        "utf-8",
    )
    found = [str(problem) for problem in problems(overlay, str(BOOKSHOP))]
    assert found[0].startswith(f"{overlay}:6: ListBooks: x-effect: is 'reads'")
    assert f"{overlay}:8: ListBooks: parameters.2.schema.x-unt: is not an extension" in found[1]
    with pytest.raises(ContractError, match="is not an overlay"):
        read_draft(BOOKSHOP, "2023-11-28")
    with pytest.raises(UsageError, match="is not known"):
        read_draft(overlay, "2023-11-29")
    overlay.write_text(overlay.read_text("utf-8").replace("/books", "/boks"), "utf-8")
    with pytest.raises(ContractError, match=r"draft.overlay.yaml:4, action 1 .* matches nothing"):
        read_draft(overlay, str(BOOKSHOP))


def test_files_that_are_none(tmp_path: Path) -> None:
    """One line with file, line and remedy."""
    file = tmp_path / "none.yaml"
    with pytest.raises(ContractError, match="cannot be read"):
        read_draft(file)
    file.write_text("openapi: 3.1.0\npaths: ]", "utf-8")
    with pytest.raises(ContractError, match=r"none.yaml:2: is neither YAML nor JSON"):
        read_draft(file)
    file.write_text("just text", "utf-8")
    with pytest.raises(ContractError, match="is not an OpenAPI document"):
        read_draft(file)


def test_yaml_is_read_as_openapi_wants_it(tmp_path: Path) -> None:
    """YAML 1.2: on and no are texts, so are dates; statuses are texts; JSON may have tabs."""
    file = tmp_path / "a.yaml"
    file.write_text("a: [on, no, true, 2023-11-28, 012, 1e3, ~]\n200: {<<: {b: 1}}\n", "utf-8")
    assert SourceFile(file).value == {
        "a": ["on", "no", True, "2023-11-28", 12, 1000.0, None],
        "200": {"b": 1},
    }
    file.write_text('{\n\t"a": 1}', "utf-8")
    assert SourceFile(file).value == {"a": 1}
    assert SourceFile(file).line(["a"]) in {None, 2}


def test_the_command(tmp_path: Path) -> None:
    """Exit status 0 without faults and 1 with some; as JSON the parts of each are apart."""
    shutil.copy(BOOKSHOP, tmp_path / "openapi.yaml")
    assert CliRunner().invoke(check, [str(tmp_path)], standalone_mode=False).return_value == 0
    file, line = spoilt(tmp_path, "x-effect: create", "x-effect: creates")
    done = CliRunner().invoke(check, [str(file), "--json"], standalone_mode=False)
    assert done.return_value == 1
    assert json.loads(done.stdout) == [
        {
            "file": str(file),
            "line": line,
            "operation": "CreateBook",
            "member": "x-effect",
            "problem": "is 'creates'",
            "expected": "one of read, create, replace, update, delete, action",
        }
    ]
