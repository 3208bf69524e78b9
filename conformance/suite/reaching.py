"""From what the user names to where requests go: a file, a URL, or the embedded reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.suite.session import Reach
from conformance.target.capability import CAPABILITIES
from conformance.target.credentials import credentials_from
from conformance.target.settings import Fixtures, load_target, target_from_url


def reach_target(target: str, env: Mapping[str, str]) -> Reach:
    """A target file or a base URL. Raises ConfigurationError when it cannot be used."""
    if "://" in target:
        settings = target_from_url(target, env)
    else:
        settings = load_target(Path(target), env)
    return Reach(settings, credentials_from(env, settings))


def reach_embedded(announced: Mapping[str, Any]) -> Reach:
    """The embedded reference, by what its first line announces; it offers every capability."""
    env = {
        "SPARKRTC_TOKEN": announced["token"],
        "SPARKRTC_PROJECT_ID": announced["project_id"],
        "SPARKRTC_IDENTITY_URL": announced["identity_url"],
        "HUAWEICLOUD_SDK_AK": announced["ak"],
        "HUAWEICLOUD_SDK_SK": announced["sk"],
    }
    settings = target_from_url(str(announced["base_url"]), env)
    settings = dataclasses.replace(
        settings,
        name="embedded reference",
        capabilities=frozenset(CAPABILITIES),
        fixtures=Fixtures(**announced.get("fixtures", {})),
    )
    return Reach(settings, credentials_from(env, settings))
