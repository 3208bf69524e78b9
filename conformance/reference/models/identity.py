"""Sections 3.1 and 14.3: the two operations of the identity service that the others rely on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from conformance.reference.models.strictness import Incoming, Outgoing, Text


class DomainName(Incoming):
    """The account that a user belongs to."""

    name: Text


class UserPassword(Incoming):
    """A user of an account, by name."""

    name: Text
    password: Text
    domain: DomainName


class PasswordMethod(Incoming):
    """The password method's own object."""

    user: UserPassword


class IdentityMethods(Incoming):
    """How the caller says who it is."""

    methods: Annotated[list[Literal["password"]], Field(min_length=1)]
    password: PasswordMethod


class ProjectName(Incoming):
    """The project that the token is for."""

    name: Text


class TokenScope(Incoming):
    """Section 3.2: this service needs a token of a project."""

    project: ProjectName


class Auth(Incoming):
    """Who, and for what."""

    identity: IdentityMethods
    scope: TokenScope


class CreateTokenBody(Incoming):
    """The body of ``POST /v3/auth/tokens``."""

    auth: Auth


class Named(Outgoing):
    """An id with its name."""

    id: str
    name: str


class NamedInDomain(Named):
    """An id with its name and its account."""

    domain: Named


class TokenShown(Outgoing):
    """What a token is good for; the token itself travels in ``X-Subject-Token``."""

    expires_at: str
    issued_at: str
    methods: tuple[str, ...]
    catalog: tuple[dict[str, str], ...]
    roles: tuple[dict[str, str], ...]
    project: NamedInDomain
    user: NamedInDomain


class TokenAnswer(Outgoing):
    """Section 3.3."""

    token: TokenShown


class Links(Outgoing):
    """Where a listing continues; these lists have one page."""

    next: None = None
    previous: None = None
    self: str


class Project(Outgoing):
    """Section 14.3."""

    domain_id: str
    is_domain: bool
    parent_id: str
    name: str
    description: str
    links: Links
    id: str
    enabled: bool


class ProjectList(Outgoing):
    """Section 14.3."""

    projects: tuple[Project, ...]
    links: Links
