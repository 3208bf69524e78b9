"""Faults of refusals, derived: the error envelope, its code, its headers (sections 3.3, 14.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.reference.faults import tree
from conformance.reference.faults.answers import of_headers, of_json
from conformance.reference.faults.endpoints import ENDPOINTS, Endpoint
from conformance.reference.faults.fault import Fault
from conformance.reference.faults.ways import Edit, on_field

FAMILY = "refusal"
_OF_ANOTHER_STATUS = {400: "RTC.00001015", 401: "RTC.00001015", 404: "RTC.00001005"}
"""A catalogued code that section 14.2 gives to another status."""


def faults() -> Iterator[Fault]:
    """Every fault of a documented status of refusal."""
    for endpoint in ENDPOINTS.values():
        for status in endpoint.refusals:
            yield from _of_envelope(endpoint, status)
            derived = (
                *of_headers(endpoint, status, carries_id=endpoint.id_when_refused),
                *of_json(endpoint, status),
            )
            yield from (replace(fault, family=FAMILY) for fault in derived)


def _of_envelope(endpoint: Endpoint, status: int) -> Iterator[Fault]:
    for field, keyword, deviation, edit in _edits(endpoint, status):
        name = f"{endpoint.name}/{status}/{field}"
        yield Fault(
            f"{name}/{deviation}",
            f"{endpoint.name} refuses with {status} and {field} {deviation.replace('-', ' ')}",
            FAMILY,
            (f"{name}/{keyword}",),
            (endpoint.name,),
            on_field(field, edit, status),
        )


def _edits(endpoint: Endpoint, status: int) -> Iterator[tuple[str, str, str, Edit]]:
    yield "error_code", "required", "dropped", tree.drop
    yield "error_code", "required", "renamed", tree.rename
    yield "error_code", "type", "a-number", tree.put(1003)
    yield "error_code", "type", "null", tree.put(None)
    yield "error_code", "minLength", "empty", tree.put("")
    yield "error_code", "catalogued", "unknown", tree.put("RTC.00009999")
    other = _OF_ANOTHER_STATUS[status]
    yield "error_code", "catalogued", "of-another-status", tree.put(other)
    yield "error_msg", "required", "dropped", tree.drop
    yield "error_msg", "type", "a-list", tree.put(["refused"])
    yield "error_msg", "type", "null", tree.put(None)
