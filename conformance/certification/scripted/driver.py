"""Talks to a driver: a process that answers one JSON line at a time."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self

from conformance.certification.childprocess import child_environment
from conformance.errors import TargetError

ANSWER_SECONDS = 30.0
START_SECONDS = 120.0
"""How long a driver may take for its first reply: it has to start, on a busy machine as well."""


class DriverError(TargetError):
    """The driver has ended, is silent, or breaks the protocol."""


class Driver:
    """A driver process; use it in a ``with`` statement."""

    def __init__(
        self,
        command: Sequence[str],
        told: Mapping[str, str],
        seconds: float = ANSWER_SECONDS,
        timeout: float | None = None,
    ) -> None:
        self._name = f"driver {command[0]!r}"
        self._seconds = seconds
        self._has_started = False
        self._timeout = timeout
        self._deadline = float("inf") if timeout is None else time.monotonic() + timeout
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command that the user names
                list(command),
                env=child_environment(told),
                text=True,
                encoding="utf-8",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            raise TargetError(self._name, f"cannot be started ({error.strerror})") from error
        self._lines: Queue[str | None] = Queue()
        self._reader = Thread(target=self._read, name="driver-reader", daemon=True)
        self._reader.start()

    def ask(self, number: int, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for one call and return the reply. Raises DriverError when none comes."""
        line = json.dumps({"id": number, "op": operation, "arguments": arguments})
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise DriverError(self._name, "has ended") from error
        return self._reply(number)

    def _reply(self, number: int) -> dict[str, Any]:
        patience = self._seconds if self._has_started else max(self._seconds, START_SECONDS)
        while True:
            left = self._deadline - time.monotonic()
            try:
                line = self._lines.get(timeout=max(0.0, min(patience, left)))
            except Empty:
                if left <= patience:
                    problem = f"was stopped: the sweep took longer than {self._timeout:g} s"
                    self._process.terminate()
                else:
                    problem = f"is silent for {patience:g} s"
                raise DriverError(self._name, problem) from None
            if line is None:
                raise DriverError(self._name, "has ended")
            try:
                reply = json.loads(line)
            except ValueError:
                raise DriverError(
                    self._name, f"replied with what is not JSON: {line.strip()[:80]!r}"
                ) from None
            if not isinstance(reply, dict):
                raise DriverError(
                    self._name, f"replied with JSON that is not an object: {line.strip()[:80]!r}"
                )
            if reply.get("id", number) == number:
                self._has_started = True
                return reply

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip():
                self._lines.put(line)
        self._lines.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
