"""Sections 3.1 and 14.3: issuing a token, and listing the caller's projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference import refusals, wire
from conformance.reference.admission import authenticate
from conformance.reference.models.identity import (
    CreateTokenBody,
    Links,
    Named,
    NamedInDomain,
    Project,
    ProjectList,
    TokenAnswer,
    TokenShown,
)
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from conformance.reference.identities import Identity
    from conformance.reference.routing import Endpoint
    from conformance.reference.tokens import Grant
    from conformance.reference.world import World

TOKEN_HEADER = "X-Subject-Token"  # noqa: S105 - the name of a header


def create_token(world: World) -> Endpoint:
    """``POST /v3/auth/tokens``: the one operation that needs no authentication."""

    async def endpoint(request: Request, body: bytes) -> Response:
        try:
            given = wire.read_body(request, body, CreateTokenBody, typed=True)
        except Refusal:
            raise Refusal(refusals.IDENTITY_FORMAT) from None
        identity = _identify(world, given)
        token, grant = world.tokens.issue(identity, world.clock.now())
        return wire.answer(request, 201, _describe(grant), {TOKEN_HEADER: token})

    return endpoint


def list_projects(world: World) -> Endpoint:
    """``GET /v3/projects``: the projects of the caller's account that the caller works in."""

    async def endpoint(request: Request, body: bytes) -> Response:
        identity = authenticate(world, request, body, world.clock.now(), token_only=False)
        here = str(request.url.replace(query="")).rstrip("/")
        wanted = request.query_params.get("name")
        found = tuple(
            _show_project(one, here)
            for one in world.identities
            if one.user_id == identity.user_id and wanted in {None, one.project}
        )
        listing = ProjectList(projects=found, links=Links(self=here))
        return wire.answer(request, 200, listing.model_dump())

    return endpoint


def _identify(world: World, given: CreateTokenBody) -> Identity:
    user = given.auth.identity.password.user
    wanted = (user.domain.name, user.name, user.password, given.auth.scope.project.name)
    for one in world.identities:
        if (one.domain, one.user, one.password, one.project) == wanted:
            return one
    raise Refusal(refusals.UNAUTHENTICATED)


def _describe(grant: Grant) -> TokenAnswer:
    identity = grant.identity
    domain = Named(id=identity.domain_id, name=identity.domain)
    return TokenAnswer(
        token=TokenShown(
            expires_at=grant.expires.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            issued_at=grant.issued.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            methods=("password",),
            catalog=(),
            roles=(),
            project=NamedInDomain(id=identity.project_id, name=identity.project, domain=domain),
            user=NamedInDomain(id=identity.user_id, name=identity.user, domain=domain),
        )
    )


def _show_project(identity: Identity, here: str) -> Project:
    return Project(
        domain_id=identity.domain_id,
        is_domain=False,
        parent_id=identity.domain_id,
        name=identity.project,
        description="",
        links=Links(self=f"{here}/{identity.project_id}"),
        id=identity.project_id,
        enabled=True,
    )
