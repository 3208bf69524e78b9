"""A script: who does what in which room, and when; checked before any of it is played.

app: demo-classroom                 # id or name of an application
room: lesson-1                      # where a step names none
steps:
- {at: 0, who: anna, does: join, role: publisher, streams: [AUDIO, CAMERASTREAM]}
- {at: 20, who: anna, does: mute, streams: [CAMERASTREAM]}
- {at: 90, who: anna, does: leave}
until: 120                          # seconds that pass altogether
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.errors import UsageError
from conformance.given_files import given_text
from conformance.reference.statistics.vocabulary import Role, Stream

Deed = Literal["join", "publish", "mute", "role", "leave"]
Seconds = Annotated[float, Field(ge=0, le=30 * 86400)]
Name = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^/]+$")]
BOTH: tuple[Stream, ...] = ("AUDIO", "CAMERASTREAM")
_REMEDY = "docs/events.md shows a script"


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Plain):
    """One deed at one moment, in seconds from the begin.

    ``join`` and ``publish`` take streams (sound and camera by default, none of a player), ``mute``
    those that fall
    silent (all by default), ``join`` and ``role`` a role.
    """

    at: Seconds
    who: Name
    does: Deed
    room: Name | None = None
    role: Role | None = None
    streams: tuple[Stream, ...] | None = None


class _Script(_Plain):
    app: Name
    room: Name | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    until: Seconds = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A script that can be played: every step with its room, in the order of time."""

    app: str
    steps: tuple[tuple[Step, str], ...]
    until: float


def read_script(path: Path) -> Script:
    """Read and check a script. Raises UsageError naming the file, the place and the problem."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        node = yaml.load(given_text(path), Loader=loader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise UsageError(str(path), f"is no YAML that can be read ({problem})", _REMEDY) from None
    if not isinstance(node, dict):
        raise UsageError(str(path), "is no script", _REMEDY)
    try:
        known = _Script.model_validate(node)
    except ValidationError as error:
        raise UsageError(str(path), _first(error), _REMEDY) from None
    return _checked(known, str(path))


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    place = ".".join(
        f"step {part + 1}" if isinstance(part, int) else str(part)
        for part in found["loc"]
        if part != "steps" or len(found["loc"]) == 1
    )
    return f"{place or 'the script'}: {found['msg'].lower()}"


def _checked(known: _Script, source: str) -> Script:
    """What every step needs: a room, a role to take, and somebody who is there."""
    placed: list[tuple[Step, str]] = []
    inside: set[tuple[str, str]] = set()
    for number, step in sorted(enumerate(known.steps, 1), key=lambda pair: pair[1].at):
        room = step.room or known.room
        problem = _problem(step, room, inside)
        if problem is not None or room is None:
            raise UsageError(source, f"step {number}: {problem}", _REMEDY)
        placed.append((step, room))
        (inside.discard if step.does == "leave" else inside.add)((room, step.who))
    last = placed[-1][0].at
    return Script(known.app, tuple(placed), max(known.until, last))


def _problem(step: Step, room: str | None, inside: set[tuple[str, str]]) -> str | None:
    if room is None:
        return "names no room, and the script has none"
    if step.does == "role" and step.role is None:
        return "names no role to take"
    there = (room, step.who) in inside
    if step.does == "join" and there:
        return f"{step.who} is in {room} already"
    if step.does != "join" and not there:
        return f"{step.who} is not in {room}"
    return None


def after(step: Step, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Role and streams of somebody after a step; None for one who has left."""
    if step.does == "leave":
        return None
    role = step.role or (before or {}).get("role", "joiner")
    sent = set((before or {}).get("streams", ()))
    usual = () if role == "player" else BOTH
    named = set(usual if step.streams is None else step.streams)
    if step.does in {"join", "publish"}:
        sent |= named
    elif step.does == "mute":
        sent -= sent if step.streams is None else named
    return {"role": role, "streams": sorted(sent)}
