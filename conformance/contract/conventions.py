"""Conventions of a whole API: envelope, request ids, credentials, general statuses.

The contract has them in ``x-conventions``; for a document without that extension there are defaults
that judge nothing which it does not state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.model.expectation import Answer

_CREDENTIALS = ("authorization", "cookie", "content-type")
_GENERAL = (401, 403, 405, 406, 407, 408, 429, 501, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Excuse:
    """A refusal about the account or the network, not about the request.

    ``full``: the list (``list``, ``query``) whose ``count`` reaches ``most`` where the account is
    full; without it the refusal is always believed. ``stand_in``: believed only where nothing of
    the target is known that could stand in for the texts with that prefix.
    """

    operations: frozenset[str]
    code: str
    reason: str
    status: int = 400
    full: Mapping[str, Any] | None = None
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Things:
    """Named things of a target, and how a text names one.

    They are ``written`` with ``{within}``, a resource of the kind ``within``, and ``{name}``: what
    the setting ``first`` names, and what ``field`` of the ``items`` of ``list`` show.
    """

    written: str
    within: str
    first: str
    list: str
    items: str
    field: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """Texts of the examples that name what few targets have, and where a target names its own.

    Texts that begin with ``prefix`` are tried by a request of ``create`` with its ``example``.
    ``things`` of the target stand in; without any the prefix is the address of a server, and one of
    this run stands in.
    """

    prefix: str
    create: str
    example: str
    things: Things | None


@dataclass(frozen=True, slots=True)
class PrintedCodes:
    """Codes that examples show with a status to which the catalogue does not assign them.

    ``only``: a target is held to the examples, and no other code goes with that status.
    """

    status: int
    codes: tuple[str, ...]
    only: bool = False


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a request carries the token: ``place`` is header, query or cookie.

    ``form`` is written with the token for ``{}``, or with its Base64 for ``{base64}``.
    """

    place: str
    name: str
    form: str = "{}"


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions of one API. Header names are in lower case.

    ``envelope``: the members of an error body that hold its code and its text; None for none.
    ``plain``: the document says nothing for this suite, so that what it leaves open is not judged.
    ``uninformative`` (``unsaid``): statuses about the caller or the account, not about the request.
    ``carrier``: how a token is sent; None is the way of the shipped contract.
    ``families``: which families of codes an operation of a family may answer with.
    ``foreign``: families of operations that keep none of these conventions.
    ``resources``: the ``x-resources`` of the contract. ``sources``: where the document says it,
    for messages: ``codes``, ``statuses``, ``envelope``.
    """

    envelope: tuple[str, str] | None = None
    request_id: str | None = None
    token_header: str | None = None
    credential_headers: frozenset[str] = frozenset(_CREDENTIALS)
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    catalogued: str | None = None
    foreign: frozenset[str] = frozenset()
    general_statuses: frozenset[int] = frozenset(_GENERAL)
    flow_group: str = "all"
    common_section: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)
    excuses: tuple[Excuse, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    printed: tuple[PrintedCodes, ...] = ()
    bare_statuses: frozenset[int] = frozenset()
    plain: bool = False
    uninformative: frozenset[int] = frozenset()
    carrier: Carrier | None = None
    null_is_absent: bool = False

    def error_code(self, body: Any) -> str | None:
        """The error code of a body, if it is an error envelope with a text there."""
        code = body.get(self.envelope[0]) if self.envelope and isinstance(body, dict) else None
        return code if isinstance(code, str) else None

    def is_printed(self, status: int, code: object) -> bool:
        """Whether the examples show this code with that status."""
        return any(one.status == status and code in one.codes for one in self.printed)

    def takes_code(self, answer: Answer, code: object) -> bool:
        """Whether the expectation accepts this code: one of its own, or one from the examples."""
        if not answer.codes:
            return False
        if code is None and "*" in answer.codes and answer.status in self.bare_statuses:
            return True
        held = any(one.only and one.status == answer.status for one in self.printed)
        own = answer.takes_code(code) and (not held or "*" in answer.codes)
        return own or self.is_printed(answer.status, code)

    def source(self, topic: str) -> str:
        """Where the document states its ``codes``, ``statuses`` or ``envelope``."""
        return self.sources.get(topic, "the contract")

    def is_judged(self, kind: str | None, place: str) -> bool:
        """Whether an unknown id of that kind, sent in that place, must be refused."""
        if not kind:
            return False
        places = self.resources.get(kind, {}).get("unknown-refused", ("path",))
        return ("path" if place == "path" else "body") in places


def read_conventions(raw: Mapping[str, Any]) -> Conventions:
    """Read ``x-conventions`` and ``x-resources``. Raises KeyError for a missing part."""
    resources = raw.get("x-resources", {})
    node = raw.get("x-conventions")
    if node is None:
        return Conventions(resources=resources, printed=_printed(raw))
    envelope = node.get("error-envelope")
    credentials = node.get("credentials", {})
    return Conventions(
        envelope=(envelope["code"], envelope["message"]) if envelope else None,
        request_id=node.get("request-id"),
        token_header=credentials.get("token"),
        credential_headers=frozenset(credentials.get("headers", _CREDENTIALS)),
        families={name: tuple(told) for name, told in node.get("error-families", {}).items()},
        catalogued=node.get("catalogued-family"),
        foreign=frozenset(node.get("foreign-families", ())),
        general_statuses=frozenset(node.get("general-statuses", _GENERAL)),
        flow_group=node.get("flow-group", "all"),
        common_section=str(node.get("common-section", "")),
        sources=node.get("sources", {}),
        resources=resources,
        bare_statuses=frozenset(node.get("bare-statuses", ())),
        excuses=tuple(_excuse(item) for item in node.get("excuses", ())),
        stand_ins=tuple(map(_stand_in, node.get("stand-ins", ()))),
        printed=_printed(raw),
        plain=bool(node.get("plain")),
        uninformative=frozenset(node.get("unsaid", ())),
        carrier=_carrier(credentials.get("carrier")),
        null_is_absent=bool(node.get("null-is-absent")),
    )


def _carrier(node: Mapping[str, str] | None) -> Carrier | None:
    return Carrier(node["in"], node["name"], node.get("form", "{}")) if node else None


def _printed(raw: Mapping[str, Any]) -> tuple[PrintedCodes, ...]:
    rows = raw.get("x-error-catalogue", {}).get("printed", ())
    return tuple(
        PrintedCodes(int(row["status"]), tuple(row["codes"]), bool(row.get("only"))) for row in rows
    )


def _stand_in(node: Mapping[str, Any]) -> StandIn:
    things = node.get("things")
    return StandIn(
        node["prefix"], node["create"], node["example"], Things(**things) if things else None
    )


def _excuse(node: Mapping[str, Any]) -> Excuse:
    return Excuse(
        operations=frozenset(node["operations"]),
        code=node["code"],
        reason=" ".join(str(node["reason"]).split()),
        status=int(node.get("status", 400)),
        full=node.get("full"),
        stand_in=node.get("stand-in"),
    )
