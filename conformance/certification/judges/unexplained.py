"""Refusals without a finding: either a mistake of the client was missed, or one is ours."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.judges.sequences import PASSING, THROTTLED
from conformance.certification.recording.call import Call

TAKEN = frozenset({"RTC.00001019", "RTC.00001020", "RTC.00001021"})
"""Section 14.2: the rule or the application exists already, a policy forbids it."""
UNAUTHENTICATED, TOO_LARGE = 401, 413


def unexplained_refusals(calls: Sequence[Call], ledger: ClientLedger) -> list[str]:
    """One line for each refusal that no judgement explains, in order."""
    return [
        f"refused, not explained: {call.case}, {call.operation.id}, was answered {call.status}"
        + (f" {call.code}" if call.code else "")
        for call in calls
        if call.operation is not None
        and _is_refused(call)
        and not call.is_meant_failure
        and call.exchange.number not in ledger.explained
    ]


def _is_refused(call: Call) -> bool:
    """Whether the answer refuses the request for a reason that needs a finding."""
    if call.scripted or not 400 <= call.status < 500 or call.status in {THROTTLED, TOO_LARGE}:
        return False
    foreign = call.operation is not None and call.operation.server is not None
    wrong_password = foreign and call.status == UNAUTHENTICATED
    return not wrong_password and call.code not in PASSING | TAKEN
