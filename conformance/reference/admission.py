"""Who is calling (section 3.2): a token, or a signature made with an access key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.reference import refusals, signing
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from conformance.reference.identities import Identity
    from conformance.reference.world import World

PROJECT_HEADER = "x-project-id"
MAX_SIGNED_BYTES = 12 * 1024 * 1024
"""Section 3.2: a signed request carries at most 12 MB."""
IDENTITY = "/v3/"
"""Where the paths of the identity service begin, whose tables do not have that header."""


def authenticate(
    world: World, request: Request, body: bytes, now: datetime, *, token_only: bool
) -> Identity:
    """Return whose request this is; APIGW.0301 with 401 when that cannot be established.

    ``token_only``: the tables of the operation list no signature. 3.2 has both for every operation.
    """
    identity = None
    token = request.headers.get("x-auth-token")
    if token is not None:
        identity = world.tokens.check(token, now)
    elif not token_only or world.policies.signed_everywhere:
        identity = _signer(world, request, body, now)
    if identity is None:
        raise Refusal(refusals.UNAUTHENTICATED)
    return identity


def _signer(world: World, request: Request, body: bytes, now: datetime) -> Identity | None:
    signature = signing.read_authorization(request.headers.get("authorization", ""))
    if signature is None:
        return None
    if len(body) > MAX_SIGNED_BYTES:
        raise Refusal(refusals.TOO_LARGE)
    identity = world.holder_of(signature.access_key)
    headers = dict(request.headers)
    moment = signing.signed_at(headers)
    if identity is None or moment is None:
        return None
    if abs(now - moment) > timedelta(seconds=world.policies.signature_skew_seconds):
        return None
    if headers.get(PROJECT_HEADER, identity.project_id) != identity.project_id:
        return None
    query = parse_qsl(
        request.url.query, keep_blank_values=True, encoding="utf-8", errors="surrogateescape"
    )
    signed = signing.Signed(request.method, request.url.path, query, headers, body)
    if not signing.verify(signed, signature, identity.sk):
        return None
    if PROJECT_HEADER not in headers and _names_project(world, request):
        raise Refusal(refusals.MISSING, "X-Project-Id is needed with a signature")
    return identity


def _names_project(world: World, request: Request) -> bool:
    """Whether a signature needs the project: in the service's own tables, not in 14.3."""
    return world.policies.project_header_needed and not request.url.path.startswith(IDENTITY)
