"""The whole state of one reference server, and the things it is given: clock, ids, policies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.reference.policies import Policies
from conformance.reference.recording.recorder import Recorder
from conformance.reference.resources import Tenant
from conformance.reference.tokens import TokenBook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.clock import Clock
    from conformance.reference.flow import FlowControl
    from conformance.reference.identities import Identity
    from conformance.reference.ids import Ids
    from conformance.reference.statistics import StatisticsData

_LONG_AGO = timedelta(days=7)
"""When the tokens were issued that have ended."""


class World:
    """Tenants by account name, the identities that may act for them, statistics and recordings."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        identities: Sequence[Identity],
        statistics: StatisticsData,
        policies: Policies | None = None,
        flow: FlowControl | None = None,
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.identities = tuple(identities)
        self.statistics = statistics
        self.policies = policies if policies is not None else Policies()
        self.flow = flow
        self.tokens = TokenBook(ids, self.policies.token_seconds)
        self.tenants = {
            identity.domain: Tenant(identity.domain, identity.domain_id) for identity in identities
        }
        for identity in identities:
            self.tokens.register(identity.token, identity, clock.now())
            self.tokens.register(identity.expired_token, identity, clock.now() - _LONG_AGO)
        self.recorder = Recorder(self)

    def tenant_of(self, identity: Identity) -> Tenant:
        """Return the account that an identity acts for."""
        return self.tenants[identity.domain]

    def holder_of(self, access_key: str) -> Identity | None:
        """Return whose access key this is."""
        return next((one for one in self.identities if one.ak == access_key), None)
