"""HTML pages of comparisons: one file each, no script, no request that leaves it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("conformance.comparison", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def draw(template: str, **values: Any) -> str:
    """One page from ``pages/``; whatever a report says is text, never markup."""
    return _environment().get_template(template).render(style=_style(), **values)


@cache
def _style() -> str:
    """The style of reports: a page beside them looks like one."""
    return resources.files("conformance.reporting.html").joinpath("style.css").read_text("utf-8")
