"""Nothing of a server's innards shows in an answer, least of all when it failed."""

from __future__ import annotations

import re

from conformance.checks.found import Found
from conformance.model.exchange import Response

NO_INNARDS = "common/answer/no-innards"

_INNARDS = re.compile(
    rb"Traceback \(most recent call last\)"
    rb"|File \"[^\"]+\", line \d+"
    rb"|\bat [\w$.]+\([\w$]+\.java:\d+\)"
    rb"|(?:java|javax|org\.springframework|com\.huawei)\.[\w.]+(?:Exception|Error)\b"
    rb"|goroutine \d+ \[running\]|panic: runtime error"
    rb"|\bat [^\n]{1,200}\.(?:js|ts):\d+:\d+"
    rb"|SQLSTATE\[|ORA-\d{5}|You have an error in your SQL syntax|psycopg2?\.|sqlite3\."
    rb"|<pre>[^<]*Error:|<title>Werkzeug Debugger"
)


def check_innards(response: Response, found: Found) -> None:
    """No stack trace, source path or database message in the body of a refusal or failure."""
    if response.status < 400:
        return
    match = _INNARDS.search(response.body)
    found.say(
        NO_INNARDS,
        match is None,
        "the answer shows the innards of the server",
        "an error and its text, and nothing of how the server is built",
        match.group(0).decode("utf-8", "replace") if match else "",
    )
