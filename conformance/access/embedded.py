"""The reference as a process of its own, for runs that name no target."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from types import TracebackType
from typing import Any

from conformance.errors import TargetUnreachable

_PROGRAM = "from conformance.reference.server import serve; serve(seed=0, with_control=True)"
_STOP_SECONDS = 5.0


class EmbeddedReference:
    """Starts the reference on a free loopback port; ``announced`` is its first line.

    It starts in the background while the run is prepared; reading the line waits for it.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-c", _PROGRAM],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    @cached_property
    def announced(self) -> Mapping[str, Any]:
        """The parsed first line. Raises TargetUnreachable when the reference does not start."""
        return self._first_line()

    def stop(self) -> None:
        """End the process; it has no state to save."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> EmbeddedReference:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _first_line(self) -> Mapping[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        try:
            announced: dict[str, Any] = json.loads(line)
        except ValueError as error:
            self.stop()
            raise TargetUnreachable(
                "the embedded reference", "did not start", "try sparkrtc-conformance serve"
            ) from error
        return announced
