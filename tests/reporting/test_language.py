"""English and Chinese say the same things, completely."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest

from conformance.errors import UsageError
from conformance.model.report import Report
from conformance.model.requirement import Level
from conformance.model.verdict import RunReason, RunVerdict, Verdict
from conformance.reporting.causes import causes_of
from conformance.reporting.language import LANGUAGES, language
from conformance.reporting.lenses import COARSE, LAST

ENGLISH, CHINESE = language("en"), language("zh")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_keys() -> None:
    """No string exists in one language only, and none is empty."""
    assert ENGLISH.strings.keys() == CHINESE.strings.keys()
    assert all(value.strip() for words in (ENGLISH, CHINESE) for value in words.strings.values())


@pytest.mark.parametrize("key", sorted(ENGLISH.strings))
def test_a_translation_uses_the_same_facts(key: str) -> None:
    """What is filled into a string is the same in both languages."""
    assert _fields(ENGLISH.strings[key]) == _fields(CHINESE.strings[key])


def test_chinese_is_chinese() -> None:
    """Every Chinese string has Chinese in it, apart from pure placeholders and literal values."""
    literal = {"answer.coded", "violation.null", "matrix.counted", "matrix.value"}
    for key, value in CHINESE.strings.items():
        assert key in literal or re.search(r"[\u4e00-\u9fff]", value), key


def test_every_verdict_level_and_cause_has_words() -> None:
    """Nothing that a report can hold is shown as a bare key."""
    for words in (ENGLISH, CHINESE):
        for verdict in Verdict:
            assert words.say(f"verdict.{verdict.value}")
            assert words.say(f"verdict.{verdict.value}.meaning")
        for level in Level:
            assert words.say(f"level.{level.value}")
        for lens in (*COARSE, *LAST):
            assert any(key.startswith(f"cause.{lens.kind}") for key in words.strings)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_reason_has_a_sentence_of_its_own(report: Report, code: str) -> None:
    """The sentence under the verdict is complete in both languages, and no two are the same."""
    said = {
        language(code).verdict_sentence(replace(report, reason=reason), 7) for reason in RunReason
    }
    assert len(said) == len(RunReason)
    assert not any("{" in sentence for sentence in said)


@pytest.mark.parametrize("verdict", list(RunVerdict))
def test_a_report_of_an_earlier_version_has_a_sentence(report: Report, verdict: RunVerdict) -> None:
    """It does not say its reason; the sentence fits its verdict."""
    assert ENGLISH.verdict_sentence(replace(report, reason=None, verdict=verdict), 7)


def test_a_waiver_that_does_not_fit_is_named_as_the_reason(clean_report: Report) -> None:
    """No SHOULD is claimed to be broken, and nothing is called strict."""
    failed = replace(
        clean_report, verdict=RunVerdict.NONCONFORMANT, reason=RunReason.WAIVERS, summary={}
    )
    sentence = ENGLISH.verdict_sentence(failed, 0)
    assert sentence == "No requirement is broken, but waivers have expired or match nothing: 0."


def test_a_strict_run_without_broken_must_says_so(clean_report: Report) -> None:
    """Nonconformant by warnings alone does not claim that a MUST is broken."""
    strict = replace(
        clean_report,
        verdict=RunVerdict.NONCONFORMANT,
        reason=RunReason.STRICT,
        summary={**clean_report.summary, "fail": 3},
        by_level={"MUST": {"pass": 9, "fail": 0}},
    )
    assert "3 SHOULD" in ENGLISH.verdict_sentence(strict, 1)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_cause_of_the_sample_has_a_title(report: Report, code: str) -> None:
    """Titles are complete and different from each other."""
    titles = [language(code).cause(cause) for cause in causes_of(report)]
    assert len(set(titles)) == len(titles)
    assert not any("{" in title for title in titles)


def test_an_unknown_language_is_refused() -> None:
    """The error names the languages that exist."""
    with pytest.raises(UsageError, match=r"'fr'.*en, zh"):
        language("fr")


def test_an_unknown_chapter_is_its_number() -> None:
    """A chapter that a later revision adds does not break the report."""
    assert ENGLISH.chapter("99") == "99"
    assert ENGLISH.numbered_chapter("99") == "99"
    assert CHINESE.chapter("9") == "合流任务管理"
    assert CHINESE.numbered_chapter("9") == " 9 合流任务管理"
    assert ENGLISH.numbered_chapter("common") == "Common to all"


def test_what_was_left_out_is_part_of_the_sentence(clean_report: Report) -> None:
    """A conformant run with waivers or exclusions does not claim to have tried everything."""
    assert clean_report.summary["not-selected"] == 6
    assert "Not selected: 6." in ENGLISH.verdict_sentence(clean_report, 0)
    whole = replace(clean_report, summary={"pass": 9})
    assert "elected" not in ENGLISH.verdict_sentence(whole, 0)
