"""The Chinese texts: of every requirement, without a stale one, and of what findings say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conformance.certification.receiving.certifying import requirements_of_receivers
from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.files import spec_folder
from conformance.contract.revisions import load_contract_at, revisions
from conformance.model.requirement import Requirement
from conformance.reporting.json_file import read_json
from conformance.reporting.language import language
from conformance.reporting.phrasebook import Phrasebook, phrasebook

CHINESE = language("zh")
ROOT = Path(__file__).resolve().parents[2]
CJK = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
LITERAL = re.compile(r"`[^`]+`|\{[a-z_]+\}|\d+|\b[A-Z][A-Z_]{3,}\b|\b[a-z]+_[a-z_]+\b")


def _requirements() -> Iterator[Requirement]:
    for revision in revisions():
        contract = load_contract_at(revision)
        yield from contract.requirements.values()
        yield from client_requirements(contract).values()
    yield from requirements_of_receivers().values()


def test_every_requirement_of_every_revision_has_a_chinese_text() -> None:
    """Of servers and clients, in all four editions; no English sentence is left in one."""
    left = {
        item.id: said
        for item in _requirements()
        if not CJK.search(said := CHINESE.requirement(item.text)) or ENGLISH.search(said)
    }
    assert left == {}, f"add a text to spec/i18n/zh.yaml for {list(left)[:3]}"


def test_what_the_document_names_stands_in_both_texts() -> None:
    """Field names, values, statuses and figures are facts: a translation keeps each of them."""
    lost = {}
    for item in _requirements():
        said = CHINESE.requirement(item.text)
        facts = set(LITERAL.findall(item.text)) - {"record_rule", "mix_job", "individual_job"}
        missing = {fact for fact in facts if fact not in said}
        if missing:
            lost[item.text] = (missing, said)
    assert lost == {}


def test_no_text_is_stale() -> None:
    """Each sentence and each pattern is used; what no requirement says any more is taken out."""
    node = yaml.safe_load((spec_folder() / "i18n" / "zh.yaml").read_text(encoding="utf-8"))
    used: set[str] = set()
    texts = {item.text for item in _requirements()}
    book = phrasebook([node])

    def use(text: str) -> None:
        if text in book.sentences:
            used.add(text)
            return
        for pattern in book.patterns:
            match = pattern.shape.fullmatch(text)
            if match and all(match[name] in book.sentences for name in pattern.terms):
                used.add(pattern.english)
                for name in set(match.groupdict()) - pattern.verbatim:
                    use(match[name])
                return

    for text in texts:
        use(text)
    unused = set(node["sentences"]) | set(node["patterns"])
    assert unused - used == set()


def test_a_text_that_changed_is_seen() -> None:
    """One word more in the English text, and the Chinese one no longer fits."""
    known = next(iter(CHINESE.requirements.sentences))
    assert CJK.search(CHINESE.requirement(known))
    assert CHINESE.requirement(f"{known} Always.") == f"{known} Always."


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            'body app_name "xxx", which is too long: answered 201',
            '请求体 app_name 为 "xxx"，过长：返回了 201',
        ),
        (
            "400 with error code RTC.1 or RTC.2, or 404 with error code RTC.3",
            "400，错误码为 RTC.1 或 RTC.2，或 404，错误码为 RTC.3",
        ),
        ("at least 0", "不小于 0"),
        ("count of ACTIVATION is not what it must be", "ACTIVATION 的 count与要求不符"),
        ("the target does not claim obs", "被测对象未声明能力 obs"),
        ("nothing (read: timed out)", "没有响应（read：timed out）"),
        ("CreateApp answered nothing (read: timed out)", "CreateApp 没有响应（read：timed out）"),
        ("CreateApp answered 500 nothing", "CreateApp 返回 500 nothing"),
        ("x.y lacks state", "x.y 缺少 state"),
        ("app_id=field is nothing that the book has", "app_id=field is nothing that the book has"),
    ],
)
def test_what_findings_say_is_told_in_chinese(english: str, chinese: str) -> None:
    """Generated messages and expectations; what the book does not have stays as it was."""
    assert CHINESE.told(english) == chinese
    assert language("en").told(english) == english


@pytest.mark.parametrize("folder", ["example", "vendor-sdk/calls", "vendor-sdk/sweep"])
def test_nothing_that_committed_reports_say_is_left_in_english(folder: str) -> None:
    """Every message, expectation, reason, warning and problem of a server's and a client's run."""
    report = read_json(ROOT / "reports" / folder / "report.json")
    told = [item.reason for item in report.requirements]
    told += [t for f in report.findings for t in (f.message, f.expected, f.actual)]
    told += [*report.run.warnings, *report.run.problems]
    assert {text for text in told if ENGLISH.search(CHINESE.told(text))} == set()


def test_places_of_a_pattern() -> None:
    """Text is translated or left, words have no blanks, parts no comma; the longest comes first."""
    book = phrasebook(
        [
            {
                "sentences": {"cat": "猫"},
                "patterns": {
                    "a {one:term}": "一只{one}",
                    "a {one:text} again": "又{one}",
                    "{x:part}, {y}": "{x}、{y}",
                    "the {x:word}": "这{x}",
                },
            }
        ]
    )
    assert book.say("a cat") == "一只猫"
    assert book.say("a cat again") == "又cat"
    assert book.say("a cat, a cat, cat") == "一只猫、一只猫、猫"
    assert book.say("the cat") == "这cat"
    assert book.say("the big cat") == "the big cat"
    assert Phrasebook().say("cat") == "cat"
