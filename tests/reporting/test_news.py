"""What is new since the last run."""

from __future__ import annotations

from conformance.model.report import Report
from conformance.model.verdict import Verdict
from conformance.reporting.news import news
from tests.reporting.sample import assemble, build_report


def test_the_same_run_twice_is_no_news(report: Report) -> None:
    """Nothing is invented."""
    assert news(report, report).groups == ()


def test_broken_and_fixed_mirror_each_other(report: Report, clean_report: Report) -> None:
    """What one direction calls broken, the other calls fixed, for what was kept before."""
    forward, backward = news(clean_report, report), news(report, clean_report)
    kept = {item.id for item in clean_report.requirements if item.verdict is Verdict.PASS}
    assert set(backward.fixed) == set(forward.broken) & kept
    assert set(forward.broken) <= kept
    assert set(forward.broken) | set(forward.judged) == {
        item.id for item in report.requirements if item.verdict in {Verdict.FAIL, Verdict.WARN}
    }


def test_added_and_gone_are_named_and_added_failures_count_as_judged() -> None:
    """A new requirement that fails is new and newly judged: nothing has got worse."""
    whole = build_report()
    without = assemble(whole.requirements[50:], [])
    forward = news(without, whole)
    assert len(forward.added) == 50
    assert news(whole, without).gone == forward.added
    assert forward.broken == ()
    assert set(forward.judged) <= set(forward.added)


def test_a_verdict_lost_is_news(report: Report, clean_report: Report) -> None:
    """What was judged and is blocked now is named, because skips must not read as green."""
    kept = [item for item in clean_report.requirements if item.verdict is Verdict.PASS]
    lost = assemble([type(kept[0])(**{**_as(kept[0]), "verdict": Verdict.BLOCKED})], [])
    assert news(clean_report, lost).unjudged == (kept[0].id,)


def _as(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in type(item).__slots__}  # type: ignore[attr-defined]
