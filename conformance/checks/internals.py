"""Checks that refusals and failures leak no internal details of the server."""

from __future__ import annotations

import re

from conformance.checks.results import CheckResults
from conformance.model.exchange import Response

NO_INTERNALS = "common/answer/no-innards"

_INTERNALS = re.compile(
    rb"Traceback \(most recent call last\)"
    rb"|File \"[^\"]+\", line \d+"
    rb"|\bat [\w$.]+\([\w$]+\.java:\d+\)"
    rb"|(?:java|javax|org\.springframework|com\.huawei)\.[\w.]+(?:Exception|Error)\b"
    rb"|goroutine \d+ \[running\]|panic: runtime error"
    rb"|\bat [^\n]{1,200}\.(?:js|ts):\d+:\d+"
    rb"|SQLSTATE\[|ORA-\d{5}|You have an error in your SQL syntax|psycopg2?\.|sqlite3\."
    rb"|<pre>[^<]*Error:|<title>Werkzeug Debugger"
)


def check_internals(response: Response, found: CheckResults) -> None:
    """Judge that the body holds no stack trace, source path or database message."""
    if response.status < 400:
        return
    match = _INTERNALS.search(response.body)
    found.judge(
        NO_INTERNALS,
        match is None,
        "the answer leaks internal details of the server",
        "an error and its text, and nothing about how the server is built",
        match.group(0).decode("utf-8", "replace") if match else "",
    )
