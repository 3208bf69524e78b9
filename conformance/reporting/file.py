"""Writes files so that readers see the old or the new content, never half of it."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from conformance.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDY: Final = "choose another folder with --report-dir"


@contextmanager
def replacing(path: Path, remedy: str = _REMEDY) -> Iterator[TextIO]:
    """Open a neighbour of ``path`` for UTF-8 text and move it over ``path`` when all is written.

    Missing folders are made. Whatever goes wrong, no half-written file stays behind.
    Raises ReportError when the folder or the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open(
            "w", encoding="utf-8", newline="\n", errors="backslashreplace"
        ) as text:
            yield text
        unfinished.replace(path)
    except OSError as error:
        raise ReportError(
            str(path),
            f"cannot be written ({error.strerror or error})",
            remedy,
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str, remedy: str = _REMEDY) -> None:
    """Write ``text`` to ``path`` at once; see ``replacing`` for what is raised."""
    with replacing(path, remedy) as file:
        file.write(text)
