"""The terminal summary: everything one needs at 2 a.m., nothing that the server can steer."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from conformance.model.report import Report
from conformance.model.verdict import Verdict
from conformance.reporting.explanation import explain, pretty_body, status_line
from conformance.reporting.terminal import print_summary
from tests.reporting.sample import assemble, exchange_of


def _printed(report: Report, width: int = 100, **options: object) -> str:
    stream = io.StringIO()
    print_summary(report, Console(file=stream, width=width), **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_verdict_is_the_last_line(report: Report) -> None:
    """Whoever reads only the last line has read the verdict."""
    assert _printed(report).rstrip().splitlines()[-1].startswith("Nonconformant")


def test_the_first_line_says_what_was_judged(report: Report) -> None:
    """Target, edition, profile and level, before anything is said of it."""
    first = _printed(report).strip().splitlines()[0]
    for fact in (report.target["name"], report.contract["revision"], report.target["profile"]):
        assert fact in first
    assert f"Level {report.run.level}" in first


def test_each_cause_is_told_once_with_its_evidence(report: Report) -> None:
    """Sent, came back, document and replay are there once; the title heads it and is listed."""
    text = _printed(report)
    assert text.count("UpdateIndividualStreamJob: everything is refused with 404") == 2
    for label in ("sent", "came back", "expected", "received", "document", "replay", "also"):
        assert f"\n    {label}" in text
    assert "and 70 more" in text


def test_the_last_ten_lines_say_what_is_wrong(report: Report) -> None:
    """Whoever sees the end of a log sees every cause with its weight, the heaviest first."""
    text = _printed(report)
    last = text.rstrip().splitlines()[-10:]
    titles = [line for line in last if line.startswith(("✗ ", "! "))]
    assert len(titles) == min(8, len({*titles}))
    assert any("everything is refused with 404" in line for line in titles)
    assert all("requirement" in line for line in titles)


def test_one_cause_is_not_listed_again(report: Report) -> None:
    """Nothing is told twice in a row."""
    first = report.findings[0].requirement
    one = replace(report, findings=[f for f in report.findings if f.requirement == first])
    titles = [line for line in _printed(one).splitlines() if line.startswith(("✗ ", "! "))]
    assert len(titles) == 1


def test_lines_to_copy_are_not_broken_by_the_width(report: Report) -> None:
    """A curl line stays one line in a narrow terminal."""
    text = _printed(report, width=60)
    assert all(finding.curl in text for finding in report.findings[:1])


def test_a_line_that_would_fill_the_screen_is_left_to_the_report(report: Report) -> None:
    """A body of thousands of brackets is replayed by pytest; its curl line is in the report."""
    first = report.findings[0]
    deep = replace(first, curl=f"curl --data-binary '{'[' * 5000}'")
    text = _printed(replace(report, findings=[deep]))
    assert "[" * 1000 not in text
    assert first.pytest in text
    assert "[" * 5000 in explain(deep)


def test_what_could_not_be_judged_is_said_with_its_reason(report: Report) -> None:
    """Blocked and inconclusive are lines of their own."""
    text = _printed(report)
    assert "blocked: 61 requirements, no room is running in the target" in text
    assert "inconclusive: 25 requirements" in text


def test_what_more_capabilities_would_judge_is_counted(clean_report: Report) -> None:
    """By the capabilities that are wanting, the most first; what is claimed is no reason."""
    first, second, third = clean_report.requirements[:3]
    wanting = [
        replace(first, verdict=Verdict.NOT_APPLICABLE, capabilities=["obs", "writes"]),
        replace(second, verdict=Verdict.NOT_APPLICABLE, capabilities=["obs"]),
        replace(third, verdict=Verdict.NOT_APPLICABLE, capabilities=["clock", "aksk"]),
    ]
    target = {**clean_report.target, "capabilities": ["writes"]}
    told = _printed(replace(clean_report, requirements=wanting, target=target), 200)
    assert "would have judged: obs 2, aksk+clock 1\n" in told
    everything = {**target, "capabilities": ["aksk", "clock", "obs", "writes"]}
    told = _printed(replace(clean_report, requirements=wanting, target=everything), 200)
    assert "would have judged" not in told


def test_causes_beyond_the_limit_are_counted(report: Report) -> None:
    """Nothing is dropped silently."""
    assert "6 more causes" in _printed(report, causes_shown=2)


def test_news_is_told_when_there_is_a_run_before(report: Report, clean_report: Report) -> None:
    """The change since the last run, or that there is none."""
    told = _printed(report, previous=clean_report)
    counts = re.search(r"newly broken: (\d+).*newly judged, and broken: (\d+)", told, re.DOTALL)
    assert counts is not None, told
    assert int(counts[1]) + int(counts[2]) == 178
    assert "Nothing has changed" in _printed(report, previous=report)


def test_chinese_is_spoken(report: Report) -> None:
    """Verdicts and titles are Chinese with code zh."""
    text = _printed(report, code="zh")
    assert "不符合" in text
    assert "响应头 x-request-id 缺失" in text


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_broken_server_fits_two_screens(report: Report, width: int) -> None:
    """Two screens of 50 lines, with long lines counted as often as they wrap."""
    rows = sum(max(1, -(-len(line) // width)) for line in _printed(report, width=width).split("\n"))
    assert rows <= 100 + (width == 80) * 20, rows


def test_reasons_that_differ_in_ids_are_one_line(clean_report: Report) -> None:
    """An answer with another request id each time is one reason, told once with its weight."""
    blocked = [
        replace(
            item,
            verdict=Verdict.BLOCKED,
            reason=f'no app could be created: CreateApp answered 500 {{"id": "{n:032x}"}}',
        )
        for n, item in enumerate(clean_report.requirements[:40])
    ]
    text = _printed(assemble([*blocked, *clean_report.requirements[40:]], []))
    assert text.count("no app could be created") == 1
    assert "blocked: 40 requirements, no app could be created: CreateApp answered 500" in text


def test_the_chapters_are_readable_at_80_columns(report: Report) -> None:
    """No name of a verdict is cut: symbols head the columns, and a line explains them."""
    text = _printed(report, width=80)
    table = text[: text.index("✗ ", text.index("not selected"))]
    assert "…" not in table
    assert max(map(len, table.splitlines()[2:])) <= 80
    for name in ("kept", "broken", "inconclusive", "blocked", "not applicable"):
        assert name in table


def test_a_clean_run_is_short(clean_report: Report) -> None:
    """No causes, no findings; the verdict says how much was kept."""
    text = _printed(clean_report)
    assert "✗" not in text
    assert "Conformant" in text


def test_an_interrupted_run_says_so(clean_report: Report) -> None:
    """Half a run does not read as a whole one."""
    stopped = replace(clean_report, run=replace(clean_report.run, interrupted=True))
    assert "interrupted" in _printed(stopped)


def test_a_server_cannot_steer_the_terminal(report: Report) -> None:
    """Escape sequences and console markup in an answer are shown, not obeyed."""
    evil = exchange_of(1, "CreateApp", 500, "\x1b[2J\x07[bold red]gone[/]\u202e")
    finding = replace(report.findings[0], message="\x1b[31mred", exchange=evil)
    item = next(r for r in report.requirements if r.id == finding.requirement)
    text = _printed(assemble([item], [finding]))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "[bold red]gone[/]" in text


@pytest.mark.parametrize(
    ("body", "base64", "shown"),
    [
        (None, None, ""),
        (None, "AP8=", "(3 bytes that are not UTF-8 text)"),
        ('{"a":1}', None, '{\n  "a": 1\n}'),
        ("plain", None, "plain"),
    ],
)
def test_bodies_are_shown_readably(body: str | None, base64: str | None, shown: str) -> None:
    """JSON is indented, binary is counted, the rest is as it came."""
    assert pretty_body(body, base64) == shown


def test_a_huge_body_is_cut_and_said_to_be_cut() -> None:
    """Neither many lines nor one long line floods the terminal."""
    assert "86 more lines" in pretty_body("\n".join("x" * 100))
    assert len(pretty_body("y" * 1_000_000)) < 5_000


def test_no_answer_and_no_exchange_are_told(report: Report) -> None:
    """A network failure says its stage; a finding of many exchanges says so."""
    silent = replace(
        exchange_of(1, "ListApps", 200, "{}"),
        response=None,
        failure={"stage": "tls", "message": "certificate has expired"},
    )
    finding = replace(report.findings[0], exchange=silent)
    assert "no answer: tls failed (certificate has expired)" in explain(finding)
    assert "no single exchange" in explain(replace(finding, exchange=None))
    cut = exchange_of(1, "ListApps", 200, "")
    assert "empty body" in explain(replace(finding, exchange=cut))


def test_unusual_statuses_are_numbers() -> None:
    """A status outside the registry does not break the report."""
    assert status_line(404) == "404 Not Found"
    assert status_line(799) == "799"
