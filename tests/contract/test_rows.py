"""Every row of the tables of chapters 5 to 13, and of the notification, is in the contract.

``tests/data/rows.json`` holds the facts of the rows, extracted by machine from the document; the
contract was written by hand. Each test takes one table and lists every row that disagrees.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Document

Row = dict[str, Any]

DATA = Path(__file__).parents[1] / "data" / "rows.json"
ROWS: list[Row] = json.loads(DATA.read_text(encoding="utf-8"))
TABLES = [(table, list(rows)) for table, rows in groupby(ROWS, key=lambda row: row["table"])]
PLACES = {"path": "path", "query": "query", "request-header": "header"}
OF_CHAPTERS_5_TO_13 = 1149

# A value of each JSON type; those a documented type must refuse are all the others.
SAMPLES = {"string": "x", "integer": 7, "number": 0.5, "boolean": True, "object": {}, "array": []}
TYPES = {
    "String": {"string"},
    "Integer": {"integer"},
    "Long": {"integer"},
    "Float": {"integer", "number"},
    "Double": {"integer", "number"},
    "Boolean": {"boolean"},
    "Array": {"array"},
}
FORMATS = {"Integer": "int32", "Long": "int64", "Float": "float", "Double": "double"}
# Of each documented form of a text, what it takes and what it does not.
FORMS = {
    "date-time-or-dash": (["2020-04-23T06:00:00Z", "-"], ["2020-04-23 06:00:00", "now", ""]),
    "date-time": (["2020-04-23T06:00:00Z"], ["2020-04-23 06:00:00", "2020-04-23", "now", "-"]),
    "date": (["2020-04-23"], ["2020/04/23", "20200423", "2020-04-23T06:00:00Z", "now"]),
    "http-url": (["http://a.example/b", "https://a.example"], ["ftp://a.example", "a.example"]),
    "s3-uri": (["s3://bucket/img/a.jpg"], ["https://a.example/a.jpg", "bucket/a.jpg"]),
}
NO_SUCH_VALUE = {"String": "no-such-value", "Integer": 987654321}


def _schemas_of(document: Document, row: Row) -> list[tuple[dict[str, Any], bool]]:
    """The schemas of what a row describes, and whether it is required there."""
    operation = document.of_section(row["section"])
    name = row["name"]
    if row["kind"] in PLACES:
        key = name.lower() if row["kind"] == "request-header" else name
        parameter = document.parameters(operation, PLACES[row["kind"]])[key]
        return [(parameter["schema"], parameter.get("required", False))]
    if row["kind"] == "response-header":
        response = document.follow(operation["responses"][str(row["status"])])
        headers = {header.lower(): value for header, value in response["headers"].items()}
        return [(document.follow(headers[name.lower()])["schema"], False)]
    return [_property(document, holder, name) for holder in _holders(document, operation, row)]


def _holders(document: Document, operation: dict[str, Any], row: Row) -> list[dict[str, Any]]:
    """The objects that a table describes: the body itself, or those below it naming the table."""
    body = document.body(operation, row["status"])
    if row["object"] is None:
        return [body]
    found = [
        schema
        for schema in document.nested(body)
        if row["table"] in schema.get("x-source", {}).get("tables", []) and "properties" in schema
    ]
    assert found, "no schema names the table"
    return found


def _property(document: Document, holder: dict[str, Any], name: str) -> tuple[dict[str, Any], bool]:
    required = any(name in part.get("required", []) for part in document.branches(holder))
    return document.properties(holder)[name], required


def _wrong_type(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    documented = row["type"]
    if documented.startswith("Array"):
        allowed = {"array"}
    elif documented.endswith(" object"):
        allowed = {"object"}
    else:
        allowed = TYPES[documented]
    declared: set[str] = set()
    for branch in document.branches(schema):
        given = branch.get("type", [])
        declared |= {given} if isinstance(given, str) else set(given)
    if not declared & allowed:
        return f"type {sorted(declared)}, documented {documented}"
    if "number" in allowed and "number" not in declared:
        return f"type {sorted(declared)} has no fractions, documented {documented}"
    for name in set(SAMPLES) - allowed:
        if document.accepts(schema, SAMPLES[name]):
            return f"a value of type {name} is accepted, documented {documented}"
    formats = {branch.get("format") for branch in document.branches(schema)}
    if documented in FORMATS and FORMATS[documented] not in formats:
        return f"format {formats}, documented {documented}"
    return None


def _wrong_items(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    if not row["type"].startswith("Array of"):
        return None
    items = next(part["items"] for part in document.branches(schema) if "items" in part)
    kind = "string" if row["type"] == "Array of strings" else "object"
    types = {part.get("type") for part in document.branches(items)}
    return None if kind in types else f"items of type {types}, documented {row['type']}"


def _wrong_values(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    if not row["enum"]:
        return None
    one = row["type"].startswith("Array")
    for value in row["enum"]:
        if not document.accepts(schema, [value] if one else value):
            return f"the documented value {value} is refused"
    odd: Any = NO_SUCH_VALUE["Integer" if row["type"] == "Integer" else "String"]
    if document.accepts(schema, [odd] if one else odd) and "x-erratum" not in schema:
        return "a value that is not documented is accepted"
    return _extra_values(document, row, schema)


def _extra_values(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    declared: set[Any] = set()
    for branch in document.nested(schema):
        declared |= {part for value in branch.get("enum", []) for part in _parts(value)}
    extra = declared - set(row["enum"])
    named = any("x-erratum" in branch for branch in document.nested(schema))
    return f"undocumented values {sorted(map(str, extra))}" if extra and not named else None


def _parts(value: Any) -> list[Any]:
    """A value, or the values that it lists (erratum E-13-dimension-both)."""
    return value.split(",") if isinstance(value, str) else [value]


def _wrong_range(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    if row["range"] is None:
        return None
    low, high = row["range"]
    step = 0.001 if isinstance(low, float) else 1
    for value in (low, high, *row["also"]):
        if not document.accepts(schema, value):
            return f"{value} is refused, documented {row['range']} {row['also']}"
    named = any("x-erratum" in branch for branch in document.branches(schema))
    for value in (low - step, high + step):
        if value not in row["also"] and document.accepts(schema, value) and not named:
            return f"{value} is accepted, documented {row['range']} {row['also']}"
    return None


def _wrong_default(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    if row["default"] is None:
        return None
    declared = [part["default"] for part in document.branches(schema) if "default" in part]
    if row["default"] in declared:
        return None
    return f"default {declared}, documented {row['default']!r}"


def _wrong_unit(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    declared = {part.get("x-unit") for part in document.branches(schema)}
    if row["unit"] is None or row["unit"] in declared:
        return None
    return f"x-unit {declared}, documented {row['unit']}"


def _wrong_form(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    if row["form"] is None:
        return None
    good, bad = FORMS[row["form"]]
    refused = [value for value in good if not document.accepts(schema, value)]
    permitted = {"-"} if "x-erratum" in schema else set()
    accepted = [v for v in bad if document.accepts(schema, v) and v not in permitted]
    if refused or accepted:
        return f"refuses {refused} and accepts {accepted}, documented as {row['form']}"
    return None


def _wrong_first(document: Document, row: Row, schema: dict[str, Any]) -> str | None:
    first = row["first"]
    if first is None or (
        document.accepts(schema, first) and not document.accepts(schema, first - 1)
    ):
        return None
    return f"numbers do not start at {first}"


CHECKS = (
    _wrong_type,
    _wrong_items,
    _wrong_values,
    _wrong_range,
    _wrong_default,
    _wrong_unit,
    _wrong_form,
    _wrong_first,
)


def _disagreements(document: Document, row: Row) -> list[str]:
    try:
        schemas = _schemas_of(document, row)
    except (KeyError, AssertionError) as error:
        return [f"not found: {error!r}"]
    found: list[str] = []
    for schema, required in schemas:
        found += [message for check in CHECKS if (message := check(document, row, schema))]
        if row["required"] is not None and row["required"] is not required:
            found.append(f"required {required}, documented {row['required']}")
    return found


def test_row_count() -> None:
    """The extraction misses no row and makes none up: 1,149 in chapters 5 to 13."""
    chapters = Counter(row["section"].split(".")[0] for row in ROWS)
    del chapters["14"]
    assert chapters.total() == OF_CHAPTERS_5_TO_13


@pytest.mark.parametrize(("table", "rows"), TABLES, ids=[table for table, _ in TABLES])
def test_table(document: Document, table: str, rows: list[Row]) -> None:
    """The contract has each row of the table, with its type, values, range and default."""
    wrong = [
        f"table {table} ({row['title']}), section {row['section']}, {row['name']}: {message}"
        for row in rows
        for message in _disagreements(document, row)
    ]
    assert not wrong, "\n".join(wrong)


def test_tables_named(document: Document) -> None:
    """Each table of a section is named as the source of a part of its operation, and no other."""
    for name, operation in document.operations.items():
        section = operation["x-source"]["section"]
        documented = {row["table"] for row in ROWS if row["section"] == section}
        if documented:
            assert set(operation["x-source"]["tables"]) <= documented, name
            assert documented <= set(_tables(document, operation)), name


def _tables(document: Document, operation: dict[str, Any]) -> Iterator[str]:
    """The tables named by an operation, its parameters, its answers and all their schemas."""
    responses = [document.follow(response) for response in operation["responses"].values()]
    parts = [operation, *responses]
    parts += [document.follow(parameter) for parameter in operation.get("parameters", [])]
    for holder in (document.follow(operation.get("requestBody", {})), *responses):
        for media in holder.get("content", {}).values():
            parts += document.nested(media["schema"])
    for part in parts:
        yield from part.get("x-source", {}).get("tables", [])
