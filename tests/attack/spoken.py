"""A command of this process: its status, and what it said."""

from __future__ import annotations

import contextlib
import io
import re
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

from conformance import cli
from tests.attack.attacked import MARKS

PATIENCE = 20.0
"""Seconds that a command may take with a file that it cannot use."""
_RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class TooLongError(BaseException):
    """The time of a command is over; no handler of its own may catch it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a command of this process came to."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def faults(self) -> list[str]:
        """What no command may say, whatever it is given."""
        text = self.out + self.err
        found = [mark for mark in MARKS if mark in text]
        if moved := _RAW.search(text):
            around = text[max(0, moved.start() - 60) : moved.end() + 20]
            found.append(f"raw control letter in {around!r}")
        return found

    @property
    def is_one_line(self) -> bool:
        """Whether it is status 2 and one line of error that says what to do with it."""
        lines = self.err.strip().splitlines()
        usage = lines[:1] and lines[0].startswith("Usage:")
        told = lines[-1:] if usage else lines
        named = len(told) == 1 and told[0].lower().startswith("error: ")
        return self.status == 2 and named and len(told[0]) < 1500


def spoken(arguments: Sequence[str]) -> Spoken:
    """Run a command in this process, for ``PATIENCE`` seconds at most."""
    out, err = _Text(), _Text()
    began = time.monotonic()
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _alarm(PATIENCE):
        try:
            cli.main(list(arguments))
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except TooLongError:
            status = -1
    return Spoken(status, out.getvalue(), err.getvalue(), time.monotonic() - began)


class _Text(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
