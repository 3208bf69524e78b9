"""The credentials that a request can be sent with: our own, none, wrong ones, a case's own."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import httpx

from conformance.access.auth import CarriedAuth, SignatureAuth, TokenAuth
from conformance.contract.conventions import Carrier
from conformance.contract.operations import Operation
from conformance.engine.outcomes import Blocked
from conformance.engine.wire.endpoint import Reach

_MALFORMED_TOKEN = "this-is-no-token"  # noqa: S105 - it is sent because it is none


class CredentialSet:
    """Credentials by the name that a template gives them; ``now`` is the target's time."""

    def __init__(
        self,
        reach: Reach,
        chance: random.Random,
        now: Callable[[], dt.datetime],
        carrier: Carrier | None = None,
    ) -> None:
        self._reach = reach
        self._carrier = carrier
        self._chance = chance
        self._now = now
        self.invented = {_MALFORMED_TOKEN}
        """Tokens that are none: whoever replays a request sends the same."""
        self._adopted: dict[str, httpx.Auth] = {}

    def adopt(self, name: str, auth: httpx.Auth) -> None:
        """Set the credentials of that name."""
        self._adopted[name] = auth

    @property
    def signature(self) -> SignatureAuth:
        """The access key of the run, on the target's time. Raises Blocked when there is none."""
        known = self._reach.credentials.signature
        if known is None:
            raise Blocked("no access key is known; set HUAWEICLOUD_SDK_AK")
        return known.altered(now=self._now)

    def named(self, credentials: str, operation: Operation | None = None) -> httpx.Auth | None:
        """The credentials of that name. Raises Blocked when there are none."""
        if credentials in self._adopted:
            return self._adopted[credentials]
        if credentials == "none":
            return None
        if credentials == "wrong":
            token = f"{self._chance.getrandbits(512):0128x}"
            self.invented.add(token)
            return self._carried(token)
        if credentials == "malformed":
            return self._carried(_MALFORMED_TOKEN)
        if credentials == "second":
            if self._reach.second is None:
                raise Blocked("no second tenant is known; set SPARKRTC_SECOND_TOKEN")
            return TokenAuth(self._reach.second.token)
        if credentials == "expired":
            if self._reach.expired is None:
                raise Blocked("no expired token is known; set SPARKRTC_EXPIRED_TOKEN")
            return TokenAuth(self._reach.expired)
        return self.signature if credentials == "signature" else self._valid(operation)

    def _carried(self, token: str) -> httpx.Auth:
        carrier = self._carrier
        if carrier is None:
            return TokenAuth(token)
        auth = CarriedAuth(token, carrier.place, carrier.name, carrier.form)
        if token in self.invented:
            self.invented.add(auth.value)
        return auth

    def _valid(self, operation: Operation | None) -> httpx.Auth:
        """Our own; the token, where the document knows only tokens (12, 13.13)."""
        own = self._reach.credentials
        if self._carrier is not None and isinstance(own.token, TokenAuth):
            return self._carried(own.token.token)
        if not isinstance(own.default, SignatureAuth):
            return own.default
        if operation is None or operation.parameter("Authorization") is not None:
            return self.signature
        if own.token is None:
            raise Blocked(f"{operation.id} takes only a token; set SPARKRTC_TOKEN too")
        return own.token
