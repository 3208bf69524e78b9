"""Faults of authentication, derived: bad credentials taken, or refused wrongly (3.2, 14.1)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.faults.combinators import on_request
from conformance.faults.derived.inputs import refusing
from conformance.faults.derived.violations import Spotted
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault

FAMILY = "credentials"
_MALFORMED_LENGTH = 32
"""Shorter than any token that the identity service issues."""


def faults() -> Iterator[Fault]:
    """Every fault of bad credentials."""
    for endpoint in ENDPOINTS.values():
        if endpoint.name != "CreateToken":
            for kind, spotted in _KINDS.items():
                yield from _of_kind(endpoint, kind, spotted)


def _of_kind(endpoint: Endpoint, kind: str, spotted: Spotted) -> Iterator[Fault]:
    requirement = f"{endpoint.name}/auth/{kind}"
    said = kind.replace("-", " ")

    def change(turn: Turn) -> Request:
        if not spotted(turn):
            return turn.request
        return turn.request.with_header("x-auth-token", turn.world.identities[0].token)

    operations = (endpoint.name,)
    yield Fault(
        f"{requirement}/accepted",
        f"{endpoint.name} takes a request with {said}",
        FAMILY,
        (requirement,),
        operations,
        on_request(change),
    )
    for status, code in ((403, "RTC.00001021"), (500, "RTC.00002002")):
        yield Fault(
            f"{requirement}/{status}",
            f"{endpoint.name} refuses a request with {said} with {status}",
            FAMILY,
            (requirement,),
            operations,
            refusing(spotted, status, code),
        )


def _none(turn: Turn) -> bool:
    request = turn.request
    return request.header("x-auth-token") is None and request.header("authorization") is None


def _wrong(turn: Turn) -> bool:
    token = turn.request.header("x-auth-token")
    return token is not None and len(token) > _MALFORMED_LENGTH and not _known(turn, token)


def _malformed(turn: Turn) -> bool:
    token = turn.request.header("x-auth-token")
    return token is not None and len(token) <= _MALFORMED_LENGTH and not _known(turn, token)


def _known(turn: Turn, token: str) -> bool:
    return turn.world.tokens.check(token, turn.world.clock.now()) is not None


_KINDS = {"no-credentials": _none, "wrong-token": _wrong, "malformed-token": _malformed}
