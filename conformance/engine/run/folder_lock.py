"""One run at a time in a report folder: its journal, its progress and its counts are there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import ReportError

if TYPE_CHECKING:
    from filelock import FileLock

NAME = ".run.lock"


def lock_folder(folder: Path) -> FileLock:
    """Keep other runs, and ``cleanup``, out of the folder until the lock is released.

    The system releases it when the process ends, however it ends. Raises ReportError when a run
    is at work there, or when the folder cannot be written to.
    """
    from filelock import FileLock, Timeout  # it imports asyncio; the reference needs no lock

    lock = FileLock(folder / NAME, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ReportError(
            f"report folder {folder}",
            "another run is writing to it",
            "wait until it ends, or choose another folder with --report-dir",
        ) from None
    except OSError as error:
        problem = f"cannot be written to ({error.strerror or error})"
        raise ReportError(f"report folder {folder}", problem, "choose another one") from None
    return lock
