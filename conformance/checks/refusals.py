"""Refusals: the error envelope carries a code that the document gives to that status."""

from __future__ import annotations

from conformance.checks.found import Found
from conformance.contract.catalogue import Catalogue
from conformance.contract.operations import Operation
from conformance.model.exchange import Response
from conformance.model.expectation import Expectation

_OTHER_FAMILIES = {"data": ("data", "rtc", "gateway"), "rtc": ("rtc", "gateway"), "iam": ()}


def check_error_code(
    operation: Operation,
    catalogue: Catalogue,
    response: Response,
    expectation: Expectation | None,
    found: Found,
) -> None:
    """The error_code is catalogued (14.2) with the status that was answered.

    Codes of the gateway (APIGW) and of the statistics service (DATA) are in no catalogue of the
    document: their spelling is judged. A code that the case itself accepts is always right.
    """
    code = response.json.get("error_code") if isinstance(response.json, dict) else None
    if not isinstance(code, str) or operation.error_family == "iam":
        return
    accepted = expectation is not None and any(
        answer.takes_code(code) for answer in expectation.for_status(response.status)
    )
    entry = catalogue.entries.get(code)
    if entry is not None:
        fits = entry.status == response.status
        actual = f"{code} ({entry.name}), which belongs to status {entry.status}"
    else:
        family = catalogue.family_of(code)
        fits = family in _OTHER_FAMILIES[operation.error_family] and family != "rtc"
        fits |= code in catalogue.peculiar.get((operation.id, response.status), ())
        actual = f"{code}, which is in no catalogue of the document"
    found.say(
        f"{operation.id}/{response.status}/error_code/catalogued",
        accepted or fits,
        f"the error code {code} does not go with status {response.status}",
        f"a code that section 14.2 gives to {response.status}",
        actual,
    )
