"""Checks the error code of refusals: the document must give it to that status."""

from __future__ import annotations

from conformance.checks.results import CheckResults
from conformance.contract.catalogue import Catalogue
from conformance.contract.operations import Operation
from conformance.model.exchange import Response
from conformance.model.expectation import Expectation


def check_error_code(
    operation: Operation,
    catalogue: Catalogue,
    response: Response,
    expectation: Expectation | None,
    found: CheckResults,
) -> None:
    """Judge that the catalogue lists the error code with the status that was answered.

    Codes of families without a catalogue are judged by their format. Codes that the case itself
    accepts, or that the operation's own refusals list, are accepted.
    """
    conventions = operation.conventions
    code = conventions.error_code(response.json)
    if (
        code is None
        or conventions.envelope is None
        or operation.error_family in conventions.foreign
    ):
        return
    own = operation.refusals.values()
    accepted = any(
        conventions.takes_code(answer, code)
        for accepting in (*own, *((expectation,) if expectation is not None else ()))
        for answer in accepting.for_status(response.status)
    )
    entry = catalogue.entries.get(code)
    if entry is not None:
        fits = entry.status == response.status or conventions.is_printed(response.status, code)
        actual = f"{code} ({entry.name}), which belongs to status {entry.status}"
    else:
        family = catalogue.family_of(code)
        fits = family in conventions.families.get(operation.error_family, ())
        fits &= family != conventions.catalogued
        fits |= code in catalogue.peculiar.get((operation.id, response.status), ())
        actual = f"{code}, which is in no catalogue of the document"
    found.judge(
        f"{operation.id}/{response.status}/{conventions.envelope[0]}/catalogued",
        accepted or fits,
        f"the error code {code} does not go with status {response.status}",
        f"a code that {conventions.source('codes')} gives to {response.status}",
        actual,
    )
