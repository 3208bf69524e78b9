"""The files of one job in one format: when they begin, go on and are complete (6.1).

A track is told, stretch by stretch, whether its source was sending. It never looks at a clock, so
that an hour that a test moves the clock by makes the same files as an hour that passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Format = Literal["HLS", "MP4"]
MOST_FILES = 1500
"""Files of one stretch: a clock that is moved by years leaves the last of them, no more."""


@dataclass(slots=True)
class OpenFile:
    """A file that is being recorded; ``rule`` is the content of its rule when it was begun.

    ``paused`` is since when nothing has come, None while something comes.
    """

    started: datetime
    rule: Mapping[str, Any]
    paused: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A file was begun."""

    moment: datetime
    format: Format
    file: OpenFile


@dataclass(frozen=True, slots=True)
class Completed:
    """A file was completed; ``ended`` is where its recording ends, at ``moment`` at the latest."""

    moment: datetime
    format: Format
    file: OpenFile
    ended: datetime


Change = Begun | Completed


@dataclass(slots=True)
class Track:
    """What one job records in one format."""

    format: Format
    file: OpenFile | None = field(default=None)

    def go(
        self, rule: Mapping[str, Any], since: datetime, until: datetime, *, sending: bool
    ) -> Iterator[Change]:
        """From ``since`` to ``until`` the source was ``sending``, or was not."""
        if sending:
            yield from self._resume(rule, since)
            yield from self._cycle(rule, until)
        elif self.file is not None:
            self.file.paused = self.file.paused or since
            yield from self._give_up(until)

    def finish(self, moment: datetime) -> Iterator[Change]:
        """The recording is over."""
        if self.file is not None:
            yield self._complete(max(moment, self.file.started), self.file.paused or moment)

    def _resume(self, rule: Mapping[str, Any], since: datetime) -> Iterator[Change]:
        if self.file is None:
            yield self._begin(rule, since)
        elif self.file.paused is not None:
            given_up = tuple(self._give_up(since))
            yield from given_up
            if given_up:
                yield self._begin(rule, since)
            else:
                self.file.paused = None

    def _cycle(self, rule: Mapping[str, Any], until: datetime) -> Iterator[Change]:
        """A file that has reached its cycle makes room for the next; 0 is one file for all."""
        self._skip(until)
        while self.file is not None:
            seconds = self._config(self.file)["record_cycle"]
            ends = self.file.started + timedelta(seconds=seconds)
            if not seconds or ends > until:
                return
            yield self._complete(ends, ends)
            yield self._begin(rule, ends)

    def _skip(self, until: datetime) -> None:
        """Leave out the first files of a stretch that holds more than anybody wants."""
        seconds = 0 if self.file is None else self._config(self.file)["record_cycle"]
        if self.file is None or not seconds:
            return
        surplus = int((until - self.file.started).total_seconds() // seconds) - MOST_FILES
        if surplus > 0:
            self.file.started += timedelta(seconds=surplus * seconds)

    def _give_up(self, until: datetime) -> Iterator[Change]:
        """An interruption that is too long ends the file; -1 waits for ever."""
        if self.file is None or self.file.paused is None:
            return
        seconds = self._config(self.file)["record_max_duration_to_merge_file"]
        latest = self.file.paused + timedelta(seconds=max(0, seconds))
        if seconds == 0 or (seconds > 0 and latest < until):
            yield self._complete(latest, self.file.paused)

    def _begin(self, rule: Mapping[str, Any], moment: datetime) -> Begun:
        self.file = OpenFile(moment, rule)
        return Begun(moment, self.format, self.file)

    def _complete(self, moment: datetime, ended: datetime) -> Completed:
        if self.file is None:
            raise RuntimeError("no file is open")
        file, self.file = self.file, None
        return Completed(moment, self.format, file, max(ended, file.started))

    def _config(self, file: OpenFile) -> Mapping[str, Any]:
        config: Mapping[str, Any] = file.rule[f"{self.format.lower()}_config"]
        return config
