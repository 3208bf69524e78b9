"""Bodies of requests and answers: JSON is judged, everything else is ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.contract.plain.schemas import IMPLIED, Schema, Schemas
from conformance.contract.plain.values import NoValueError, build_value, is_valid

JSON = "application/json"

Json = Mapping[str, Any]


class Unreadable(Exception):  # noqa: N818 - it is about the operation
    """Raised with the reason why an operation cannot be judged."""


def read_body(schemas: Schemas, node: Json) -> dict[str, Any] | None:
    """The JSON body of a request, with at least one valid example; None where it is optional.

    Raises Unreadable when a body must be sent, and no valid one is known.
    """
    required = node.get("required") is True
    media = _json(node.get("content"))
    if media is None:
        if required and node.get("content"):
            raise Unreadable(f"its body is {', '.join(node['content'])}, and not JSON")
        return None
    schema = schemas.read(media.get("schema", {}), request=True)
    examples = _examples(media, schema)
    if not examples:
        if required:
            raise Unreadable("no body is known that keeps its schema; give it an example")
        return None
    if schema.get("type") != "object" and not schema.get("properties"):
        schema.pop("example", None)
    implied_fields(schema)
    hide(schema)
    return {
        "required": required,
        "content": {JSON: {"schema": schema, "examples": examples}},
    }


def read_answer(schemas: Schemas, node: Json) -> dict[str, Any]:
    """An answer: its JSON body, its other media types, its required headers."""
    answer: dict[str, Any] = {"description": str(node.get("description", ""))}
    content = node.get("content")
    media = _json(content)
    if isinstance(media, dict) and media.get("schema"):
        schema = without_examples(schemas.read(media["schema"], request=False))
        hide(schema)
        answer["content"] = {JSON: {"schema": schema}}
    answer["x-other-media"] = sorted(_media(name) for name in content or () if not _is_json(name))
    headers = node.get("headers")
    needed = {
        name: {"schema": {"type": "string"}}
        for name, header in (headers.items() if isinstance(headers, dict) else ())
        if isinstance(header, dict)
        and header.get("required") is True
        and name.lower() != "content-type"
    }
    return {**answer, **({"headers": needed} if needed else {})}


def implied_fields(schema: Schema) -> None:
    """The fields of a request, with constraints as SHOULDs, and one valid value each."""
    for child in (*schema.get("properties", {}).values(), schema.get("items")):
        if not isinstance(child, dict):
            continue
        implied_fields(child)
        exemplify(child)


def exemplify(schema: Schema) -> None:
    """The schema with levels and one valid value per field; without a value, ``x-open``."""
    schema["x-levels"] = IMPLIED
    try:
        value = build_value(schema)
    except NoValueError:
        schema["x-open"] = True
        value = None
    for key in ("example", "examples", "default"):
        schema.pop(key, None)
    if "x-open" not in schema:
        schema["example"] = value


def hide(schema: Any) -> None:
    """Fields whose names no requirement can carry are kept, and not named one by one."""
    if isinstance(schema, list):
        for item in schema:
            hide(item)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    for name in [name for name in properties if re.search(r"[\s/.\[\]]", name) or not name]:
        pattern = f"^{re.escape(name)}$"
        schema.setdefault("patternProperties", {})[pattern] = properties.pop(name)
    for key, value in schema.items():
        if key in {"properties", "patternProperties"}:
            for child in value.values():
                hide(child)
        elif key not in {"enum", "const", "required", "example", "x-levels"}:
            hide(value)


def without_examples(schema: Any) -> Any:
    """The schema of an answer without example values."""
    if isinstance(schema, list):
        return [without_examples(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: without_examples(child) for name, child in value.items()}
        if key == "properties"
        else value
        if key in {"enum", "const", "required", "x-levels"}
        else without_examples(value)
        for key, value in schema.items()
        if key not in {"example", "examples", "default"}
    }


def _examples(media: Json, schema: Schema) -> dict[str, Any]:
    """Valid bodies by name: the document's examples, then the smallest and the largest built."""
    found: dict[str, Any] = {}
    named = media.get("examples")
    shown = {f"shown-{n}": e for n, e in enumerate(_values(named), start=1)}
    if "example" in media:
        shown["shown"] = media["example"]
    for name, value in shown.items():
        if is_valid(schema, value) and value not in found.values():
            found[name] = value
    for name, full in (("minimal", False), ("full", True)):
        try:
            value = build_value({k: v for k, v in schema.items() if k != "example"}, full=full)
        except NoValueError:
            continue
        if value not in found.values():
            found[name] = value
    return {name: {"value": value} for name, value in found.items()}


def _values(named: Any) -> list[Any]:
    if not isinstance(named, dict):
        return []
    return [e["value"] for e in named.values() if isinstance(e, dict) and "value" in e]


def _json(content: Any) -> Any:
    if not isinstance(content, dict):
        return None
    found = [media for name, media in content.items() if _is_json(name) and isinstance(media, dict)]
    return found[0] if found else None


def _is_json(name: str) -> bool:
    return _media(name) == JSON


def _media(name: str) -> str:
    return name.partition(";")[0].strip().lower()
