"""The page of runs side by side in a browser: filters without a script, keyboard, paper, phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.comparison.matrix import matrix
from conformance.comparison.matrix_formats import render_html
from conformance.model.report import Report
from conformance.model.verdict import Verdict
from conformance.reporting.language import language
from tests.comparison.conftest import small_report, with_verdict

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
pytestmark = pytest.mark.browser

ROWS = "table.rows tbody tr"
VISIBLE = "elements => elements.filter((item) => item.checkVisibility()).length"
PHONE = {"width": 360, "height": 740}


def _broken() -> Report:
    """Two fails, a warn and a requirement that could not be judged."""
    report = small_report()
    ids = [item.id for item in report.requirements if item.operation == "ShowApp"][:4]
    verdicts = (Verdict.FAIL, Verdict.FAIL, Verdict.WARN, Verdict.BLOCKED)
    return with_verdict(report, dict(zip(ids, verdicts, strict=True)))


def _shown(page: Any, selector: str = ROWS) -> int:
    """How many elements can be seen."""
    return int(page.locator(selector).evaluate_all(VISIBLE))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run that keeps all beside one that does not, in both languages; beside them a report."""
    folder = tmp_path_factory.mktemp("matrix")
    files = [folder / name / "report.json" for name in ("alpha", "beta")]
    for file in files:
        file.parent.mkdir()
        file.with_name("report.html").write_text("<title>findings</title>")
    reports = [
        replace(report, target={**report.target, "name": file.parent.name})
        for report, file in zip((small_report(), _broken()), files, strict=True)
    ]
    found = matrix(reports, files, beside=folder)
    pages: dict[str, Path] = {}
    for code in ("en", "zh"):
        pages[code] = folder / f"{code}.html"
        pages[code].write_text(render_html(found, language(code)), "utf-8")
    return pages


def test_filters_work_by_keyboard_and_without_a_script(
    drawn: dict[str, Path], visit: Callable[..., Any], keep: Callable[..., None]
) -> None:
    """What differs is shown at first; arrows choose the rest, space a level; cells lead on."""
    page = visit(drawn["en"], java_script_enabled=False)
    keep(page, "matrix", full_page=False)
    assert _shown(page) == page.locator("tr.split").count() == 3
    page.locator("#show-split").focus()
    for name, count in (("differing", 4), ("broken", 3), ("everything", 155)):
        page.keyboard.press("ArrowDown")
        assert page.locator(f"#show-{name}").is_checked()
        assert _shown(page) == count
    page.locator("#level-MUST").focus()
    page.keyboard.press("Space")
    assert _shown(page, "tr.level-MUST") == 0
    page.locator("#show-split").check()
    assert str(page.locator("tr.split td a").first.get_attribute("href")).startswith(
        "beta/report.html#ShowApp/"
    )


@pytest.mark.parametrize(
    ("code", "options"),
    [("en", {"color_scheme": "light"}), ("zh", {"color_scheme": "dark", "viewport": PHONE})],
    ids=["desk", "phone"],
)
def test_axe_finds_nothing_and_paper_shows_every_column(
    drawn: dict[str, Path],
    visit: Callable[..., Any],
    keep: Callable[..., None],
    code: str,
    options: dict[str, Any],
) -> None:
    """Both languages, both themes, desk and phone; printed, no column is cut off."""
    page = visit(drawn[code], "#requirements", ready=False, **options)
    keep(page, f"matrix-{code}")
    found = axe.Axe().run(page).response["violations"]
    assert [f"{item['id']}: {item['nodes'][0]['html'][:120]}" for item in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    tables = page.locator("table")
    assert tables.evaluate_all(
        "all => all.every((t) => t.getBoundingClientRect().right <= innerWidth)"
    )
    assert not page.locator(".chosen").is_visible()
