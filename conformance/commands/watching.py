"""``run --watch``: the same run again whenever a file or the server changes.

Files are looked at, not subscribed to: they are few, and a file that an editor replaces is the same
file to us. A server on this machine is taken to have changed when it went away and came back;
one elsewhere is not touched between runs.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from conformance.access.hosts import is_loopback
from conformance.errors import ConfigurationError

PAUSE: Final = 0.3
"""Seconds between two looks."""
_RESTART_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 1.0
_FLAGS: Final = ("--watch",)
_OPTION: Final = "--watch-file"

Stamp = tuple[tuple[str, int, int], ...]


class Watch:
    """What a run depends on. ``paths``: files and folders; ``url``: the server, None for none.

    Raises ConfigurationError for a path that is not there.
    """

    def __init__(self, paths: Iterable[Path], url: str | None, pause: float = PAUSE) -> None:
        self._paths = tuple(paths)
        for path in self._paths:
            if not path.exists():
                raise ConfigurationError(str(path), "is not there to be watched", "name a file")
        self._url = url if url is not None and is_loopback(url) else None
        self._pause = pause

    def stamp(self) -> Stamp:
        """The files as they are now, by name, time (ns) and size (bytes)."""
        return tuple(sorted(_stamps(self._paths)))

    def wait(self, before: Stamp) -> str:
        """Wait until something is not as it was before; return what, in words.

        After a change the server is waited for (seconds: 30), for its own sources may be watched.
        """
        was_up = self._answers()
        while True:
            time.sleep(self._pause)
            now = self.stamp()
            if now != before:
                self._until_up()
                names = {name for name, *_ in set(now) ^ set(before)}
                return ", ".join(sorted(names))
            is_up = self._answers()
            if is_up and not was_up:
                return "the server is back"
            was_up = is_up

    def _until_up(self) -> None:
        end = time.monotonic() + _RESTART_SECONDS
        while not self._answers() and time.monotonic() < end:
            time.sleep(self._pause)

    def _answers(self) -> bool:
        """Whether somebody takes connections where the server is; True where we do not ask."""
        if self._url is None:
            return True
        parts = urlsplit(self._url)
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        with (
            suppress(OSError),
            socket.create_connection((parts.hostname or "", port), _CONNECT_SECONDS),
        ):
            return True
        return False


def watch(watched: Watch, again: Callable[[], int]) -> int:
    """Run, and run again at each change until interrupted; return the last exit status."""
    status = 0
    with suppress(KeyboardInterrupt):
        while True:
            before = watched.stamp()
            status = again()
            click.echo("watching; Ctrl-C ends it", err=True)
            click.echo(f"changed: {watched.wait(before)}", err=True)
    return status


def rerun(arguments: Sequence[str]) -> Callable[[], int]:
    """The command of these arguments, without watching, as a process: nothing of it is stale."""
    command = [sys.executable, "-m", "conformance.cli", *_without_watching(arguments)]

    def again() -> int:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command

    return again


def server_of(target: str | None) -> str | None:
    """The address in a target file, or the address itself; None where there is none to be read."""
    if target is None or not target.endswith(".toml"):
        return target
    with suppress(OSError, ValueError):
        found = tomllib.loads(Path(target).read_text("utf-8")).get("base_url")
        return found if isinstance(found, str) else None
    return None


def _without_watching(arguments: Sequence[str]) -> Iterator[str]:
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument == _OPTION:
            skip = True
        elif argument not in _FLAGS and not argument.startswith(f"{_OPTION}="):
            yield argument


def _stamps(paths: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            with suppress(OSError):
                found = file.stat()
                if file.is_file():
                    yield str(file), found.st_mtime_ns, found.st_size
