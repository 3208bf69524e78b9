"""Refusals that speak of the account or the network, not of the request (section 14.2).

A tenant that has as many applications as it may, or an address that the target cannot reach, is
no deviation; nor does it show that the request was judged. Nothing can be said then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab

#: Applications that a tenant may have unless it was given more (14.2, RTC.00001017).
APPLICATIONS = 20

_APPS_EXCEED, _JOB_EXCEED, _URL_UNAVAILABLE = "RTC.00001017", "RTC.00001007", "RTC.00001018"
_NOT_NOW = {
    ("CreateApp", _APPS_EXCEED): "the tenant has no room for more applications",
    ("CreateMixJob", _JOB_EXCEED): "the tenant has no room for more jobs",
    ("CreateIndividualStreamJob", _JOB_EXCEED): "the tenant has no room for more jobs",
    ("UpdateRecordCallback", _URL_UNAVAILABLE): "the target does not reach the address;"
    " name one that it does in fixtures.callback_url",
}


def excuse(lab: Lab, exchange: Exchange) -> str | None:
    """Why this refusal is no answer to the request; None when it is one."""
    body = exchange.json if isinstance(exchange.json, dict) else {}
    operation, code = exchange.request.operation or "", str(body.get("error_code"))
    reason = _NOT_NOW.get((operation, code)) if exchange.status == 400 else None
    if reason is None or (code == _APPS_EXCEED and not _full(lab)):
        return None
    return f"{reason} ({operation} answered {code})"


def _full(lab: Lab) -> bool:
    """Whether the list does not contradict that the tenant has all the applications it may."""
    answer = lab.send(Template("ListApps", query={"limit": 1}), judge=False).json
    count = answer.get("count") if isinstance(answer, dict) else None
    return not isinstance(count, int) or count >= APPLICATIONS
