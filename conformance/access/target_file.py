"""The target file: read, completed from the environment, and checked.

It is TOML; ``docs/target.example.toml`` is a commented one.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from conformance.access.capability import EMULATOR, LIVE, PROFILES, TOUCHES_OTHERS
from conformance.access.hosts import is_loopback, is_production
from conformance.access.record import read_record
from conformance.access.settings import TargetSettings
from conformance.errors import ConfigurationError
from conformance.given_files import given_text


def load_target(path: Path, env: Mapping[str, str]) -> TargetSettings:
    """Read a target file; the environment fills what the file leaves out.

    Raises ConfigurationError: unreadable, unknown key (with the key that was probably meant),
    wrong value, or a production host without ``production = true``.
    """
    source = re.sub(r"^\w+:.*@", "…@", str(path))
    try:
        table = tomllib.loads(given_text(path))
    except OSError as error:
        raise ConfigurationError(source, error.strerror or str(error), "check the path") from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(source, f"is not TOML: {error}") from None
    settings = read_record(TargetSettings, table, source)
    _check_url("base_url", settings.base_url, source)
    settings = _complete(settings, env, "capabilities" in table)
    _check(settings, source)
    return _anchor(settings, path.resolve().parent)


def target_from_url(
    url: str, env: Mapping[str, str], *, production: bool = False, profile: str | None = None
) -> TargetSettings:
    """Settings for a bare URL: loopback is an emulator that may be written to, else read-only.

    ``profile`` overrides that, except for a production host: only a target file can allow writes
    there. A production host needs ``production`` (or ``SPARKRTC_PRODUCTION=yes``), even for
    reading.
    """
    _check_url("base_url", url, "target")
    yes = production or env.get("SPARKRTC_PRODUCTION", "").lower() in {"yes", "true", "1"}
    usual = EMULATOR if is_loopback(url) else LIVE
    chosen = LIVE if is_production(url) else profile or usual
    settings = TargetSettings(base_url=url, profile=chosen, production=yes)
    settings = _complete(settings, env, listed=False)
    _check(settings, url)
    return settings


def _complete(settings: TargetSettings, env: Mapping[str, str], listed: bool) -> TargetSettings:
    project = settings.project_id or env.get("SPARKRTC_PROJECT_ID")
    identity = settings.identity_url or env.get("SPARKRTC_IDENTITY_URL") or None
    capabilities = settings.capabilities
    if not listed:
        capabilities = PROFILES[settings.profile] | ({"identity"} if identity else set())
    return dataclasses.replace(
        settings,
        name=settings.name or urlsplit(settings.base_url).netloc.rpartition("@")[2],
        base_url=settings.base_url.rstrip("/"),
        identity_url=identity.rstrip("/") if identity else None,
        project_id=project or env.get("HUAWEICLOUD_SDK_PROJECT_ID") or None,
        capabilities=capabilities,
    )


def _check(settings: TargetSettings, source: str) -> None:
    for key, url in (
        ("base_url", settings.base_url),
        ("identity_url", settings.identity_url),
        ("proxy", settings.proxy),
        ("fixtures.rooms_url", settings.fixtures.rooms_url),
    ):
        if url is not None:
            _check_url(key, url, source)
    for url in (settings.base_url, settings.identity_url or ""):
        if is_production(url) and not settings.production:
            raise ConfigurationError(
                source,
                f"{urlsplit(url).hostname} is a production host",
                "say production = true in the target file (or SPARKRTC_PRODUCTION=yes) to test it",
            )
    if settings.tls.client_key and not settings.tls.client_cert:
        raise ConfigurationError(source, "tls.client_key has no tls.client_cert", "give both")
    for capability in sorted(settings.capabilities & TOUCHES_OTHERS):
        if not settings.allow_writes:
            raise ConfigurationError(
                source, f"{capability} needs writes", "add writes to capabilities"
            )


def _check_url(key: str, url: str, source: str) -> None:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise ConfigurationError(
            source, f"{key} is not a URL", "give http(s)://host[:port]"
        ) from None
    if "@" in url:
        raise ConfigurationError(
            source, f"{key} holds a user name or password", "put secrets into the environment"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_good:
        raise ConfigurationError(source, f"{key} is {url!r}", "give http(s)://host[:port]")
    if parts.query or parts.fragment:
        raise ConfigurationError(source, f"{key} has a query or fragment", "leave it out")


def _anchor(settings: TargetSettings, folder: Path) -> TargetSettings:
    """Resolve file names relative to the target file."""

    def at(name: str | None) -> str | None:
        return str(folder / name) if name else None

    tls = dataclasses.replace(
        settings.tls,
        ca_file=at(settings.tls.ca_file),
        client_cert=at(settings.tls.client_cert),
        client_key=at(settings.tls.client_key),
    )
    fixtures = dataclasses.replace(
        settings.fixtures, callback_cert=at(settings.fixtures.callback_cert)
    )
    credentials = at(settings.credentials_file)
    return dataclasses.replace(settings, tls=tls, fixtures=fixtures, credentials_file=credentials)
