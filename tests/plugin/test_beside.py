"""In a session that is not ours the plugin costs next to nothing; the random layer is an extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.engine.run.thorough import check_level
from conformance.errors import UsageError

_HEAVY = {"httpx", "click", "rich", "yaml", "jsonschema_rs", "hypothesis", "jinja2", "pydantic"}
_LOADED = """
import sys, pytest
before = set(sys.modules)
import conformance.plugin.options
print(*sorted(set(sys.modules) - before))
"""
_MOCK = """
import importlib.util, sys, pytest
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "respx" else find(name)
sys.exit(pytest.main(["-q", "-pno:respx", "-pno:cacheprovider", sys.argv[1]]))
"""
_WITHOUT = """
import sys
sys.modules["hypothesis"] = sys.modules["schemathesis"] = None
from conformance.cli import main
main(sys.argv[1:])
"""


def _python(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_unrelated_session_loads_next_to_nothing() -> None:
    """A handful of modules of ours and no library: what it costs is in benchmarks/beside.py."""
    loaded = _python(_LOADED).stdout.split()
    ours = [name for name in loaded if name.partition(".")[0] == "conformance"]
    assert "conformance.plugin.options" in ours
    assert len(ours) <= 8, ours
    assert {name.partition(".")[0] for name in loaded} & _HEAVY == set()


def test_the_level_thorough_says_how_to_install_what_it_needs(tmp_path: Path) -> None:
    """One line with the remedy and status 2; other levels run without those libraries."""
    asked = ("run", "--reference", "--only", "ShowApp", "--report-dir", tmp_path)
    refused = _python(_WITHOUT, *asked, "--level", "thorough")
    assert refused.returncode == 2
    assert "sparkrtc-conformance[thorough]" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    done = _python(_WITHOUT, *asked, "--level", "quick")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_mock_says_how_to_install_what_it_needs(tmp_path: Path) -> None:
    """A client's test that asks for it fails with one line, and not with an import error."""
    path = tmp_path / "test_client.py"
    path.write_text("def test_client(sparkrtc_mock):\n    pass\n", encoding="utf-8")
    done = _python(_MOCK, path)
    assert done.returncode == 1
    assert "pip install 'sparkrtc-conformance[mock]'" in done.stdout
    assert "Traceback" not in done.stdout


def test_pytest_itself_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option is named as it was given."""
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    with pytest.raises(UsageError, match=r"--sparkrtc-level thorough: needs schemathesis"):
        check_level("thorough", "--sparkrtc-level")
    check_level("standard", "--sparkrtc-level")
