"""Tokens: issued to an identity, valid for a while, checked on every request (section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.identities import Identity
    from conformance.reference.ids import Ids


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token stands for."""

    identity: Identity
    issued: datetime
    expires: datetime


class TokenBook:
    """Every token that was issued; an expired one is forgotten when it is next seen."""

    __slots__ = ("_grants", "_ids", "_lifetime")

    def __init__(self, ids: Ids, lifetime_seconds: float) -> None:
        self._grants: dict[str, Grant] = {}
        self._ids = ids
        self._lifetime = timedelta(seconds=lifetime_seconds)

    def issue(self, identity: Identity, now: datetime) -> tuple[str, Grant]:
        """Make a new token for an identity."""
        token = self._ids.secret(128)
        return token, self.register(token, identity, now)

    def register(self, token: str, identity: Identity, now: datetime) -> Grant:
        """Accept a token that was chosen elsewhere (a seeded identity's own)."""
        grant = self._grants[token] = Grant(identity, now, now + self._lifetime)
        return grant

    def check(self, token: str, now: datetime) -> Identity | None:
        """Return whom a token was issued to; None for an unknown or expired one."""
        grant = self._grants.get(token)
        if grant is None:
            return None
        if grant.expires <= now:
            del self._grants[token]
            return None
        return grant.identity
