"""Recognises refusals about the account or the network, not the request (``x-conventions``).

A tenant that has as many resources as it may, or an address that the target cannot reach, is no
deviation; nor does it prove that the request was judged. The case is then inconclusive. Nor is one
who is throttled judged: a target that enforces its flow control wants that to be said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.access.retry import throttle_pause
from conformance.cases.requests import bases
from conformance.contract.conventions import Excuse
from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab


def environmental_reason(lab: Lab, exchange: Exchange) -> str | None:
    """Why this refusal is about the environment; None when it is about the request."""
    response = exchange.response
    if response is None:
        return None
    if not lab.settings.has_flow_control and throttle_pause(response) is not None:
        remedy = "set limits.flow_control = true in the target file"
        return f"the target throttles ({exchange.status}); {remedy}"
    conventions = lab.contract.conventions
    operation, code = exchange.request.operation or "", conventions.error_code(exchange.json)
    for excuse in conventions.excuses:
        fits = operation in excuse.operations and code == excuse.code
        lacking = excuse.stand_in is None or excuse.stand_in in lab.lacking
        if (
            fits
            and lacking
            and exchange.status == excuse.status
            and _is_full(lab, excuse, operation)
        ):
            return f"{excuse.reason} ({operation} answered {code})"
    return None


def _is_full(lab: Lab, excuse: Excuse, operation: str) -> bool:
    """Whether the account may have reached its limit: its list shows it, or nothing more is taken.

    Not all that counts need be listed; who takes the plainest request has room.
    """
    full = excuse.full
    if full is None or not lab.offering.offers(full["list"]):
        return True
    answer = lab.send(Template(full["list"], query=full["query"]), judge=False).json
    count = answer.get(full["count"]) if isinstance(answer, dict) else None
    if not isinstance(count, int) or count >= full["most"]:
        return True
    plain = lab.send(bases(lab.contract.operation(operation))[0].template, judge=False)
    return lab.contract.conventions.error_code(plain.json) == excuse.code
