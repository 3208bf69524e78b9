"""Accessibility, as axe-core sees it: every view, both languages, both themes, also on a phone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
OPEN = "#CreateApp/body/app_name/maxLength"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["sample", "chinese"])
def test_axe_finds_nothing(
    request: pytest.FixtureRequest,
    visit: Callable[..., Any],
    keep: Callable[..., None],
    language: str,
    scheme: str,
    viewport: dict[str, int],
) -> None:
    """No violation with a requirement, a cause and the filters open."""
    path: Path = request.getfixturevalue(language)
    page = visit(path, OPEN, viewport=viewport, color_scheme=scheme)
    page.locator("details.narrowing").evaluate("element => { element.open = true; }")
    page.locator("details.cause summary").first.click()
    page.locator("input[value=fail]").check()
    _clean(page)
    page.evaluate("scrollTo(0, 0)")
    keep(page, f"{language}-{scheme}-{viewport['width']}", full_page=viewport is PHONE)


def test_axe_finds_nothing_in_the_dialog(sample: Path, visit: Callable[..., Any]) -> None:
    """The help with the keys is a dialog that can be read and left."""
    page = visit(sample)
    page.locator("#keys-open").click()
    _clean(page)


def test_landmarks_and_headings_lead_through_the_page(
    sample: Path, visit: Callable[..., Any]
) -> None:
    """One main, one heading of the first level, a name for every region, no level skipped."""
    page = visit(sample)
    assert page.locator("main").count() == page.locator("h1").count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map((item) => Number(item.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("main > section:not([aria-labelledby])").count() == 0


def test_the_count_is_announced(sample: Path, visit: Callable[..., Any]) -> None:
    """A screen reader hears how many requirements are left after each filter."""
    assert visit(sample).locator("#count").get_attribute("aria-live") == "polite"


def _clean(page: Any) -> None:
    found = axe.Axe().run(page).response["violations"]
    told = [
        f"{item['id']}: {item['help']}: {[node['html'][:120] for node in item['nodes'][:3]]}"
        for item in found
    ]
    assert told == []
