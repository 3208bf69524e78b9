"""How callers authenticate according to an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def is_open(raw: Json, operation: Json) -> bool:
    """Whether an operation takes callers without credentials, or with a kind we cannot send."""
    wanted = operation.get("security", raw.get("security"))
    if not isinstance(wanted, list) or not wanted or {} in wanted:
        return True
    return not any(_carried(raw, name) for choice in wanted for name in choice)


def carrier(raw: Json) -> dict[str, str] | None:
    """Where the token of a run is sent: ``in``, ``name``, and ``form`` (``Bearer {}``).

    The first scheme that any operation names; None where the document names none.
    """
    for name in _named(raw):
        found = _carried(raw, name)
        if found is not None:
            return found
    return None


def _named(raw: Json) -> Iterator[str]:
    for holder in (raw, *_operations(raw)):
        for choice in holder.get("security") or ():
            yield from choice if isinstance(choice, dict) else ()


def _operations(raw: Json) -> Iterator[Json]:
    for item in raw.get("paths", {}).values():
        if isinstance(item, dict):
            yield from (node for node in item.values() if isinstance(node, dict))


def _carried(raw: Json, name: str) -> dict[str, str] | None:
    scheme = raw.get("components", {}).get("securitySchemes", {}).get(name)
    if not isinstance(scheme, dict):
        return None
    kind, http = scheme.get("type"), str(scheme.get("scheme", "")).lower()
    if kind == "apiKey" and scheme.get("in") in {"header", "query", "cookie"}:
        return {"in": scheme["in"], "name": str(scheme["name"]), "form": "{}"}
    if kind == "http" and http == "basic":
        return {"in": "header", "name": "Authorization", "form": "Basic {base64}"}
    if kind in {"oauth2", "openIdConnect"} or (kind == "http" and http == "bearer"):
        return {"in": "header", "name": "Authorization", "form": "Bearer {}"}
    return None
