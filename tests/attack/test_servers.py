"""A fair sample of the hostile servers and of the kills; all of them are ``tox -e attack``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.attacked import broken, unfit
from tests.attack.kills import Kill, killed, kills
from tests.attack.measure import run_against, servers

NAMES = ("terminal",)
ONLY = ("--only", "CreateApp", "--only", "*App")


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_server(name: str, tmp_path: Path) -> None:
    """No traceback, nothing foreign touched, no secret, nothing raw, nothing left in silence."""
    row = next(one for one in servers() if one.name == name)
    found = run_against(row, tmp_path / "run", *ONLY, duration=5)
    assert found.troubles == ()
    assert found.requests > 0
    assert found.megabytes < 600


def test_a_kill(tmp_path: Path) -> None:
    """A killed run, and the cleanup behind it, leave the account as it was."""
    kill = next(one for one in kills() if one.mode == "plain" and one.signal.name == "SIGKILL")
    assert killed(Kill(kill.mode, kill.signal, 25), tmp_path / "run").troubles == ()


def test_the_attacks_would_see_a_fault(tmp_path: Path) -> None:
    """What is looked for is found where it is: on a terminal, and in reports."""
    from tests.attack.attacked import Done

    assert broken(Done(1, "Traceback (most recent call last)", 1, 1))
    assert broken(Done(1, "a\x1b[2Jb", 1, 1))
    assert broken(Done(77, "fine", 1, 1))
    assert broken(Done(1, "fine\n", 1, 1)) == []
    for name, content in (
        ("report.json", '{"a": NaN}'),
        ("junit.xml", "<a>\x1b</a>"),
        ("summary.md", "<details open ontoggle=owned()>"),
        ("report.html", "<script>owned()</script>"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert len(unfit(tmp_path)) == 1
        (tmp_path / name).unlink()
    (tmp_path / "summary.md").write_text("`<details open ontoggle=owned()>`", encoding="utf-8")
    assert unfit(tmp_path) == []


def test_the_table_is_as_large_as_promised() -> None:
    """At least 80 servers and 60 kills, each by a name of its own."""
    names = [row.name for row in servers()]
    assert len(names) == len(set(names)) > 80
    assert len({(kill.mode, kill.signal) for kill in kills()}) == 20
    assert len(list(kills())) == 60
