"""The settings of a target: everything that the suite must know about one implementation.

They are the tables of the target file (``target_file``); their JSON Schema is
``target.schema.json`` in this package. They contain no secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge, Gt

from conformance.access.capability import (
    CAPABILITIES,
    LIVE,
    PROFILES,
    WRITES,
)
from conformance.access.record import WEB_ADDRESS, OneOf
from conformance.model.text import Text
from conformance.model.waiver import Waiver


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
        return (60.0 if self.profile == LIVE else 12.0) if given is None else given

    @property
    def others_may_move(self) -> bool:
        """Whether others may use the target meanwhile: if it is live, or the file says so."""
        return self.profile == "live" or self.limits.statistics_lag is not None

    def allows(self, capability: str) -> bool:
        """Whether the target file lists the ``capability``."""
        return capability in self.capabilities
