"""One place in a JSON value: read, written and removed by the path of a requirement."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import field_path

VALUE: dict[str, Any] = {"a": {"b": [{"c": 1}, {"c": 2}]}, "n": [[5]]}


def test_a_path_becomes_steps() -> None:
    """Names, and 0 for the first item."""
    assert field_path.split("a.b[].c") == ("a", "b", 0, "c")
    assert field_path.split("n[][]") == ("n", 0, 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b[].c", 1),
        ("n[][]", 5),
        ("a.x", field_path.MISSING),
        ("n[].c", field_path.MISSING),
        ("a.b[].c.d", field_path.MISSING),
    ],
)
def test_reading(path: str, expected: Any) -> None:
    """What is there, or MISSING, whatever stands in the way."""
    found = field_path.read(VALUE, path)
    assert found is expected if expected is field_path.MISSING else found == expected


def test_reading_every_item() -> None:
    """Every item of a list in turn; nothing where there is no list."""
    assert field_path.read_all(VALUE, "a.b[].c") == [1, 2]
    assert field_path.read_all(VALUE, "a[].c") == []
    assert field_path.read_all(VALUE, "a.b[].x") == []


def test_writing_copies() -> None:
    """The original stays as it was; objects and lists on the way are made."""
    assert field_path.write(VALUE, "a.b[].c", 9)["a"]["b"] == [{"c": 9}, {"c": 2}]
    assert VALUE["a"]["b"][0]["c"] == 1
    assert field_path.write({}, "x.y[].z", 1) == {"x": {"y": [{"z": 1}]}}
    assert field_path.write({"x": 3}, "x.y", 1) == {"x": {"y": 1}}
    assert field_path.write({"x": []}, "x[]", 1) == {"x": [1]}


def test_writing_every_item() -> None:
    """[] stands for each item in turn, in lists of objects and of plain values."""
    assert field_path.write_all(VALUE, "a.b[].c", 9)["a"]["b"] == [{"c": 9}, {"c": 9}]
    assert field_path.write_all({"n": [1, 2]}, "n[]", 0) == {"n": [0, 0]}
    assert field_path.write_all(VALUE, "a.x[].c", 9) == VALUE


def test_removing() -> None:
    """A copy without the field or item; the original keeps it."""
    assert field_path.remove(VALUE, "a.b[].c")["a"]["b"] == [{}, {"c": 2}]
    assert field_path.remove(VALUE, "a") == {"n": [[5]]}
    assert VALUE["a"]["b"][0] == {"c": 1}
