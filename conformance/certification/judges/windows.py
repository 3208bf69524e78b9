"""Judges the time that a request asks for: its order, its length, and whether it can have been."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.cases.requests import span_seconds
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import PREFIX
from conformance.certification.recording.call import Call
from conformance.contract.operations import Operation

_FORMS = {"date-time": "%Y-%m-%dT%H:%M:%SZ", "date": "%Y-%m-%d"}
CLOCKS = timedelta(minutes=10)
"""How far the clock of a client may be ahead before its window is taken for one of local time."""
AHEAD = {"date-time": CLOCKS, "date": timedelta(hours=14)}
"""A day begins up to 14 hours earlier elsewhere than in UTC."""


class WindowJudge:
    """Holds the time asked for against the window of the operation."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger

    def judge(self, call: Call, operation: Operation) -> None:
        """Judge the window of one request, where the operation has one."""
        window = operation.window
        if not window:
            return
        sent = dict(call.query)
        start, end = (
            _moment(sent.get(window[name]), window["format"]) for name in ("start", "end")
        )
        if start is not None:
            self._past(call, operation, window, start)
        until = end or _usual_end(call, operation, window)
        if start is not None and until is not None and (end is not None or until >= start):
            self._span(call, operation, window, (until - start).total_seconds())

    def _past(
        self, call: Call, operation: Operation, window: Mapping[str, Any], start: datetime
    ) -> None:
        """What begins in the future can only be local time that was labelled UTC, or a slip."""
        identifier = f"{PREFIX}/{operation.id}/query/window/past"
        now = datetime.fromtimestamp(call.moment, UTC).replace(tzinfo=None)
        if start - now <= AHEAD[window["format"]]:
            self._ledger.passed(identifier, call.case)
            return
        form = _FORMS[window["format"]]
        self._ledger.broke(
            identifier,
            call,
            f"{window['start']} lies in the future: nothing can have happened yet",
            f"a time of UTC before {now:{form}}",
            f"{start:{form}}",
        )

    def _span(
        self, call: Call, operation: Operation, window: Mapping[str, Any], length: float
    ) -> None:
        identifier = f"{PREFIX}/{operation.id}/query/window/combination"
        # Where no parameter names a user, the contract takes the longer span for allowed; whether
        # an empty one names a user, nothing says.
        named = window.get("single_user_by")
        single = named is None or named in dict(call.query)
        span = (single and window.get("single_user_span")) or window.get("max_span")
        longest = span_seconds(span) if span else None
        usual = span_seconds(window["max_span"]) if window.get("max_span") else None
        if usual is not None and length > usual:
            self._ledger.may_be_refused(call)
        if length < 0 or (longest is not None and length > longest):
            self._ledger.broke(
                identifier,
                call,
                "the time asked for is not one that can be asked for",
                f"from 0 to {longest} seconds",
                f"{length:.0f} seconds",
            )
        else:
            self._ledger.passed(identifier, call.case)


def _usual_end(call: Call, operation: Operation, window: Mapping[str, Any]) -> datetime | None:
    """Where no end is sent, and none has to be, the time asked for ends now."""
    parameter = operation.parameter(window["end"])
    if window["end"] in dict(call.query) or parameter is None or parameter.required:
        return None
    return datetime.fromtimestamp(call.moment, UTC).replace(tzinfo=None)


def _moment(text: str | None, form: str) -> datetime | None:
    try:
        return datetime.strptime(text or "", _FORMS[form])
    except ValueError:
        return None
