"""From the model's errors to the one code of the catalogue that the answer carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference import refusals
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_PRIORITY = (
    refusals.MISSING,
    refusals.INVALID,
    refusals.NO_REGION,
    refusals.NO_LAYOUT,
    refusals.COMBINATION,
)
_CODES = {
    "missing": refusals.MISSING,
    "missing_null": refusals.MISSING,
    "combination": refusals.COMBINATION,
}


def refusal(error: ValidationError, literal_codes: Mapping[str, str]) -> Refusal:
    """Choose the code: what is missing comes before what is wrong, fields before relations."""
    found = [
        (_code(detail, literal_codes), _path(detail))
        for detail in error.errors(include_url=False, include_context=True)
    ]
    code, where = min(found, key=lambda pair: _PRIORITY.index(pair[0]))
    return Refusal(code, where)


def _code(detail: ErrorDetails, literal_codes: Mapping[str, str]) -> str:
    kind = detail["type"]
    if kind == "literal_error" and isinstance(detail["input"], str):
        return literal_codes.get(_path(detail), refusals.INVALID)
    return _CODES.get(kind, refusals.INVALID)


def _path(detail: ErrorDetails) -> str:
    path = ".".join(str(step) for step in detail["loc"])
    name = detail.get("ctx", {}).get("name")
    if name is not None:
        return f"{path}.{name}" if path else str(name)
    return path
