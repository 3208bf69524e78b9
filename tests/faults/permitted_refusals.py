"""Refusals as the document prints them where it also says otherwise: each is a variation."""

from __future__ import annotations

from dataclasses import replace

from varied import Asked, Told, Variation

INVALID = "RTC.00001003"


def _as_printed(_: Asked, told: Told) -> Told:
    """Every 404 with the code that all examples of a 404 print (5.3 to 12.3)."""
    code = told.content.get("error_code", "") if isinstance(told.content, dict) else ""
    if told.status != 404 or not code.startswith("RTC."):
        return told
    return replace(told, content={**told.content, "error_code": INVALID})


NOT_FOUND_AS_PRINTED = Variation("404 as the examples print it", tell=_as_printed)
