"""The options and markers of a run under pytest, and the decision whether a session is one.

Inert unless the items of ``conformance.suite`` are asked for
(``pytest --pyargs conformance.suite``). Loaded into every pytest session of a project that has the
distribution installed: nothing heavy is imported here.
"""

from __future__ import annotations

import pytest

from conformance.certification.fixtures import sparkrtc_contract, sparkrtc_mock, sparkrtc_server
from conformance.plugin.items import is_suite

__all__ = ["sparkrtc_contract", "sparkrtc_mock", "sparkrtc_server"]

_MARKERS = (
    "sparkrtc_rules(*ids, effort, phase): requirements that a test judges",
    "sparkrtc_explores(operation): random requests to an operation",
    "sparkrtc_phase(name): hostile or last, for items that come after all others",
    "sparkrtc_flow_group(name): the flow group that a module sends to, for its shard",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run; the command line passes the same ones."""
    group = parser.getgroup("sparkrtc-conformance")
    for name, metavar, text in (
        ("target", "FILE|URL", "target file or base URL"),
        ("profile", "PROFILE", "stateless, emulator or live"),
        ("level", "LEVEL", "quick, standard or thorough"),
        ("seed", "SEED", "seed of everything random"),
        ("report-dir", "REPORT-DIR", "where reports go"),
        ("format", "FORMAT", "report formats, separated by commas"),
        ("revision", "REVISION", "judge by an earlier revision of the document"),
        ("duration", "SECONDS", "stop after this time, and delete what was created"),
        ("contract", "FILE|DIR", "judge by a contract of your own"),
        ("base", "DATE|FILE", "edition or file under an overlay"),
        ("concurrency", "N", "cases at a time, where there is no flow control"),
    ):
        group.addoption(f"--sparkrtc-{name}", metavar=metavar, help=text)
    for name, text in (
        ("only", "judge only these requirements or operations"),
        ("exclude", "leave these out"),
        ("operations", "the operations that the target offers, if not all"),
        ("case", "run only these cases"),
    ):
        option = f"--sparkrtc-{name}"
        group.addoption(option, action="append", default=[], metavar="GLOB", help=text)
    reference = "judge the embedded reference (the default without any address)"
    group.addoption("--sparkrtc-reference", action="store_true", help=reference)
    group.addoption(
        "--sparkrtc-strict", action="store_true", help="count a broken SHOULD as a fail"
    )
    group.addoption("--sparkrtc-resume", action="store_true", help="resume an interrupted run")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the parts of the run if this session is one."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    if any(is_suite(str(argument)) for argument in config.args):
        from conformance.plugin.starting import start

        start(config)
