"""What a target may offer or allow, in words (ISO/IEC 9646 calls it a conformance statement).

A capability that the target file does not list makes the requirements that need it
``not-applicable``, and the guard keeps the requests that need it from leaving.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WRITES = "writes"
REMOVE_USERS = "rooms.remove"
DISMISS_ROOM = "rooms.dismiss"
AUTHORISE_BUCKET = "obs.authorise"
CALLBACK = "callback"
CLOCK = "clock"

#: Operations that touch other people or their data; each needs its own permission.
TOUCHES_OTHERS = frozenset({REMOVE_USERS, DISMISS_ROOM, AUTHORISE_BUCKET})

CAPABILITIES: Mapping[str, str] = MappingProxyType(
    {
        WRITES: "create, change and delete resources of this run's own",
        "jobs": "mix and individual stream jobs (chapters 9 and 10) in the room of the fixtures",
        REMOVE_USERS: "remove users from the room of the fixtures (11.1)",
        DISMISS_ROOM: "dismiss the room of the fixtures (11.2)",
        "obs": "list OBS buckets and their objects (chapter 12)",
        AUTHORISE_BUCKET: "grant and revoke the bucket of the fixtures (12.3)",
        "statistics": "statistics of the project (chapter 13)",
        "identity": "an identity service for tokens and project ids (3.1, 14.3)",
        "aksk": "access key signatures besides tokens (3.2)",
        CALLBACK: "callbacks reach a listener on this machine (chapter 8, 14.6)",
        "participants": "users can be made to join rooms (fixtures.rooms_url)",
        "unreachable-callback": "a callback address is tested before it is accepted (14.2)",
        CLOCK: "a clock that the run may move (fixtures.clock_url)",
        "quota": "reach quotas on purpose: 20 applications, many jobs (14.2)",
        "duplicates": "a job that duplicates a running one is recognised (14.2)",
        "flow-control": "exceed flow control on purpose (1.4)",
        "running-room": "a room with users in it is running (chapter 11)",
        "room-effects": "what happens to a room shows in the statistics (chapters 11, 13)",
        "second-project": "credentials for a second project are available",
        "second-tenant": "credentials for a second tenant are available",
        "expired-token": "an expired token is available",
        "server-errors": "the target can be made to answer 5xx",
        "tls": "the target is reached over TLS",
    }
)

#: Claimed as soon as the credentials that they need are given, and only then.
WITH_CREDENTIALS = frozenset({"aksk", "second-project", "second-tenant", "expired-token"})

LIVE = "live"
"""The profile of the real service, and of every address that nothing else is known of."""
EMULATOR = "emulator"
"""The profile of a server that keeps state and belongs to whoever runs the suite."""

#: What each profile starts from when the file lists no capabilities. What touches other
#: people is never among it: a loopback address may be a tunnel to where they are.
PROFILES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "stateless": frozenset({WRITES, "jobs", "obs", "statistics"}),
        EMULATOR: frozenset({WRITES, "jobs", "obs", "statistics"}) | WITH_CREDENTIALS,
        LIVE: frozenset({"obs", "statistics"}) | WITH_CREDENTIALS,
    }
)
