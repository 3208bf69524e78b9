"""Processes that tests start: none outlives its block, and none can hold a test up."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_PATIENCE = 10
"""Seconds that a process has to end itself when it is asked."""


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process whose stdout is read as text; ended with the block, also when the block fails.

    ``options`` are those of ``subprocess.Popen``, whose own block would wait for ever for a
    server that nobody has stopped.
    """
    standard = {"stdout": subprocess.PIPE, "text": True, "preexec_fn": _as_at_a_terminal}
    options = {**standard, **options}
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Stop a process, also one that ignores being asked; nothing when it has ended."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def _as_at_a_terminal() -> None:
    """A shell that puts a job into the background has it ignore Ctrl-C; the tests send one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def unmeasured() -> dict[str, str]:
    """The environment of a process that cannot write: without coverage's files, and bytecode.

    Python keeps a module's bytecode that a full disk has cut, for every later process to fail on.
    """
    own = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "COVERAGE_"))}
    return own | {"PYTHONDONTWRITEBYTECODE": "1"}
