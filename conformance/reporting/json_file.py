"""report.json: validated by ``report.schema.json`` when written and when read."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from conformance.errors import ReportError
from conformance.given_files import given_json
from conformance.model.report import Report
from conformance.reporting.file import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12, closed) of reports."""
    text = resources.files(__package__).joinpath("report.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def write_json(report: Report, path: Path) -> None:
    """Write the report as JSON, replacing what stands at ``path`` in one step.

    Raises ReportError when the report breaks its schema (nothing is written then) or when the
    file cannot be written.
    """
    data = report.to_dict()
    _refuse_invalid(
        data, path, "it was not written; this is a fault of the suite, please report it"
    )
    write_text(path, "".join(_lines(data)))


def _lines(data: dict[str, Any]) -> Iterator[str]:
    """JSON with one member, or one element of a list, per line: small, and diffs well."""
    before = "{\n"
    for name, value in data.items():
        yield f"{before} {_compact(name)}: "
        if isinstance(value, list) and value:
            yield from ("[\n  ", ",\n  ".join(map(_compact, value)), "\n ]")
        else:
            yield _compact(value)
        before = ",\n"
    yield "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_json(path: Path) -> Report:
    """Read a report.

    Raises ReportError when the file does not exist, is not JSON, or does not match the schema.
    """
    data = _load(path)
    if not isinstance(data, dict) or data.get("schema") != schema()["$id"]:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise ReportError(
            str(path),
            f"is not a report of this suite (schema: {found!r}, expected {schema()['$id']!r})",
            "pass a report.json that a run has written",
        )
    _refuse_invalid(data, path, "write it again with this version of the suite")
    return Report.from_dict(data)


def _load(path: Path) -> Any:
    try:
        return given_json(path)
    except OSError as error:
        raise ReportError(
            str(path),
            f"cannot be read ({error.strerror or error})",
            "pass the path of a report.json",
        ) from error
    except ValueError as error:
        raise ReportError(
            str(path), f"is not JSON ({error})", "pass a report.json that a run has written"
        ) from error


def _refuse_invalid(data: dict[str, Any], path: Path, remedy: str) -> None:
    error = next(iter(_validator().iter_errors(data)), None)
    if error is None:
        return
    place = "/" + "/".join(str(step) for step in error.instance_path)
    message = error.message if len(error.message) <= 300 else error.message[:297] + "..."
    raise ReportError(str(path), f"does not match the report schema at {place}: {message}", remedy)
