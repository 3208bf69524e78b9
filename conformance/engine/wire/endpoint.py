"""Resolves what the user names (a file, a URL, the embedded reference) to an endpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.access.auth import Account
from conformance.access.capability import CAPABILITIES, LIVE
from conformance.access.credentials import Credentials, credentials_from
from conformance.access.hosts import is_loopback
from conformance.access.settings import Fixtures, TargetSettings
from conformance.access.target_file import load_target, target_from_url

_EMBEDDED_CANNOT = frozenset({"duplicates", "server-errors", "tls", "flow-control"})
"""What the embedded reference does not offer: it speaks plain HTTP, and never fails."""


@dataclass(frozen=True, slots=True)
class Second:
    """A second tenant with its own project: it must not see anything of the first."""

    token: str
    project_id: str


@dataclass(frozen=True, slots=True)
class Reach:
    """An endpoint: where to send, our credentials there, and which other identities exist."""

    settings: TargetSettings
    credentials: Credentials
    account: Account | None = None
    second: Second | None = None
    expired: str | None = None
    """A token of ours that has ended."""
    edition: str | None = None
    """The edition that the target keeps, where it is known to keep no other."""

    def offering(self, operations: Iterable[str]) -> Reach:
        """The same endpoint, said to offer these operations and no others."""
        settings = dataclasses.replace(self.settings, operations=tuple(operations))
        return dataclasses.replace(self, settings=settings)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is known before a request is sent."""
        others = (self.second.token if self.second else None, self.expired)
        return (*self.credentials.secrets, *(token for token in others if token))

    @property
    def named(self) -> dict[str, str | None]:
        """Ids that the user has configured, by setting (``project_id``, ``fixtures.…``)."""
        groups = {"fixtures": self.settings.fixtures, "account": self.account}
        return {
            "project_id": self.settings.project_id,
            "project_name": self.settings.project_name,
            **{
                f"{group}.{name}": value
                for group, record in groups.items()
                if record is not None
                for name, value in dataclasses.asdict(record).items()
            },
        }


def reach_target(
    target: str, env: Mapping[str, str], profile: str | None = None, *, anonymous: bool = False
) -> Reach:
    """The endpoint of a target file or base URL, judged by ``profile`` if one is named.

    ``anonymous``: the API needs no credentials. Raises ConfigurationError when it cannot be used.
    """
    if "://" in target:
        settings = target_from_url(target, env, profile=profile)
    else:
        settings = load_target(Path(target), env)
    return _reach(settings, env, anonymous=anonymous)


def is_read_only_by_default(
    target: str | None, profile: str | None, settings: TargetSettings
) -> bool:
    """Whether a target has the profile live only because the user has named no other."""
    bare = target is not None and "://" in target
    return bare and profile is None and settings.profile == LIVE and not settings.allow_writes


def reach_embedded(announced: Mapping[str, Any]) -> Reach:
    """The endpoint of the embedded reference, from its first line of output."""
    names = {
        "token": "SPARKRTC_TOKEN",
        "project_id": "SPARKRTC_PROJECT_ID",
        "identity_url": "SPARKRTC_IDENTITY_URL",
        "ak": "HUAWEICLOUD_SDK_AK",
        "sk": "HUAWEICLOUD_SDK_SK",
        "username": "SPARKRTC_USERNAME",
        "password": "SPARKRTC_PASSWORD",
        "domain": "SPARKRTC_DOMAIN",
    }
    env = {variable: str(announced[key]) for key, variable in names.items()}
    env["SPARKRTC_SECOND_TOKEN"] = announced["second"]["token"]
    env["SPARKRTC_SECOND_PROJECT_ID"] = announced["second"]["project_id"]
    env["SPARKRTC_EXPIRED_TOKEN"] = announced["expired_token"]
    base = str(announced["base_url"])
    settings = dataclasses.replace(
        target_from_url(base, env),
        name="embedded reference",
        project_name=announced["project_name"],
        capabilities=frozenset(CAPABILITIES) - _EMBEDDED_CANNOT,
        fixtures=Fixtures(
            clock_url=f"{base}/_control/advance",
            rooms_url=f"{base}/_control/rooms",
            **announced["fixtures"],
            **announced["facts"],
        ),
    )
    return dataclasses.replace(_reach(settings, env), edition=announced["edition"])


def _reach(settings: TargetSettings, env: Mapping[str, str], *, anonymous: bool = False) -> Reach:
    """Load all credentials; drop capabilities whose credentials are missing."""
    credentials = credentials_from(env, settings, needed=not anonymous)
    account = None
    user, password = env.get("SPARKRTC_USERNAME"), env.get("SPARKRTC_PASSWORD")
    domain = env.get("SPARKRTC_DOMAIN")
    if user and password and domain:
        account = Account(user, password, domain)
    second = None
    if env.get("SPARKRTC_SECOND_TOKEN") and env.get("SPARKRTC_SECOND_PROJECT_ID"):
        second = Second(env["SPARKRTC_SECOND_TOKEN"], env["SPARKRTC_SECOND_PROJECT_ID"])
    unclaimed: set[str] = set()
    if account is None or settings.identity_url is None:
        unclaimed.add("identity")
    if credentials.signature is None:
        unclaimed.add("aksk")
    if second is None:
        unclaimed |= {"second-project", "second-tenant"}
    expired = env.get("SPARKRTC_EXPIRED_TOKEN") or None
    if expired is None:
        unclaimed.add("expired-token")
    if settings.fixtures.clock_url is None:
        unclaimed.add("clock")
    if settings.fixtures.rooms_url is None:
        unclaimed.add("participants")
    if settings.fixtures.callback_url is None and not is_loopback(settings.base_url):
        unclaimed.add("callback")
    claimed = settings.capabilities - unclaimed
    claiming = dataclasses.replace(settings, capabilities=claimed)
    return Reach(claiming, credentials, account, second, expired)
