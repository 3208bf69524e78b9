"""Finding the credentials of a run, complete and of the kind the target asks for (3.2).

Secrets come from the environment or from a TOML file (``credentials_file``), never from a flag.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from conformance.access.auth import Account, Heard, PasswordAuth, SignatureAuth, TokenAuth
from conformance.access.record import read_record
from conformance.access.settings import TargetSettings
from conformance.errors import ConfigurationError
from conformance.given_files import given_text
from conformance.model.text import Text

__all__ = ["Credentials", "PasswordAuth", "SignatureAuth", "TokenAuth", "credentials_from"]


@dataclass(frozen=True, slots=True)
class _Secrets:
    """The credentials file; an environment variable takes precedence over each entry."""

    token: Text | None = None
    """A token (SPARKRTC_TOKEN)."""
    username: Text | None = None
    """User name (SPARKRTC_USERNAME)."""
    password: Text | None = None
    """Password (SPARKRTC_PASSWORD)."""
    domain: Text | None = None
    """Account name (SPARKRTC_DOMAIN)."""
    ak: Text | None = None
    """Access key id (HUAWEICLOUD_SDK_AK)."""
    sk: Text | None = None
    """Secret access key (HUAWEICLOUD_SDK_SK)."""
    proxy_username: Text | None = None
    """For the proxy (SPARKRTC_PROXY_USERNAME)."""
    proxy_password: Text | None = None
    """For the proxy (SPARKRTC_PROXY_PASSWORD)."""


_VARIABLES = {
    "token": "SPARKRTC_TOKEN",
    "username": "SPARKRTC_USERNAME",
    "password": "SPARKRTC_PASSWORD",
    "domain": "SPARKRTC_DOMAIN",
    "ak": "HUAWEICLOUD_SDK_AK",
    "sk": "HUAWEICLOUD_SDK_SK",
    "proxy_username": "SPARKRTC_PROXY_USERNAME",
    "proxy_password": "SPARKRTC_PROXY_PASSWORD",
}


_HIDDEN = ("token", "password", "ak", "sk", "proxy_password")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """All credentials found; ``default`` is the one to use where any kind is allowed.

    ``secrets`` are the values that a redactor must know.
    """

    default: httpx.Auth
    token: TokenAuth | PasswordAuth | None
    signature: SignatureAuth | None
    secrets: tuple[str, ...]
    proxy: tuple[str, str] | None = None
    warnings: tuple[str, ...] = ()
    """What the owner of the credentials should know, a line each."""

    def listen(self, heard: Heard) -> None:
        """Call ``heard`` with every secret: those known now, and each token when it is obtained."""
        for secret in self.secrets:
            heard(secret)
        if isinstance(self.token, PasswordAuth):
            self.token.listen(heard)


class Nobody(httpx.Auth):
    """No credentials, for an API that needs none."""


def credentials_from(
    env: Mapping[str, str], settings: TargetSettings, *, needed: bool = True
) -> Credentials:
    """Credentials of the environment, else of the credentials file.

    ``needed``: an API that asks for none is reached without any, and is sent none.
    Raises ConfigurationError: none at all, a part missing, or the kind the target asks for
    (``auth``) is not there. A token comes before an access key, since every operation takes one.
    """
    found = _gather(env, settings)
    if not needed:
        hidden = tuple(found[key] for key in _HIDDEN if key in found)
        return Credentials(Nobody(), None, None, hidden, _proxy(found))
    token: TokenAuth | PasswordAuth | None = None
    if _wanted(found, ("username", "password", "domain"), "password", settings):
        token = _password_auth(found, settings)
    if "token" in found and settings.auth != "password":
        token = TokenAuth(found["token"])
    signed: SignatureAuth | None = None
    if _wanted(found, ("ak", "sk"), "signature", settings):
        signed = SignatureAuth(found["ak"], found["sk"], settings.project_id)
    default = signed if settings.auth == "signature" else token or signed
    if settings.auth == "token" and not isinstance(token, TokenAuth):
        raise ConfigurationError(settings.name, "auth is token", "set SPARKRTC_TOKEN")
    if default is None:
        raise ConfigurationError(
            f"credentials for {settings.name}",
            "none are given",
            "set SPARKRTC_TOKEN, or SPARKRTC_USERNAME, SPARKRTC_PASSWORD and SPARKRTC_DOMAIN,"
            " or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK",
        )
    hidden = tuple(found[key] for key in _HIDDEN if key in found)
    warned = _open_to_others(env.get("SPARKRTC_CREDENTIALS_FILE") or settings.credentials_file)
    return Credentials(default, token, signed, hidden, _proxy(found), warned)


def secrets_in(env: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret that the environment holds, or the credentials file that it names."""
    try:
        stored = _read_file(env.get("SPARKRTC_CREDENTIALS_FILE"))
    except ConfigurationError:
        stored = _Secrets()
    values = [env.get(_VARIABLES[key]) for key in _HIDDEN]
    values += [getattr(stored, key) for key in _HIDDEN]
    values += [env.get("SPARKRTC_SECOND_TOKEN"), env.get("SPARKRTC_EXPIRED_TOKEN")]
    return tuple(value for value in values if value)


