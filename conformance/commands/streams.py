"""Standard output and error that never fail, whoever reads them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


class _Written(io.FileIO):
    """A stream whose closed end is ignored: its reader, such as ``head``, may stop.

    ``lost`` is why something else could not be written, a full disk for example.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.lost: OSError | None = None
        self._gone = False

    def write(self, data: Any, /) -> int:
        """Write what can be written, and return as if all of it was."""
        size = memoryview(data).nbytes
        if self._gone:
            return size
        try:
            return super().write(data)
        except BrokenPipeError:
            self._gone = True
        except OSError as error:
            self._gone, self.lost = True, error
        return size


@contextmanager
def tolerant_streams() -> Iterator[list[_Written]]:
    """Let stdout and stderr accept every character, even if nobody reads them.

    What an encoding cannot spell is written with backslashes. Streams that somebody else has put in
    the place of the process's own are left alone, unless one is missing.
    """
    before = sys.stdout, sys.stderr
    written: list[_Written] = []
    sys.stdout = _patient(sys.stdout, sys.__stdout__, written)
    sys.stderr = _patient(sys.stderr, sys.__stderr__, written)
    try:
        yield written
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _patient(stream: TextIO | None, own: TextIO | None, written: list[_Written]) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - until the process ends
    if stream is not own or not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.reconfigure(errors="backslashreplace")
    if stream.isatty():
        return stream
    stream.flush()
    end = _Written(stream.fileno())
    written.append(end)
    return io.TextIOWrapper(
        io.BufferedWriter(end),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
