"""Cleanup undoes what this run did, and nothing else."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.access.cleanup import Presence, cleanup
from conformance.access.journal import Changed, Created, Journal, RunHeader
from conformance.errors import ConfigurationError

PREFIX = "sct-1234-"


@dataclass
class Server:
    """A target of names by id and settings by name, with a log of what was done to it."""

    apps: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids by name."""
        return tuple(key for key, name in self.apps.items() if name == item.name)

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Ours if the name says so."""
        if identifier not in self.apps:
            return Presence.GONE
        ours = self.apps[identifier].startswith(prefix)
        return Presence.OURS if ours else Presence.FOREIGN

    def delete(self, item: Created, identifier: str) -> None:
        """Delete, or fail."""
        if identifier in self.broken:
            raise OSError("no network")
        self.log.append(f"delete {identifier}")
        del self.apps[identifier]

    def restore(self, item: Changed) -> None:
        """Put back."""
        self.log.append(f"restore {item.resource}")
        self.settings[item.resource] = item.before


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A fresh journal."""
    header = RunHeader("run-1", PREFIX, "http://target.test", "p1")
    return Journal.create(tmp_path / "journal.jsonl", header)


def create(journal: Journal, name: str, identifier: str | None) -> None:
    """Note a creation whose id is known, or was lost to a kill."""
    entry = journal.intend("app", "CreateApp", name)
    if identifier is not None:
        journal.created(entry, identifier)


def test_latest_goes_first_and_settings_come_back(journal: Journal) -> None:
    """Children before parents; afterwards nothing is pending and a second cleanup does nothing."""
    server = Server({"1": PREFIX + "a", "2": PREFIX + "b", "9": "foreign"}, {"callback": "new"})
    create(journal, PREFIX + "a", "1")
    journal.changing("callback", "UpdateRecordCallback", {}, "old")
    create(journal, PREFIX + "b", "2")
    result = cleanup(journal, server)
    assert server.log == ["delete 2", "restore callback", "delete 1"]
    assert (server.apps, server.settings) == ({"9": "foreign"}, {"callback": "old"})
    assert result.complete
    assert [item.id for item in result.deleted] == ["2", "1"]
    cleanup(journal, server)
    assert len(server.log) == 3


def test_what_was_killed_before_its_id_was_noted_is_found_by_name(journal: Journal) -> None:
    """Created at the target or not: both moments of a kill end clean."""
    server = Server({"1": PREFIX + "a"})
    create(journal, PREFIX + "a", None)
    create(journal, PREFIX + "never-sent", None)
    result = cleanup(journal, server)
    assert server.apps == {}
    assert len(result.gone) == 1


def test_what_was_created_without_an_id_and_is_not_listed_is_told(journal: Journal) -> None:
    """A success that names nothing may have made something; one line tells of all of a kind."""
    for name in ("a", "b"):
        journal.nameless(journal.intend("app", "CreateApp", PREFIX + name))
    journal.nameless(journal.intend("job", "CreateMixJob", "", {"app_id": "1"}))
    result = cleanup(journal, Server())
    why = "created without an id, and shown in no list"
    assert result.doubtful == [f"2 × app: {why}; their names begin with '{PREFIX}'"]
    journal.nameless(journal.intend("app", "CreateApp", PREFIX + "c"))
    assert cleanup(journal, Server()).doubtful == [f"app named '{PREFIX}c': {why}"]
    for name in ("sa", "sb", "sc", "sd"):
        journal.nameless(journal.intend("app", "CreateApp", name))
    told = cleanup(journal, Server()).doubtful
    assert told == [f"4 × app: {why}; named 'sd', 'sc', 'sb' and others"]
    assert journal.pending() == ()


def test_foreign_object_under_our_id_is_left_alone(journal: Journal) -> None:
    """An id that shows another name than one of ours is not deleted."""
    server = Server({"1": "somebody-elses"})
    create(journal, PREFIX + "a", "1")
    result = cleanup(journal, server)
    assert server.log == []
    assert [item.id for item in result.foreign] == ["1"]
    assert result.complete


def test_foreign_object_found_by_name_is_left_alone(journal: Journal) -> None:
    """A journal that names a foreign name does not lead to its deletion either."""
    server = Server({"1": "production"})
    create(journal, "production", None)
    cleanup(journal, server)
    assert server.apps == {"1": "production"}


def test_one_failure_does_not_keep_the_others(journal: Journal) -> None:
    """What could not be deleted stays pending, is named, and is deleted by the next cleanup."""
    server = Server({"1": PREFIX + "a", "2": PREFIX + "b"}, broken={"2"})
    create(journal, PREFIX + "a", "1")
    create(journal, PREFIX + "b", "2")
    result = cleanup(journal, server)
    assert not result.complete
    assert result.failed[0][1] == "OSError: no network"
    assert server.apps == {"2": PREFIX + "b"}
    server.broken.clear()
    assert cleanup(journal, server).complete
    assert server.apps == {}


@pytest.mark.parametrize(
    ("base_url", "project"), [("http://other.test", "p1"), ("http://target.test", "p2")]
)
def test_journal_of_another_target_is_refused(
    journal: Journal, base_url: str, project: str
) -> None:
    """Ids of one target mean nothing, or something else, at another."""
    server = Server({"1": PREFIX + "a"})
    create(journal, PREFIX + "a", "1")
    with pytest.raises(ConfigurationError, match="give the"):
        cleanup(journal, server, base_url=base_url, project_id=project)
    assert server.log == []
    assert cleanup(journal, server, base_url="http://target.test", project_id="p1").complete
