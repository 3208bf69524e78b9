"""Drawing the page: template, style and script from the package, data from the report."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from conformance.model.requirement import Level
from conformance.reporting.causes import causes_of
from conformance.reporting.file import write_text
from conformance.reporting.html.data import page_data
from conformance.reporting.html.embedding import embedded_json, policy
from conformance.reporting.html.glance import (
    bar,
    cause_cards,
    chapter_rows,
    counts,
    facts,
    moment,
    operation_rows,
    statuses,
)
from conformance.reporting.language import language
from conformance.reporting.news import news

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.reporting.material import Material

SCRIPTS: Final = ("page.js", "evidence.js", "list.js", "controls.js")


def write_html(material: Material, path: Path) -> None:
    """Write the report as one HTML file. Raises ReportError when it cannot be written."""
    write_text(path, draw_page(material))


def draw_page(material: Material) -> str:
    """The whole page: it makes no requests, and no report content can become markup."""
    report, words = material.report, language(material.language)
    causes = causes_of(report)
    compared = news(material.previous, report) if material.previous is not None else None
    broken = frozenset(compared.broken if compared else ())
    script, style = _script(), _read("style.css")
    return _template().render(
        say=words.say,
        tag=words.tag,
        report=report,
        sentence=words.verdict_sentence(report, len(causes)),
        counts=counts(report.summary, words),
        bar=bar(report.summary),
        facts=facts(report, words),
        levels=[level.value for level in Level],
        chapters=chapter_rows(report, words),
        statuses=statuses(report),
        operations=operation_rows(report, words),
        causes=cause_cards(report, causes, words, broken),
        news=compared,
        since=moment(compared.since) if compared else "",
        data=embedded_json(page_data(material, words, causes, compared)),
        script=Markup(script),  # noqa: S704 - our own file, and its digest is in the policy
        style=Markup(style),  # noqa: S704 - our own file, and its digest is in the policy
        policy=policy(script, style),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


@cache
def _script() -> str:
    parts = "\n".join(_read(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