def _gather(env: Mapping[str, str], settings: TargetSettings) -> dict[str, str]:
    """Environment over file; empty variables count as unset."""
    stored = _read_file(env.get("SPARKRTC_CREDENTIALS_FILE") or settings.credentials_file)
    merged = {
        key: env.get(variable) or getattr(stored, key) for key, variable in _VARIABLES.items()
    }
    found = {key: value for key, value in merged.items() if value}
    for key, value in found.items():
        if value != value.strip() or not value.isprintable():
            problem = "holds spaces or line breaks around it"
            raise ConfigurationError(_VARIABLES[key], problem, "remove them")
    return found


def _open_to_others(name: str | None) -> tuple[str, ...]:
    """A warning for a credentials file that others than its owner can read or write.

    Only where the system has such modes; ACLs are not looked at.
    """
    if name is None or os.name != "posix":
        return ()
    mode = stat.S_IMODE(Path(name).stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ()
    return (f"credentials file {name}: is open to others (mode {mode:03o}); make it 600",)


def _read_file(name: str | None) -> _Secrets:
    if name is None:
        return _Secrets()
    try:
        table = tomllib.loads(given_text(Path(name)))
    except OSError as error:
        raise ConfigurationError(name, error.strerror or str(error), "check the path") from None
    except (ValueError, RecursionError):
        # The parser's message could quote a secret.
        raise ConfigurationError(name, "is not TOML", 'write lines such as token = "…"') from None
    return read_record(_Secrets, table, name, is_secret=True)


def _wanted(
    found: Mapping[str, str], keys: tuple[str, ...], kind: str, settings: TargetSettings
) -> bool:
    """Whether all parts of one kind are given; only some of them is an error."""
    missing = [_VARIABLES[key] for key in keys if key not in found]
    if missing and (len(missing) < len(keys) or settings.auth == kind):
        has = [_VARIABLES[key] for key in keys if key in found]
        thing = f"{' and '.join(has)} set" if has else f"auth is {kind}"
        raise ConfigurationError(thing, f"{' and '.join(missing)} missing", "set it too")
    return not missing


def _password_auth(found: Mapping[str, str], settings: TargetSettings) -> PasswordAuth:
    if settings.identity_url is None:
        raise ConfigurationError(
            "SPARKRTC_USERNAME", "there is no identity service", "set identity_url"
        )
    project: dict[str, str] = {}
    if settings.project_name:
        project["name"] = settings.project_name
    elif settings.project_id:
        project["id"] = settings.project_id
    else:
        raise ConfigurationError(
            "SPARKRTC_USERNAME", "the token needs a project", "set project_name or project_id"
        )
    account = Account(found["username"], found["password"], found["domain"])
    return PasswordAuth(settings.identity_url, account, project)


def _proxy(found: Mapping[str, str]) -> tuple[str, str] | None:
    if "proxy_username" not in found:
        return None
    return found["proxy_username"], found.get("proxy_password", "")
