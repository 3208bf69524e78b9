"""The HTML report in a real browser. Without Playwright or Chromium the tests say so and skip.

``CHROMIUM`` names the browser; otherwise the system's is taken. With ``SCREENSHOTS`` set to a
folder, each view is kept there to be looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model.report import Report
from conformance.reporting.html import write_html
from conformance.reporting.material import Material
from tests.reporting.sample import build_report

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark that all tests of this folder carry."""
    config.addinivalue_line("markers", "browser: needs Playwright and Chromium")


def _executable() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; set CHROMIUM to its path")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all tests."""
    executable = _executable()
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Draws the page of a report once for each name."""
    folder = tmp_path_factory.mktemp("pages")

    def draw(name: str, report: Report, **material: Any) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            write_html(Material(report, **material), path)
        return path

    return draw


@pytest.fixture(scope="session")
def sample(pages: Callable[..., Path]) -> Path:
    """The page of the sample run, compared with the run before it."""
    return pages("sample", build_report(), previous=build_report(clean=True))


@pytest.fixture(scope="session")
def chinese(pages: Callable[..., Path]) -> Path:
    """The same in Chinese, with one text as the contract words it."""
    report = build_report()
    worded = [
        replace(item, text="A request without field app_name is refused.")
        if item.id == "CreateApp/body/app_name/required"
        else item
        for item in report.requirements
    ]
    return pages("chinese", replace(report, requirements=worded), language="zh")


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page, waits until its script (if any) is ready; errors and requests fail the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def go(path: Path, fragment: str = "", *, ready: bool = True, **options: Any) -> Any:
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("dialog", lambda dialog: (wrong.append("a dialog opened"), dialog.dismiss()))
        page.on("request", lambda sent: _note(sent, path, wrong))
        page.goto(f"{path.as_uri()}{fragment}")
        if ready and options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


def _note(sent: Any, path: Path, wrong: list[str]) -> None:
    if not sent.url.startswith((path.as_uri(), "data:")):
        wrong.append(f"request: {sent.url}")


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keeps a screenshot when ``SCREENSHOTS`` names a folder."""

    def shoot(page: Any, name: str, **options: Any) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            page.screenshot(path=str(Path(folder) / f"{name}.png"), **options)

    return shoot
