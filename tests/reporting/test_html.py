"""The HTML report as a file: whole, closed against what servers answer, complete in its words."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest

from conformance.model.report import Report
from conformance.model.verdict import Verdict
from conformance.reporting.causes import causes_of
from conformance.reporting.explanation import explain
from conformance.reporting.html import draw_page
from conformance.reporting.html.data import page_data
from conformance.reporting.html.embedding import embedded_json
from conformance.reporting.html.glance import bar, chapter_rows, moment, operation_rows
from conformance.reporting.html.page import SCRIPTS
from conformance.reporting.language import language
from conformance.reporting.material import Material
from tests.reporting.sample import assemble, exchange_of

HOSTILE = "</script><script>alert(1)</script><!--<script>\u2028\u2029&lt;\x00\ud800\"'"


class _Page(HTMLParser):
    """What a browser would see: tags, attributes and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.held: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in self.held:
            self.held[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in self.held and self.held[self.tags[-1]]:
            self.held[self.tags[-1]][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in self.held:
            self.tags.append(f"/{tag}")


def _hostile(report: Report) -> Report:
    """A report in which everything that a server or a target file can fill is an attack."""
    finding = report.findings[0]
    seen = exchange_of(1, "CreateApp", 200, HOSTILE)
    finding = replace(finding, message=HOSTILE, expected=HOSTILE, actual=HOSTILE, exchange=seen)
    item = next(r for r in report.requirements if r.id == finding.requirement)
    item = replace(item, text=HOSTILE, reason=HOSTILE, waiver={"issue": "javascript:alert(1)"})
    target = {**report.target, "name": HOSTILE, "base_url": HOSTILE}
    return assemble([item], [finding], target=target)


def _pages(report: Report) -> list[str]:
    return [draw_page(Material(report, previous=report, language=code)) for code in ("en", "zh")]


def test_the_page_is_one_file_without_addresses(report: Report) -> None:
    """Nothing is loaded: no src, no stylesheet, no link out, no @import or url()."""
    for text in _pages(report):
        page = _Page(text)
        assert not [value for _, name, value in page.attributes if name == "src"]
        hrefs = [value for _, name, value in page.attributes if name == "href"]
        assert all(value.startswith(("#", "data:")) for value in hrefs)
        assert not re.search(r"@import|url\(", page.held["style"][0])


def test_the_policy_allows_exactly_the_script_and_style_of_the_page(report: Report) -> None:
    """The digests in the content security policy are those of what stands in the page."""
    page = _Page(draw_page(Material(report)))
    policy = next(value for _, name, value in page.attributes if "script-src" in value)
    for text in (page.held["script"][1], page.held["style"][0]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]


def test_nothing_in_a_report_can_become_markup(report: Report) -> None:
    """Hostile bodies, texts and names add no element and break out of no script."""
    for text in _pages(_hostile(report)):
        page = _Page(text)
        assert page.tags.count("script") == 2
        assert "alert(1)</script>" not in text
        data = json.loads(page.held["script"][0])
        assert data["requirements"][0][4] == HOSTILE


def test_embedding_keeps_the_data_as_it_is() -> None:
    """The escapes are JSON's own: what is parsed is what went in."""
    text = str(embedded_json({"x": HOSTILE}))
    assert json.loads(text) == {"x": HOSTILE}
    assert not set("<>&\u2028\u2029") & set(text)


def test_every_word_of_the_page_is_in_the_catalogue_and_the_other_way_round() -> None:
    """A key that is used exists, and an interface key that exists is used."""
    folder = resources.files("conformance.reporting")
    sources = [folder.joinpath("html", name) for name in (*SCRIPTS, "page.html.j2", "glance.py")]
    sources += [folder.joinpath(name) for name in ("terminal.py", "markdown.py", "language.py")]
    code = "\n".join(source.read_text("utf-8") for source in sources)
    known = set(language("en").strings)
    used = set(re.findall(r"""["'](ui(?:\.[a-z-]+)+)["']""", code))
    families = set(re.findall(r"""["'`](ui(?:\.[a-z-]+)*)\.["'`$\{]""", code))
    families |= set(re.findall(r"f['\"](ui(?:\.[a-z-]+)*)\.\{", code))
    assert used <= known
    built = {"ui.requirement.count", "ui.requirements.count"}
    built |= {"ui.operation.count", "ui.operations.count"}
    for key in known:
        if key.startswith("ui.") and key not in used | built:
            assert any(key.startswith(f"{family}.") for family in families - {"ui"}), key


def test_texts_and_findings_are_told_in_the_language_of_the_page(report: Report) -> None:
    """Texts, messages and reasons in Chinese where the books have them, as they are elsewhere."""
    first, finding = report.requirements[0], report.findings[0]
    known = replace(
        first,
        text="A request without field app_name is refused.",
        reason="the target does not claim obs",
    )
    told = replace(finding, requirement=first.id, message="body app_name left out")
    report = assemble([known, *report.requirements[1:]], [told])
    data = page_data(Material(report), language("zh"), causes_of(report), None)
    assert data["requirements"][0][4] == "缺少字段 app_name 的请求被拒绝。"
    assert data["requirements"][1][4] == report.requirements[1].text
    assert "被测对象未声明能力 obs" in data["reasons"]
    assert data["requirements"][0][13][0][0] == "缺少请求体 app_name"
    assert "第 5.1 节，表 5-1" in data["sources"]


def test_a_story_is_told_in_chinese(report: Report) -> None:
    """What stands in a cause card and in the summary of a job page, labels and text."""
    finding = replace(report.findings[0], expected="400 with error code RTC.1")
    story = explain(finding, "A request without credentials is refused.", language("zh"))
    assert "不带凭证的请求被拒绝。" in story
    assert "  期望      400，错误码为 RTC.1" in story
    assert "  收到      " in story


def test_bodies_are_cut_so_that_the_page_stays_light(report: Report) -> None:
    """A huge answer is cut and marked as cut; one exchange of many findings is kept once."""
    seen = exchange_of(7, "CreateApp", 200, "x" * 100_000)
    found = [replace(finding, exchange=seen) for finding in report.findings]
    data = page_data(Material(replace(report, findings=found)), language("en"), [], None)
    assert len(data["exchanges"]) == 1
    assert data["exchanges"][0]["gotBodyCut"] is True
    assert len(data["exchanges"][0]["gotBody"]) == 8_000


def test_binary_and_missing_answers_are_carried(report: Report) -> None:
    """Bytes are counted, a network failure keeps its stage, no exchange is no exchange."""
    plain = exchange_of(1, "ListApps", 200, "")
    assert plain.response is not None
    binary = replace(plain, response=replace(plain.response, body=None, body_base64="AP8="))
    silent = replace(plain, number=2, response=None, failure={"stage": "tls", "message": "old"})
    found = [replace(report.findings[0], exchange=exchange) for exchange in (binary, silent, None)]
    data = page_data(Material(replace(report, findings=found)), language("en"), [], None)
    assert data["exchanges"][0]["gotBodyBytes"] == 3
    assert data["exchanges"][1]["failure"]["stage"] == "tls"
    row = next(row for row in data["requirements"] if row[0] == found[0].requirement)
    assert [finding[3] for finding in row[13]] == [0, 1, -1]


def test_many_findings_of_one_requirement_are_counted(report: Report) -> None:
    """Four are told, the others are a number: a fault in every answer does not swell the page."""
    finding = report.findings[0]
    whole = replace(report, findings=[finding] * 50)
    data = page_data(Material(whole), language("en"), [], None)
    row = next(row for row in data["requirements"] if row[0] == finding.requirement)
    assert len(row[13]) == 4
    assert row[15] == 46


def test_moments_are_read_in_one_time() -> None:
    """Offsets and fractions of a second do not show."""
    assert moment("2026-11-23T01:00:00.184+08:00") == "2026-11-22 17:00:00 UTC"


def test_what_the_run_could_not_tidy_is_told(report: Report) -> None:
    """Problems of the run stand next to its verdict, as text."""
    run = replace(report.run, problems=["not deleted: application <b>1</b>"])
    text = draw_page(Material(replace(report, run=run)))
    assert "not deleted: application &lt;b&gt;1&lt;/b&gt;" in text


def test_a_bar_is_full_and_shows_even_one(report: Report) -> None:
    """Segments touch, end at 100, and one in a thousand is still visible."""
    segments = bar({"pass": 999, "fail": 1})
    assert segments[1].width >= 0.7
    assert sum(segment.width for segment in segments) == pytest.approx(100)
    assert bar({}) == ()


def test_chapters_and_coverage_agree_with_the_report(report: Report) -> None:
    """Counts per chapter and level are those of the requirements; each status is told apart."""
    rows = chapter_rows(report, language("en"))
    assert [row.number for row in rows] == [
        "common",
        *sorted(set(report.by_chapter) - {"common"}, key=int),
    ]
    assert sum(cell.total for row in rows for cell in row.cells) == len(report.requirements)
    operations = operation_rows(report, language("en"))
    assert len(operations) == len(report.by_operation.keys() - {"common"})
    marks = dict(zip(("200", "201", "204"), operations[0].marks, strict=False))
    assert [mark.state for mark in marks.values()] == ["undocumented", "reached", "undocumented"]


def test_a_report_without_anything_is_still_a_page(report: Report) -> None:
    """No requirement, no finding, no status: the verdict is there and nothing fails."""
    empty: dict[str, Any] = {"status_coverage": [], "by_level": {}, "summary": {}}
    text = draw_page(Material(assemble([], [], **empty)))
    assert "Conformant" in text


def test_every_verdict_is_drawn(report: Report) -> None:
    """The legend names each verdict that occurs, with its number."""
    text = draw_page(Material(report))
    assert all(f'data-verdict="{verdict.value}"' in text for verdict in Verdict)
