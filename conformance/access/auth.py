"""How requests authenticate: a token, a user name with a password, or an access key (3.2).

The three are ``httpx.Auth`` generators: they yield requests and do no I/O of their own.
"""

from __future__ import annotations

import base64
import datetime as dt
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import httpx

from conformance.access import signature
from conformance.errors import ConfigurationError, TargetError

#: A token lives 24 hours (3.2); it is renewed an hour earlier.
TOKEN_SECONDS = 23 * 3600.0
TOKENS_PATH = "/v3/auth/tokens"
Heard = Callable[[str], None]


class TokenAuth(httpx.Auth):
    """An existing token, sent as ``X-Auth-Token``."""

    def __init__(self, token: str) -> None:
        self._token = token

    @property
    def token(self) -> str:
        """The token itself: a secret."""
        return self._token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token and send."""
        request.headers["X-Auth-Token"] = self._token
        yield request


class CarriedAuth(httpx.Auth):
    """An existing token, sent as the API wants it: in a header, the query, or a cookie.

    ``form`` is the value with ``{}`` in place of the token, or ``{base64}`` in place of its Base64.
    """

    def __init__(self, token: str, place: str, name: str, form: str = "{}") -> None:
        encoded = base64.b64encode(token.encode()).decode()
        self._value = form.replace("{base64}", encoded).replace("{}", token)
        self._place, self._name = place, name

    @property
    def value(self) -> str:
        """The value that is sent: as secret as the token."""
        return self._value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add it and send."""
        if self._place == "query":
            request.url = request.url.copy_set_param(self._name, self._value)
        elif self._place == "cookie":
            request.headers["Cookie"] = f"{self._name}={self._value}"
        else:
            request.headers[self._name] = self._value
        yield request


@dataclass(frozen=True, slots=True)
class Account:
    """User name, password and account name, as the identity service wants them (3.1)."""

    username: str
    password: str
    domain: str


class PasswordAuth(httpx.Auth):
    """A token from the identity service, kept until shortly before its 24 hours are over.

    ``heard`` is called with every token, so that it can be redacted; ``clock`` is in seconds.
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
        """Call ``heard`` with every token from now on."""
        self._heard = heard

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Obtain a token if there is no valid one, then add it and send."""
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
                f"answered {response.status_code} without a token",
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
    """An access key: signs every request (``signature``) at the moment it is sent."""

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
        self.sign(request)
        yield request

    def sign(self, request: httpx.Request) -> None:
        """Put date, project and signature on a request that is otherwise ready."""
        request.headers.pop("Authorization", None)
        request.headers[signature.DATE_HEADER] = self._now().strftime(signature.DATE_FORMAT)
        if self._project_id:
            request.headers.setdefault("X-Project-Id", self._project_id)
        content_type = request.headers.get("Content-Type")
        if signature.needs_unsigned_payload(content_type):
            request.headers[signature.CONTENT_HEADER] = signature.UNSIGNED
        request.headers["Authorization"] = signature.authorization(
            signable(request), self._ak, self._sk
        )

    def altered(
        self,
        *,
        ak: str | None = None,
        sk: str | None = None,
        project_id: str | None = None,
        now: Callable[[], dt.datetime] | None = None,
    ) -> SignatureAuth:
        """A copy with another key, project or time."""
        return SignatureAuth(
            ak or self._ak, sk or self._sk, project_id or self._project_id, now=now or self._now
        )

    def without_project(self) -> SignatureAuth:
        """A copy without the header that names the project."""
        return SignatureAuth(self._ak, self._sk, now=self._now)


ANY_HEADER = "X-Conformance"
"""A header that no table has; it is signed where it is sent, as every header may be."""
_SIGNED = (
    "content-type",
    "host",
    ANY_HEADER.lower(),
    "x-project-id",
    "x-sdk-content-sha256",
    "x-sdk-date",
)


def signable(request: httpx.Request) -> signature.Signable:
    """The parts of a ready request that the signature covers."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return signature.Signable(
        method=request.method,
        path=path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=tuple((name, request.headers[name]) for name in _SIGNED if name in request.headers),
        body=request.content,
    )
