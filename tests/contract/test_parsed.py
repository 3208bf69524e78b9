"""Large files are parsed once; a cache that is torn, unwritable or unfit changes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.parsed import LARGE, parse_cached

TEXT = "x" * LARGE


class Parser:
    """Counts how often it is asked."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.calls = 0

    def __call__(self, text: str) -> Any:
        """The value, whatever the text."""
        self.calls += 1
        return self.value


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "sparkrtc-conformance"


def test_a_large_text_is_parsed_once(cache: Path) -> None:
    """The second time it comes from the cache; a torn entry is parsed again."""
    parse = Parser({"a": [1, "é", None]})
    assert [parse_cached(TEXT, parse), parse_cached(TEXT, parse)] == [parse.value] * 2
    assert parse.calls == 1
    (entry,) = cache.iterdir()
    entry.write_text('{"a": [1', encoding="utf-8")
    assert parse_cached(TEXT, parse) == parse.value
    assert parse.calls == 2


def test_another_text_is_another_entry(cache: Path) -> None:
    """One character more is not found under the digest of the other."""
    assert parse_cached(TEXT, Parser(1)) == 1
    assert parse_cached(TEXT + "y", Parser(2)) == 2


@pytest.mark.parametrize("value", [{1: "a number as a key"}, [dt.date(2024, 1, 1)]])
def test_what_json_cannot_say_is_not_kept(cache: Path, value: Any) -> None:
    """It is parsed each time, and comes out as it is."""
    parse = Parser(value)
    assert [parse_cached(TEXT, parse), parse_cached(TEXT, parse)] == [value] * 2
    assert parse.calls == 2


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder would be: nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert parse_cached(TEXT, Parser(3)) == 3


def test_a_small_text_is_not_kept(cache: Path) -> None:
    """It is parsed as quickly as it is looked up."""
    assert parse_cached("x", Parser(4)) == 4
    assert not cache.exists()
