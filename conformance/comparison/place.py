"""Identifies the target of a report, whichever local port its copy used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from conformance.model.report import Report

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def target_name(report: Report) -> str:
    """The name of the target; ``loopback`` for one that is only named by its local port."""
    name, url = str(report.target["name"]), report.target["base_url"]
    local = bool(url) and urlsplit(url).hostname in _LOOPBACK
    return "loopback" if local and name in {url, urlsplit(url).netloc} else name


def target_url(report: Report) -> str | None:
    """Where the target is; ``loopback`` for any local port, since each machine has its own."""
    url: str | None = report.target["base_url"]
    return "loopback" if url and urlsplit(url).hostname in _LOOPBACK else url
