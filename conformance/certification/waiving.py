"""Waivers of a client: the ``[[waivers]]`` of a target file, in a file of their own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from conformance.access.record import read_record
from conformance.errors import ConfigurationError
from conformance.given_files import given_text
from conformance.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class _WaiverFile:
    waivers: tuple[Waiver, ...] = ()
    """Known deviations of the client."""


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers. Raises ConfigurationError naming file, key and remedy."""
    try:
        table = tomllib.loads(given_text(path))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(str(path), f"cannot be read as TOML ({why})") from error
    return read_record(_WaiverFile, table, str(path)).waivers
