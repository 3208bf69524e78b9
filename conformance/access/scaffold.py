"""Writing a new target file (``sparkrtc-conformance target init``)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from conformance.access.capability import CAPABILITIES, PROFILES
from conformance.access.settings import TargetSettings
from conformance.access.target_file import load_target
from conformance.errors import ConfigurationError

_FIXTURES = """
[fixtures]
# app_id = ""            # an existing application
# room_id = ""           # a room of it with a user in it
# user_id = ""           # that user
# bucket = ""            # an OBS bucket of the account
# bucket_object = ""     # an object in it
# bucket_object_bytes = 1  # and how many bytes that has
# app_quota = 20         # applications that the account may have
# callback_url = ""      # where the target reaches this machine

[timeouts]
# connect = 10.0
# read = 30.0
# total = 60.0

[limits]
# requests = 1000        # stop after so many
"""


def write_target(
    path: Path,
    *,
    base_url: str,
    profile: str = "live",
    name: str | None = None,
    identity_url: str | None = None,
    project_id: str | None = None,
    capabilities: Iterable[str] | None = None,
    production: bool = False,
    overwrite: bool = False,
) -> TargetSettings:
    """Write a commented target file and return it as it is read back.

    Raises ConfigurationError when the file exists (without ``overwrite``) or would not load.
    """
    if path.exists() and not overwrite:
        raise ConfigurationError(
            str(path), "exists already", "choose another name, or replace it with --overwrite"
        )
    facts: dict[str, str | None] = {
        "name": name,
        "base_url": base_url,
        "identity_url": identity_url,
        "project_id": project_id,
        "profile": profile,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in facts.items() if value is not None]
    if production:
        lines.append("production = true")
    chosen = set(PROFILES.get(profile, ()) if capabilities is None else capabilities)
    unknown = sorted(chosen - set(CAPABILITIES))
    text = "\n".join([*lines, "", *_capability_lines(chosen, unknown)]) + "\n" + _FIXTURES
    draft = path.with_name(f"{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        settings = load_target(draft, {})
        draft.replace(path)
    except OSError as error:
        raise ConfigurationError(str(path), error.strerror or str(error)) from None
    finally:
        draft.unlink(missing_ok=True)
    return settings


def _capability_lines(chosen: set[str], unknown: list[str]) -> list[str]:
    """Every capability with its meaning; those not chosen are commented out."""
    lines = [
        "# What the target offers and allows. Without writes nothing but reads is sent.",
        "capabilities = [",
    ]
    for name, meaning in CAPABILITIES.items():
        mark = "" if name in chosen else "# "
        lines.append(f"  {mark}{_quoted(name)},  # {meaning}")
    lines += [f"  {_quoted(name)}," for name in unknown]
    return [*lines, "]"]


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
