"""Who we are at the target: a token, a user name with a password, or an access key (3.2).

The three are ``httpx.Auth`` generators: they yield requests and do no I/O of their own.
Secrets come from the environment or from a TOML file (``credentials_file``), never from a flag.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import tomllib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import httpx

from conformance.errors import ConfigurationError, TargetError
from conformance.target import signature
from conformance.target.record import entry, read_record
from conformance.target.settings import TargetSettings

#: A token lives 24 hours (3.2); it is renewed an hour earlier.
TOKEN_SECONDS = 23 * 3600.0
TOKENS_PATH = "/v3/auth/tokens"
Heard = Callable[[str], None]


class TokenAuth(httpx.Auth):
    """A token that somebody else obtained, sent as ``X-Auth-Token``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token and send."""
        request.headers["X-Auth-Token"] = self._token
        yield request


@dataclass(frozen=True, slots=True)
class Account:
    """User name, password and account name, as the identity service wants them (3.1)."""

    username: str
    password: str
    domain: str


class PasswordAuth(httpx.Auth):
    """A token from the identity service, kept until shortly before its 24 hours are over.

    ``heard`` is told every token, so that it can be redacted; ``clock`` is in seconds.
    """

    def __init__(
        self,
        identity_url: str,
        account: Account,
        project: Mapping[str, str],
        *,
        heard: Heard | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = httpx.URL(identity_url.rstrip("/") + TOKENS_PATH)
        self._account = account
        self._project = dict(project)
        self._heard = heard
        self._clock = clock
        self._token: str | None = None
        self._until = 0.0
        self._lock = threading.Lock()

    def listen(self, heard: Heard) -> None:
        """Tell ``heard`` every token from now on."""
        self._heard = heard

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Obtain a token when there is none that lives, then add it and send."""
        token = self._living()
        if token is None:
            response = yield self.token_request()
            token = self._accept(response)
        request.headers["X-Auth-Token"] = token
        yield request

    def token_request(self) -> httpx.Request:
        """``POST /v3/auth/tokens`` for a token of the project (3.1)."""
        user = {
            "name": self._account.username,
            "password": self._account.password,
            "domain": {"name": self._account.domain},
        }
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": {"project": self._project}}}
        return httpx.Request("POST", self._url, json=body)

    def _living(self) -> str | None:
        with self._lock:
            return self._token if self._clock() < self._until else None

    def _accept(self, response: httpx.Response) -> str:
        token = response.headers.get("X-Subject-Token")
        if response.status_code != httpx.codes.CREATED or not token:
            raise TargetError(
                f"identity service {self._url}",
                f"answered {response.status_code} and no token",
                "check SPARKRTC_USERNAME, SPARKRTC_PASSWORD, SPARKRTC_DOMAIN and the project",
            )
        with self._lock:
            self._token, self._until = token, self._clock() + TOKEN_SECONDS
        if self._heard is not None:
            self._heard(token)
        return str(token)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class SignatureAuth(httpx.Auth):
    """An access key: every request is signed (``signature``), at the moment it is sent."""

    requires_request_body = True

    def __init__(
        self,
        ak: str,
        sk: str,
        project_id: str | None = None,
        *,
        now: Callable[[], dt.datetime] = _utc_now,
    ) -> None:
        self._ak = ak
        self._sk = sk
        self._project_id = project_id
        self._now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign and send; bodies over 12 MB are refused, as the document says (3.2)."""
        if len(request.content) > signature.MAX_BODY:
            raise ConfigurationError(
                f"body of {len(request.content)} bytes",
                f"access key signatures cover at most {signature.MAX_BODY} bytes",
                "use a token for this request",
            )
        request.headers.pop("Authorization", None)
        request.headers[signature.DATE_HEADER] = self._now().strftime(signature.DATE_FORMAT)
        if self._project_id:
            request.headers["X-Project-Id"] = self._project_id
        content_type = request.headers.get("Content-Type")
        if signature.needs_unsigned_payload(content_type):
            request.headers[signature.CONTENT_HEADER] = signature.UNSIGNED
        request.headers["Authorization"] = signature.authorization(
            signable(request), self._ak, self._sk
        )
        yield request


_SIGNED = ("content-type", "host", "x-project-id", "x-sdk-content-sha256", "x-sdk-date")


def signable(request: httpx.Request) -> signature.Signable:
    """What a signature covers of a request that is ready to be sent."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return signature.Signable(
        method=request.method,
        path=path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=tuple((name, request.headers[name]) for name in _SIGNED if name in request.headers),
        body=request.content,
    )


@dataclass(frozen=True, slots=True)
class _Secrets:
    """The credentials file: each entry has a variable that comes first."""

    token: str | None = entry("a token (SPARKRTC_TOKEN)", default=None)
    username: str | None = entry("user name (SPARKRTC_USERNAME)", default=None)
    password: str | None = entry("password (SPARKRTC_PASSWORD)", default=None)
    domain: str | None = entry("account name (SPARKRTC_DOMAIN)", default=None)
    ak: str | None = entry("access key id (HUAWEICLOUD_SDK_AK)", default=None)
    sk: str | None = entry("secret access key (HUAWEICLOUD_SDK_SK)", default=None)
    proxy_username: str | None = entry("for the proxy (SPARKRTC_PROXY_USERNAME)", default=None)
    proxy_password: str | None = entry("for the proxy (SPARKRTC_PROXY_PASSWORD)", default=None)


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
    """Every kind of credential there is; ``default`` is the one to use where all are allowed.

    ``secrets`` are the values that a redactor must know.
    """

    default: httpx.Auth
    token: TokenAuth | PasswordAuth | None
    signature: SignatureAuth | None
    secrets: tuple[str, ...]
    proxy: tuple[str, str] | None = None

    def listen(self, heard: Heard) -> None:
        """Tell ``heard`` every secret: those known, and tokens as they are obtained."""
        for secret in self.secrets:
            heard(secret)
        if isinstance(self.token, PasswordAuth):
            self.token.listen(heard)


def credentials_from(env: Mapping[str, str], settings: TargetSettings) -> Credentials:
    """Credentials of the environment, else of the credentials file.

    Raises ConfigurationError: none at all, a part missing, or the kind the target asks for
    (``auth``) is not there. A token comes before an access key, since every operation takes one.
    """
    found = _gather(env, settings)
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
            "there are none",
            "set SPARKRTC_TOKEN, or SPARKRTC_USERNAME, SPARKRTC_PASSWORD and SPARKRTC_DOMAIN,"
            " or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK",
        )
    hidden = tuple(
        found[key] for key in ("token", "password", "ak", "sk", "proxy_password") if key in found
    )
    return Credentials(default, token, signed, hidden, _proxy(found))


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


def _read_file(name: str | None) -> _Secrets:
    if name is None:
        return _Secrets()
    try:
        table = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(name, error.strerror or str(error), "check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's message could quote a secret.
        raise ConfigurationError(name, "is no TOML", 'write lines such as token = "…"') from None
    return read_record(_Secrets, table, name)


def _wanted(
    found: Mapping[str, str], keys: tuple[str, ...], kind: str, settings: TargetSettings
) -> bool:
    """Whether all parts of one kind are there; some of them only is an error."""
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
