"""Reads a TOML table into a frozen dataclass, strictly and with helpful errors.

The dataclass is the only description of a table: the types of its fields say what is accepted, the
docstrings below them what it means. pydantic reads them and draws their JSON Schema; it is imported
when a file is read, since most runs have none.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a string field that must be one of these words."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """What pydantic accepts."""
        from pydantic_core import core_schema

        return core_schema.literal_schema(list(self.words))


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Marks a string field that is an http or https address, so that editors can check it."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """What the JSON Schema says of it."""
        return {**handler(core), "format": "uri", "pattern": "^https?://"}


WEB_ADDRESS = WebAddress()


@cache
def _reader(record: Hashable) -> type[Any]:
    """A model whose ``table`` is a ``record``: nested dataclasses take over its configuration."""
    from pydantic import ConfigDict, create_model

    config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )
    return create_model("File", __config__=config, table=(cast("Any", record), ...))


def read_record(
    record: type[T], table: Mapping[str, Any], source: str, *, is_secret: bool = False
) -> T:
    """Read ``table`` into ``record``; raise ConfigurationError naming file, key and remedy.

    ``source`` names the file in messages. ``is_secret``: they quote no value of it, only its type.
    """
    from pydantic import ValidationError

    text = json.dumps({"table": table}, default=str)
    try:
        return cast("T", _reader(cast("Hashable", record)).model_validate_json(text).table)
    except ValidationError as error:
        found = min(error.errors(include_url=False), key=lambda one: one["type"] != _UNKNOWN)
        given = _kind(found["input"]) if is_secret else _in_words(found["input"])
        raise _refusal(found, record_schema(record), source, given) from None


def record_schema(record: type) -> dict[str, Any]:
    """JSON Schema 2020-12 of the tables that ``read_record`` accepts for ``record``.

    References are resolved, and members without a default have no ``default``.
    """
    drawn = _reader(record).model_json_schema()
    return _plain(drawn["properties"]["table"], drawn["$defs"])


def _plain(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without references, titles and null, which TOML does not have."""
    if "$ref" in schema:
        referred = definitions[schema["$ref"].rpartition("/")[2]]
        schema = referred | {key: value for key, value in schema.items() if key != "$ref"}
    for arm in schema.get("anyOf", []):
        if arm != {"type": "null"}:
            schema = arm | {key: value for key, value in schema.items() if key != "anyOf"}
    plain = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    if schema.get("default"):
        plain["default"] = schema["default"]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            plain[key] = _plain(schema[key], definitions)
    if "properties" in schema:
        properties = schema["properties"].items()
        plain["properties"] = {name: _plain(part, definitions) for name, part in properties}
    return plain


_UNKNOWN = "unexpected_keyword_argument"

_WANTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number that is finite",
    "date_type": "a date such as 2026-12-31",
    "date_parsing": "a date such as 2026-12-31",
    "date_from_datetime_inexact": "a date such as 2026-12-31",
    "tuple_type": "a list",
    "frozen_set_type": "a list",
    "mapping_type": "a table of strings",
    "dataclass_type": "a table",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
}
"""What must stand there, by pydantic's name of the error and its context."""


_KINDS = {
    bool: "true or false",
    dict: "a table",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a string",
}
"""What messages call a value that they must not quote."""


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "another value")


def _in_words(value: object) -> str:
    return _kind(value) if isinstance(value, dict | list) else repr(value)


def _refusal(
    error: ErrorDetails, schema: Mapping[str, Any], source: str, given: str
) -> ConfigurationError:
    """The error in one line; ``given`` says what stands there."""
    place = error["loc"][1:]
    key, name = _dotted(place), str(place[-1]) if place else ""
    around = _schema_at(schema, place[:-1])
    match error["type"]:
        case "unexpected_keyword_argument":
            remedy = _closest(name, around.get("properties", {}))
            return ConfigurationError(source, f"unknown key {key}", remedy)
        case "missing":
            text = around["properties"][name].get("description", name)
            return ConfigurationError(source, f"{key} is missing", f"add it: {text}")
        case "string_too_short":
            return ConfigurationError(source, f"{key} is empty", "give a value or leave it out")
        case "literal_error":
            words = _schema_at(schema, place)["enum"]
            return ConfigurationError(
                source, f"{key} is {given}", _closest(str(error["input"]), words)
            )
    wanted = _WANTED.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    return ConfigurationError(source, f"{key} is {given}", f"it must be {wanted}")


def _schema_at(schema: Mapping[str, Any], place: Sequence[int | str]) -> Mapping[str, Any]:
    for step in place:
        within = schema if isinstance(step, int) else schema.get("properties", {})
        schema = within.get("items" if isinstance(step, int) else step, {})
    return schema


def _dotted(place: Sequence[int | str]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def _closest(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    match = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f"did you mean {match[0]}?" if match else f"known: {', '.join(names)}"
