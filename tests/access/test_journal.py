"""What was about to be created is on disk before it is, whatever happens next."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.access.journal import Changed, Created, Journal, RunHeader
from conformance.errors import ConfigurationError

HEADER = RunHeader("run-1", "sct-1234-", "http://target.test", "p1")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A fresh journal."""
    return Journal.create(tmp_path / "runs" / "journal.jsonl", HEADER)


def test_journal_is_read_back_by_another_process_of_thought(journal: Journal) -> None:
    """Everything that is left to undo is there, the latest first, with what it takes."""
    app = journal.intend("app", "CreateApp", "sct-1234-a")
    journal.created(app, "a1")
    callback = journal.changing(
        "callback", "UpdateRecordCallback", {"app_id": "x"}, {"url": "http://before"}
    )
    rule = journal.intend("record_rule", "CreateRecordRule", "sct-1234-a", {"app_id": "a1"})
    again = Journal(journal.path)
    assert again.header() == HEADER
    assert again.pending() == (
        Created(rule, "record_rule", "CreateRecordRule", "sct-1234-a", {"app_id": "a1"}, None),
        Changed(
            callback,
            "callback",
            "UpdateRecordCallback",
            {"app_id": "x"},
            {"url": "http://before"},
        ),
        Created(app, "app", "CreateApp", "sct-1234-a", {}, "a1"),
    )


def test_settled_entries_are_not_pending(journal: Journal) -> None:
    """Deleted, restored and refused things need nothing any more."""
    first = journal.intend("app", "CreateApp", "sct-1234-a")
    second = journal.intend("app", "CreateApp", "sct-1234-b")
    journal.settled(first, "refused")
    assert [item.entry for item in journal.pending()] == [second]
    journal.settled(second, "deleted")
    assert journal.pending() == ()


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_torn_last_line_is_no_harm(journal: Journal, cut: int) -> None:
    """A line without its end is of a request that was never sent; the next line is whole."""
    kept = journal.intend("app", "CreateApp", "sct-1234-a")
    journal.intend("app", "CreateApp", "sct-1234-b")
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-cut])
    expected = 2 if cut == 1 else 1
    assert len(journal.pending()) == expected
    journal.created(kept, "a1")
    items = journal.pending()
    assert len(items) == expected
    assert isinstance(items[-1], Created)
    assert items[-1].id == "a1"


def test_journal_is_private_and_never_overwritten(journal: Journal) -> None:
    """Settings as they were may hold secrets; another run's journal is kept."""
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError, match="journal of another run"):
        Journal.create(journal.path, HEADER)


def test_what_is_no_journal_is_named(tmp_path: Path) -> None:
    """Cleanup is not run from an arbitrary file."""
    path = tmp_path / "other.jsonl"
    for content in ("", '{"kind": "run"}\n', "[1]\n"):
        path.write_text(content)
        with pytest.raises(ConfigurationError, match="is not the journal of a run"):
            Journal(path).header()
    with pytest.raises(ConfigurationError, match="No such file"):
        Journal(tmp_path / "none").pending()


def test_a_journal_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    """Nothing is created at the target that is not on disk before: gone, in the way, disk full."""
    gone = Journal.create(tmp_path / "journal.jsonl", HEADER)
    gone.path.unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        gone.intend("app", "CreateApp", "sct-1234-a")
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="file"):
        Journal.create(tmp_path / "file" / "journal.jsonl", HEADER)
    full = Path("/dev/full")
    if full.exists():
        with pytest.raises(ConfigurationError, match="No space left"):
            Journal(full).intend("app", "CreateApp", "sct-1234-a")


WRITER = """
import sys
from pathlib import Path
from conformance.access.journal import Journal
journal = Journal(Path(sys.argv[1]))
while True:
    entry = journal.intend("app", "CreateApp", "sct-1234-x")
    print(entry, flush=True)  # here the request would be sent
    journal.created(entry, "id-" + entry)
"""


def test_killed_run_leaves_no_request_unnamed(journal: Journal) -> None:
    """SIGKILL at any moment: every entry that was acknowledged is in the journal."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(journal.path)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    for length in (1, 7, 40):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as run:
            assert run.stdout is not None
            acknowledged = [run.stdout.readline().strip() for _ in range(length)]
            run.send_signal(signal.SIGKILL)
        named = {item.entry for item in journal.pending()}
        assert set(acknowledged) <= named


def test_each_line_is_synced_before_the_call_returns(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the call cannot lose the line."""
    synced: list[bytes] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(journal.path.read_bytes()), real(fd))
    )
    entry = journal.intend("app", "CreateApp", "sct-1234-a")
    assert json.loads(synced[-1].splitlines()[-1])["entry"] == entry


def test_settings_as_another_process_found_them(tmp_path: Path) -> None:
    """Who comes second sees what the first has changed; what was there before is in its journal."""
    header = RunHeader("r", "p-", "http://target.test")
    first, second = (Journal.create(tmp_path / f"journal{n}.jsonl", header) for n in "12")
    before = {"bucket": "b", "operation": 1}
    entry = first.changing("bucket", "Update", {}, before)
    assert second.noted_beside("bucket", {}, bucket="b") == before
    assert second.noted_beside("bucket", {}, bucket="other") is None
    assert first.noted_beside("bucket", {}, bucket="b") is None
    first.settled(entry, "restored")
    assert second.noted_beside("bucket", {}, bucket="b") is None


def test_what_no_run_has_written_is_named_whole_or_torn(journal: Journal) -> None:
    """The torn beginning of a line is of a request never sent; anything else is strange."""
    count = journal.path.read_bytes().count(b"\n")
    with journal.path.open("ab") as file:
        file.write(b'{"kind": "int\n{"ki\n\n\x00\x00\nnonsense\n[1]\n{"a": 1}\n')
    assert journal.strange == tuple(range(count + 4, count + 8))
