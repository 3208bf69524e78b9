"""The contract between processes: never stale, never another's, never in the way."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract import compiled as module
from conformance.contract.compiled import Store, compiled
from conformance.contract.document import Contract, load_contract
from conformance.contract.files import spec_folder


class Mark:
    """Says on being unpickled that it was."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _ran, ("ran",)


RAN: list[str] = []


def _ran(what: str) -> str:
    RAN.append(what)
    return what


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    RAN.clear()
    return tmp_path / "cache" / "sparkrtc-conformance"


def test_what_was_made_is_made_once(cache: Path, tmp_path: Path) -> None:
    """Another process finds it; a source that changes makes it anew."""
    source = tmp_path / "source"
    source.write_text("one")
    made: list[str] = []

    def make() -> str:
        made.append(source.read_text())
        return made[-1]

    assert [compiled(str, [source], make) for _ in range(2)] == ["one", "one"]
    source.write_text("two")
    assert compiled(str, [source], make) == "two"
    assert made == ["one", "two"]


def test_other_code_makes_it_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of the records does not read what an old one has kept."""
    Store("x").write("old")
    assert Store("x").read(str) == "old"
    monkeypatch.setattr(module, "_code", lambda _rooms: b"new version")
    assert Store("x").read(str) is None


@pytest.mark.parametrize("content", [b"", b"\x80", pickle.dumps(1), b"cno.such\nthing\n."])
def test_a_broken_file_is_passed_over(cache: Path, content: bytes) -> None:
    """Cut, foreign, of another kind: as if there were none."""
    Store("x").write("value")
    (path,) = cache.glob("*.pickle")
    path.write_bytes(content)
    assert Store("x").read(str) is None


@pytest.mark.parametrize("who", ["file", "folder", "link"])
def test_what_others_may_write_is_not_unpickled(cache: Path, who: str) -> None:
    """A pickle can do anything: one that somebody else may have written is not opened."""
    Store("x").write(Mark())
    (path,) = cache.glob("*.pickle")
    if who == "link":
        path.rename(cache / "elsewhere")
        path.symlink_to(cache / "elsewhere")
    else:
        (path if who == "file" else cache).chmod(0o777)
    assert Store("x").read(str) is None
    assert RAN == []
    cache.chmod(0o700)


def test_a_cache_that_cannot_be_written_is_done_without(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only home costs time and nothing else; old files do not pile up."""
    for number in range(20):
        Store(str(number)).write(number)
    assert len(list(cache.glob("*.pickle"))) == 12
    shutil.rmtree(cache)
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file")
    assert compiled(int, [], lambda: 7) == 7


def test_the_kept_contract_is_the_contract(cache: Path, tmp_path: Path) -> None:
    """Read, kept, read back: the same requirements and operations; a changed file is seen."""
    folder = tmp_path / "spec"
    shutil.copytree(spec_folder(), folder)
    first = load_contract(folder)
    kept = pickle.loads(next(cache.glob("*.pickle")).read_bytes())  # noqa: S301 - just written
    assert isinstance(kept, Contract)
    assert kept == first
    assert dict(kept.requirements) == dict(first.requirements)
    text = (folder / "openapi.yaml").read_text("utf-8")
    (folder / "openapi.yaml").write_text(text + "\nx-other: 1\n", "utf-8")
    assert load_contract(folder).sha256 != first.sha256
