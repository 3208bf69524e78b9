"""Judges the time span of a query: its order, its length, and that it is not in the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import PREFIX
from conformance.certification.recording.call import Call
from conformance.contract.operations import Operation
from conformance.contract.time_window import TimeWindow

CLOCKS = timedelta(minutes=10)
"""How far the clock of a client may be ahead before its window is taken for one of local time."""
AHEAD = {"date-time": CLOCKS, "date": timedelta(hours=14)}
"""A day begins up to 14 hours earlier elsewhere than in UTC."""


class WindowJudge:
    """Judges time spans by the window of the operation."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger

    def judge(self, call: Call, operation: Operation) -> None:
        """Judge the window of one request, where the operation has one."""
        window = operation.window
        if not window:
            return
        sent = dict(call.query)
        start, end = (_moment(sent.get(name), window) for name in window.ends)
        if start is not None:
            self._past(call, operation, window, start)
        until = end or _usual_end(call, operation, window)
        if start is not None and until is not None and (end is not None or until >= start):
            self._span(call, operation, window, (until - start).total_seconds())

    def _past(self, call: Call, operation: Operation, window: TimeWindow, start: datetime) -> None:
        """Judge that it does not begin in the future, as local time labelled UTC would."""
        identifier = f"{PREFIX}/{operation.id}/query/window/past"
        now = datetime.fromtimestamp(call.moment, UTC).replace(tzinfo=None)
        if start - now <= AHEAD[window.form]:
            self._ledger.passed(identifier, call.case)
            return
        self._ledger.broke(
            identifier,
            call,
            f"{window.start} lies in the future: nothing can have happened yet",
            f"a time of UTC before {window.write(now)}",
            window.write(start),
        )

    def _span(self, call: Call, operation: Operation, window: TimeWindow, length: float) -> None:
        identifier = f"{PREFIX}/{operation.id}/query/window/combination"
        # Where no parameter names a user, the contract takes the longer span for allowed; whether
        # an empty one names a user, nothing says.
        single = window.single_by is None or window.single_by in dict(call.query)
        longest = (single and window.single) or window.longest
        if window.longest is not None and length > window.longest.total_seconds():
            self._ledger.may_be_refused(call)
        if length < 0 or (longest is not None and length > longest.total_seconds()):
            self._ledger.broke(
                identifier,
                call,
                "the time span of the query is not allowed",
                "from 0 seconds" + (f" to {longest.total_seconds():.0f}" if longest else ""),
                f"{length:.0f} seconds",
            )
        else:
            self._ledger.passed(identifier, call.case)


def _usual_end(call: Call, operation: Operation, window: TimeWindow) -> datetime | None:
    """The end of the span: now, where it is optional and not sent."""
    parameter = operation.parameter(window.end)
    if window.end in dict(call.query) or parameter is None or parameter.required:
        return None
    return datetime.fromtimestamp(call.moment, UTC).replace(tzinfo=None)


def _moment(text: str | None, window: TimeWindow) -> datetime | None:
    try:
        return window.read(text or "")
    except ValueError:
        return None
