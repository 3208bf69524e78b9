"""Credentials are said once, as a security scheme: generated clients then carry them themselves."""

from __future__ import annotations

from typing import Any

from conformance.contract.conventions import Conventions
from conformance.contract.inlining import pointed_at

_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI says are to be ignored as parameters."""


def say_once(document: dict[str, Any], conventions: Conventions) -> None:
    """Take credentials out of the parameters, and leave the scheme that needs no signing.

    Where every scheme needs it, all are left.
    """
    _without_header_parameters(document, conventions.credential_headers | _IGNORED)
    simple = _simple(document, conventions.token_header)
    if simple:
        _only(document, simple)


def _without_header_parameters(document: dict[str, Any], headers: frozenset[str]) -> None:
    for item in document["paths"].values():
        for node in (item, *(one for one in item.values() if isinstance(one, dict))):
            if isinstance(node.get("parameters"), list):
                node["parameters"] = [
                    one for one in node["parameters"] if not _is_among(document, one, headers)
                ]
    shared = document.get("components", {}).get("parameters", {})
    for name in [name for name, one in shared.items() if _is_among(document, one, headers)]:
        del shared[name]


def _is_among(document: dict[str, Any], parameter: dict[str, Any], headers: frozenset[str]) -> bool:
    while "$ref" in parameter:
        parameter = pointed_at(document, parameter["$ref"])
    return parameter["in"] == "header" and parameter["name"].lower() in headers


def _simple(document: dict[str, Any], header: str | None) -> frozenset[str]:
    """Names of the schemes that are a header of one fixed value, the token."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return frozenset(
        name
        for name, scheme in schemes.items()
        if scheme.get("in") == "header" and str(scheme.get("name")).lower() == header
    )


def _only(document: dict[str, Any], simple: frozenset[str]) -> None:
    operations = [
        one for item in document["paths"].values() for one in item.values() if isinstance(one, dict)
    ]
    for node in (document, *operations):
        kept = [one for one in node.get("security", ()) if set(one) <= simple]
        if kept:
            node["security"] = kept
    used = {
        name for node in (document, *operations) for one in node.get("security", ()) for name in one
    }
    schemes = document["components"]["securitySchemes"]
    for name in schemes.keys() - used:
        del schemes[name]
