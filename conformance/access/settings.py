"""The target file: everything that the suite must know about one implementation.

It is TOML (``docs/target.example.toml`` is a commented one); its JSON Schema is
``target.schema.json`` in this package. It contains no secrets.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from annotated_types import Ge, Gt

from conformance.access.capability import (
    CAPABILITIES,
    EMULATOR,
    LIVE,
    PROFILES,
    TOUCHES_OTHERS,
    WRITES,
)
from conformance.access.record import WEB_ADDRESS, OneOf, read_record
from conformance.errors import ConfigurationError
from conformance.given_files import given_text
from conformance.model.text import Text
from conformance.model.waiver import Waiver

#: Domains of the public cloud, whose accounts cost money and serve customers (table 1-1).
PRODUCTION_DOMAINS = (
    "myhuaweicloud.com",
    "myhuaweicloud.cn",
    "myhuaweicloud.eu",
    "huaweicloud.com",
    "myhwclouds.com",
)


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Resources that exist at the target and that a run may use, but never deletes."""

    app_id: Text | None = None
    """An existing application."""
    room_id: Text | None = None
    """A room with a user in it, inside that application."""
    user_id: Text | None = None
    """A user in that room."""
    bucket: Text | None = None
    """An OBS bucket of the account."""
    bucket_location: Text | None = None
    """Region of that bucket."""
    bucket_object: Text | None = None
    """An object in that bucket."""
    bucket_object_bytes: Annotated[int, Gt(0)] | None = None
    """How many bytes that object has."""
    app_quota: Annotated[int, Gt(0)] | None = None
    """How many applications the account may have, where that is not the default of 20."""
    callback_url: Text | None = None
    """Address where the target reaches our listener."""
    callback_listen: Text | None = None
    """Host:port that we listen on for callback_url; by default its port, everywhere."""
    callback_cert: Text | None = None
    """Certificate and private key of our listener, PEM; with it we listen with TLS."""
    rooms_url: Annotated[Text, WEB_ADDRESS] | None = None
    """PUT and DELETE under {app}/{room}/users/{user} here make people come and go."""
    clock_url: Text | None = None
    """POST {seconds} here moves the target's clock."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that each stage of a request may take; ``total`` covers all of it."""

    connect: Annotated[float, Gt(0)] = 10.0
    """Until a connection stands."""
    read: Annotated[float, Gt(0)] = 30.0
    """Between two pieces of an answer."""
    write: Annotated[float, Gt(0)] = 30.0
    """Between two pieces of a request."""
    pool: Annotated[float, Gt(0)] = 30.0
    """Until a connection is free."""
    total: Annotated[float, Gt(0)] = 60.0
    """From start to last byte."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How the target's certificate is checked, and which client certificate is shown."""

    verify: bool = True
    """Check the certificate of the target."""
    ca_file: Text | None = None
    """Own certificate authority, PEM."""
    client_cert: Text | None = None
    """Our certificate, PEM."""
    client_key: Text | None = None
    """Its private key, if it is in a file of its own."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on what a run asks of the target."""

    requests: Annotated[int, Ge(1)] | None = None
    """Most requests a run may send."""
    consecutive_network_failures: Annotated[int, Ge(1)] = 5
    """Failures in a row after which the run stops with exit status 3."""
    flow_control: bool | None = None
    """It has the flow control of table 1-2; by default only a live target has."""
    scale: Annotated[float, Gt(0)] = 1.0
    """The target's clock runs this many times faster (serve --flow-control)."""
    statistics_lag: Annotated[float, Ge(0)] | None = None
    """Seconds until chapter 13 shows what happened; by default 300 at a live target, else 5."""
    notifications: Annotated[float, Gt(0)] | None = None
    """Seconds that an event is waited for; by default 60 at a live target, else 5."""
    duration: Annotated[float, Gt(0)] | None = None
    """Seconds that a run may take; then it ends as interrupted, and deletes what it made."""
    response_bytes: Annotated[int, Ge(1024)] = 20 * 1024 * 1024
    """Largest answer that is read."""


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """One target file, read and checked."""

    base_url: Annotated[Text, WEB_ADDRESS]
    """Where the API is, scheme and host."""
    name: Text = ""
    """What reports call it; the host by default."""
    identity_url: Annotated[Text, WEB_ADDRESS] | None = None
    """Where tokens come from."""
    project_id: Text | None = None
    """Project id of the account."""
    project_name: Text | None = None
    """Project name, for scoping a token."""
    profile: Annotated[str, OneOf(tuple(PROFILES))] = "live"
    """What it is held to."""
    capabilities: frozenset[Annotated[str, OneOf(tuple(CAPABILITIES))]] = frozenset()
    """What it offers and allows."""
    operations: tuple[Text, ...] = ()
    """The operations that it offers, if not all: ids, globs or chapters; no other is called."""
    production: bool = False
    """Yes, this is a production host and may be tested."""
    auth: Annotated[str, OneOf(("auto", "token", "password", "signature"))] = "auto"
    """Which credentials are used where both are allowed."""
    credentials_file: Text | None = None
    """TOML file with the credentials."""
    proxy: Annotated[Text, WEB_ADDRESS] | None = None
    """HTTP proxy, without user name and password."""
    trust_env: bool = False
    """Let HTTPS_PROXY and the like choose the proxy."""
    fixtures: Fixtures = field(default_factory=Fixtures)
    """What may be used."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    """Seconds per stage."""
    tls: Tls = field(default_factory=Tls)
    """Certificates."""
    limits: Limits = field(default_factory=Limits)
    """How much may be asked."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Extra request headers, no secrets."""
    errata: Mapping[str, str] = field(default_factory=dict)
    """Errata with a pinned reading: id = reading."""
    waivers: tuple[Waiver, ...] = ()
    """Accepted deviations."""

    @property
    def allow_writes(self) -> bool:
        """Whether requests that change something may be sent."""
        return WRITES in self.capabilities

    @property
    def has_flow_control(self) -> bool:
        """Whether the target enforces flow control (table 1-2), so that requests must wait."""
        given = self.limits.flow_control
        return self.profile == LIVE if given is None else given

    @property
    def statistics_lag(self) -> float:
        """Seconds after which the statistics show what happened."""
        given = self.limits.statistics_lag
        return (300.0 if self.profile == "live" else 5.0) if given is None else given

    @property
    def notification_seconds(self) -> float:
        """Seconds to wait for a notification."""
        given = self.limits.notifications
        return (60.0 if self.profile == LIVE else 5.0) if given is None else given

    @property
    def others_may_move(self) -> bool:
        """Whether others may use the target meanwhile: if it is live, or the file says so."""
        return self.profile == "live" or self.limits.statistics_lag is not None

    def allows(self, capability: str) -> bool:
        """Whether the target file lists the ``capability``."""
        return capability in self.capabilities


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


def is_loopback(url: str) -> bool:
    """Whether the host of ``url`` is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_production(url: str) -> bool:
    """Whether the host of ``url`` belongs to the public cloud."""
    name = unicodedata.normalize("NFKC", urlsplit(url).hostname or "").replace("\u3002", ".")
    host = name.rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in PRODUCTION_DOMAINS)


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
