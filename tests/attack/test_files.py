"""Files that commands read: whatever stands in them, a command says so in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import given_files
from conformance.contract.authoring.lines import SourceFile
from conformance.contract.files import read_yaml
from conformance.errors import ConfigurationError, ContractError, Crash
from conformance.given_files import given_bytes, given_json, given_text
from tests.attack.files import ESCAPES, GENERIC, Tampered, mutants
from tests.attack.readers import READERS, Ground, Reader, prepare
from tests.attack.spoken import Spoken, spoken

MUTANTS = 60
"""Members tampered with for each command, of the many that there are; all in ``attack``."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Good files of every kind."""
    return prepare(tmp_path_factory.mktemp("good"))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_files, "PATIENCE", 0.05)


def _pairs(sample: int) -> Iterator[tuple[Reader, Tampered]]:
    """Every command with every file, or one in ``sample``: each of both is among them."""
    for number, reader in enumerate(READERS):
        for place, tampered in enumerate(GENERIC):
            if (number + place) % sample == 0:
                yield reader, tampered


def _told(reader: Reader, ground: Ground, tampered: Tampered, folder: Path) -> list[str]:
    path = folder / reader.name
    tampered.make(path)
    try:
        said = spoken(reader.arguments(ground, path))
    finally:
        if path.exists():
            path.chmod(0o700)
    found = said.faults
    if tampered.name not in reader.lenient and not _is_refused(said, reader, tampered):
        found.append(f"status {said.status}: {said.err[-300:]!r}")
    return [f"{reader.title}, {tampered.name}: {fault}" for fault in found]


def _is_refused(said: Spoken, reader: Reader, tampered: Tampered) -> bool:
    if tampered.name == "no-permission" and os.geteuid() == 0:
        return True  # what stands there is read by root all the same
    return said.status in reader.statuses and (said.status == 1 or said.is_one_line)


def test_a_sample_of_tampered_files(ground: Ground, tmp_path: Path) -> None:
    """Each command, and each kind of file: one line, a fixed status, nothing raw."""
    found = []
    for number, (reader, tampered) in enumerate(_pairs(len(GENERIC) // 3)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found += _told(reader, ground, tampered, folder)
    assert found == []


@pytest.mark.attack
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.title)
def test_every_tampered_file(reader: Reader, ground: Ground, tmp_path: Path) -> None:
    """Every kind of file for each command."""
    found = []
    for number, tampered in enumerate(GENERIC):
        folder = tmp_path / str(number)
        folder.mkdir()
        found += _told(reader, ground, tampered, folder)
    assert found == []


def _mutated(reader: Reader, ground: Ground, folder: Path, most: int) -> list[str]:
    good = reader.good(ground) if reader.good is not None else None
    every = max(1, sum(1 for _ in mutants(good)) // most)
    found = []
    for number, (name, value) in enumerate(mutants(good, every)):
        path = folder / str(number) / reader.name
        path.parent.mkdir()
        path.write_bytes(reader.write(value).encode("utf-8", "surrogatepass"))
        said = spoken(reader.arguments(ground, path))
        faults = said.faults
        if said.status not in {0, 1, 2, 3, 4}:
            faults.append(f"status {said.status}")
        found += [f"{reader.title}, {name}: {fault}" for fault in faults]
    return found


MUTABLE = tuple(reader for reader in READERS if reader.good is not None)


@pytest.mark.parametrize(
    "reader",
    [one for one in MUTABLE if one.title in {"compare, the second", "cleanup", "run --target"}],
    ids=lambda reader: reader.title,
)
def test_a_sample_of_tampered_members(reader: Reader, ground: Ground, tmp_path: Path) -> None:
    """A member that is missing, of another type or hostile: never a traceback."""
    assert _mutated(reader, ground, tmp_path, 20) == []


@pytest.mark.attack
@pytest.mark.parametrize("reader", MUTABLE, ids=lambda reader: reader.title)
def test_tampered_members(reader: Reader, ground: Ground, tmp_path: Path) -> None:
    """The same of every command, with more members."""
    assert _mutated(reader, ground, tmp_path, MUTANTS) == []


def test_a_pipe_is_read_and_waited_for(tmp_path: Path) -> None:
    """What a shell's ``<(…)`` gives is read whole; one that nobody writes to is an error."""
    reading, writing = os.pipe()
    os.write(writing, b'{"a": 1}')
    os.close(writing)
    assert given_json(Path(f"/dev/fd/{reading}")) == {"a": 1}
    os.close(reading)
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="nothing came out of this pipe"):
        given_bytes(tmp_path / "fifo")


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a device, a name that no file has, and more than memory is for."""
    for path, problem in (
        (tmp_path, "Is a directory"),
        (Path("/dev/zero"), "it is no file"),
        (Path("a\x00b"), "no name of a file"),
        (Path("a\ud800"), "no name of a file"),
    ):
        with pytest.raises(OSError, match=problem):
            given_bytes(path)
    monkeypatch.setattr(given_files, "MOST", 4)
    (tmp_path / "file").write_bytes(b"1234")
    assert given_text(tmp_path / "file") == "1234"
    (tmp_path / "file").write_bytes(b"12345")
    with pytest.raises(OSError, match="larger than"):
        given_bytes(tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1e999]", "too large"),
        ("[NaN]", "no number"),
        ('["\\ud83d"]', "half of a surrogate pair"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_cannot_be_written_again(text: str, problem: str, tmp_path: Path) -> None:
    """It is refused; a whole surrogate pair is a letter like any other."""
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        given_json(path)
    path.write_text('["\\ud83d\\ude00", 1e3, 1.5]', encoding="utf-8")
    assert given_json(path) == ["\U0001f600", 1000.0, 1.5]


@pytest.mark.parametrize("name", ["aliases", "alias-of-itself", "tags", "merge-keys", "surrogate"])
def test_yaml_that_nobody_can_work_with(name: str, tmp_path: Path) -> None:
    """Both readers of YAML say so with file and line; aliases as such are fine."""
    path = tmp_path / "file.yaml"
    next(one for one in GENERIC if one.name == name).make(path)
    for read in (read_yaml, SourceFile):
        with pytest.raises(ContractError, match=r"file\.yaml:(\d+|\?): "):
            read(path)
    path.write_text("a: &a {b: [1, 2]}\nc: *a\n", encoding="utf-8")
    expected = {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert read_yaml(path) == SourceFile(path).value == expected


def test_errors_are_one_line_that_a_terminal_does_not_obey() -> None:
    """Whatever an error quotes; a traceback of ours keeps its lines."""
    told = str(ConfigurationError(f"file {ESCAPES}", "a\nb\r\ud800", "中文，请修改"))
    assert told.isprintable()
    assert "中文，请修改" in told
    assert str(Crash("the suite", f"broke\n{ESCAPES}")).count("\n") == 1
