"""What must never leave, stopped in front of the transport and not by good will.

- anything but reading, unless the target allows ``writes``
- operations that touch other people, unless each is allowed by name (11.1, 11.2, 12.3)
- hosts that are neither the target nor its identity service
- a production host that nobody said yes to
- one request more than the budget
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from conformance.access.auth import TOKENS_PATH
from conformance.access.budget import RequestBudget
from conformance.access.capability import (
    AUTHORISE_BUCKET,
    DISMISS_ROOM,
    REMOVE_USERS,
    WRITES,
)
from conformance.access.hosts import is_production
from conformance.access.settings import TargetSettings
from conformance.errors import Refused

_OVERRIDES = re.compile(r"method|original-ur|rewrite-ur", re.IGNORECASE)
"""Headers that gateways and frameworks take for the method or the path of a request."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Danger:
    """Requests to such paths affect other people; they need a capability of their own."""

    path: re.Pattern[str]
    capability: str


#: Judged by path alone, whatever the method and spelling: a near miss may still hit.
DANGERS = (
    Danger(re.compile(r"/batch-remove-users\b"), REMOVE_USERS),
    Danger(re.compile(r"/dismiss\b"), DISMISS_ROOM),
    Danger(re.compile(r"/buckets/authentication\b"), AUTHORISE_BUCKET),
)


class Guard:
    """Decides whether a request may leave; ``check`` raises Refused when it may not."""

    def __init__(self, settings: TargetSettings, budget: RequestBudget | None = None) -> None:
        self._settings = settings
        self.budget = budget or RequestBudget(settings.limits.requests)
        self._target = _origin(httpx.URL(settings.base_url))
        identity = settings.identity_url
        self._identity = _origin(httpx.URL(identity)) if identity else None
        self._rooms = settings.fixtures.rooms_url
        self._login = httpx.URL(f"{identity}{TOKENS_PATH}").path if identity else None

    def check(self, request: httpx.Request) -> None:
        """Refuse what must not leave; count what may."""
        self._check_host(request)
        if not _is_reading(request) and not self._is_login(request):
            self._check_permission(request)
        self.budget.take()

    def _check_host(self, request: httpx.Request) -> None:
        origin = _origin(request.url)
        if origin not in {self._target, self._identity} and not self._moves_people(request):
            raise Refused(
                _name(request), "the host is not the target", f"the target is {self._target}"
            )
        if is_production(str(request.url)) and not self._settings.production:
            raise Refused(_name(request), "a production host", "say production = true to test it")

    def _moves_people(self, request: httpx.Request) -> bool:
        """Whether it goes to the service that makes people join rooms; without credentials."""
        beneath = f"{self._rooms.rstrip('/')}/" if self._rooms else None
        bare = not request.headers.keys() & {"authorization", "x-auth-token"}
        return beneath is not None and bare and str(request.url).startswith(beneath)

    def _check_permission(self, request: httpx.Request) -> None:
        for capability in (WRITES, *_dangers(request)):
            if not self._settings.allows(capability):
                raise Refused(
                    _name(request),
                    f"the target does not allow {capability}",
                    f"add {capability} to its capabilities if it may be sent",
                )

    def _is_login(self, request: httpx.Request) -> bool:
        """Whether it only obtains a token, which changes nothing: read-only targets allow it."""
        login = request.method == "POST" and request.url.path == self._login
        return login and _origin(request.url) == self._identity


class GuardTransport(httpx.BaseTransport):
    """A transport that asks the guard before it passes a request on."""

    def __init__(self, inner: httpx.BaseTransport, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on, or raise Refused; then nothing has been sent."""
        self._guard.check(request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the transport behind the guard."""
        self._inner.close()


def _is_reading(request: httpx.Request) -> bool:
    """Whether the method only reads, and neither a header nor the path overrides it."""
    overridden = any(_OVERRIDES.search(name) for name in request.headers)
    return request.method.upper() in READING and not overridden


def _dangers(request: httpx.Request) -> tuple[str, ...]:
    """Capabilities that the path needs, in whatever spelling (``%64ismiss``, ``//``, case)."""
    path = request.url.raw_path.decode("latin-1").partition("?")[0]
    for _ in range(3):
        path = unquote(path)
    path = re.sub(r"/+", "/", path.replace("\\", "/").replace("/./", "/")).lower()
    return tuple(danger.capability for danger in DANGERS if danger.path.search(path))


def _origin(url: httpx.URL) -> str:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{port}"


def _name(request: httpx.Request) -> str:
    return f"{request.method} {request.url.copy_with(query=None)}"
