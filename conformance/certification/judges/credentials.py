"""Judges the credentials of a request: the token, or every part of the signature (section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conformance.certification.client_ledger import FINDINGS_KEPT, ClientLedger
from conformance.certification.client_requirements import COMMON, PREFIX, project_header
from conformance.certification.judges.placeholders import is_blank
from conformance.certification.judges.signatures import explain, signed_part
from conformance.certification.recording.call import Call, Lost
from conformance.contract.operations import Operation
from conformance.reference import signing
from conformance.reference.identities import Identity

TOKEN, AUTHORIZATION, PROJECT = "x-auth-token", "authorization", "x-project-id"
SKEW_SECONDS = 15 * 60
"""How far the clock of a signer may be off, as the vendor's signing guide has it."""
SECRET_NAMES = frozenset(
    {"token", "x-auth-token", "sk", "secret", "secret_key", "password", "signature"}
)
"""Parameters of an address that can only be credentials."""


@dataclass(slots=True)
class Known:
    """The credentials that exist. ``tokens`` grows with every token that is issued."""

    keys: Mapping[str, Identity]
    tokens: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, identities: tuple[Identity, ...]) -> Known:
        """Everything that these users can authenticate with."""
        keys = {identity.ak: identity for identity in identities}
        return cls(keys, {identity.token for identity in identities})

    @property
    def projects(self) -> frozenset[str]:
        """Every project that a caller can have."""
        return frozenset(identity.project_id for identity in self.keys.values())


class CredentialJudge:
    """Judges credentials against the known ones, or by the answer where none are known."""

    def __init__(self, ledger: ClientLedger, known: Known | None) -> None:
        self._ledger = ledger
        self._known = known
        self._misfits = 0

    def judge(self, call: Call, operation: Operation) -> None:
        """Judge the credentials of one request."""
        self._private(call)
        if operation.id == "CreateToken":
            self._learn(call)
            return
        token, signature = (call.headers.get(name) for name in (TOKEN, AUTHORIZATION))
        if not token and not signature:
            if Lost.CREDENTIALS in call.lost:
                return
            self._broke(
                "present",
                call,
                "the request carries no credentials",
                "X-Auth-Token or Authorization",
                "neither",
            )
            return
        self._held("present", call)
        if _token_only(operation):
            if token:
                self._held("kind", call)
            else:
                self._broke(
                    "kind", call, f"{operation.id} is signed", "X-Auth-Token", "only a signature"
                )
        if signature and not token and signing.read_authorization(signature):
            self._names_project(call, operation)
        if self._known is None:
            self._by_answer(call, "token" if token else "signature")
        elif token:
            self._token(call, token, self._known)
        elif signature:
            self._signature(call, signature, self._known)

    def _learn(self, call: Call) -> None:
        answer = call.exchange.response
        issued = answer.header("X-Subject-Token") if answer else None
        if self._known is not None and issued:
            self._known.tokens.add(issued)

    def _private(self, call: Call) -> None:
        named = sorted({name for name, _ in call.query if name.lower() in SECRET_NAMES})
        if named:
            self._broke(
                "private",
                call,
                f"the address carries {', '.join(named)}",
                "credentials in headers only",
                ", ".join(named),
            )
        else:
            self._held("private", call)

    def _by_answer(self, call: Call, kind: str) -> None:
        """Judge by the answer: a recording does not say which credentials exist."""
        if call.scripted is None and call.status == 401:
            self._broke(kind, call, "the credentials were answered 401", "valid ones", "401")
        elif call.status and call.status < 400:
            self._held(kind, call)

    def _token(self, call: Call, token: str, known: Known) -> None:
        if token in known.tokens:
            self._held("token", call)
            self._project(call, known.projects)
        else:
            self._broke(
                "token",
                call,
                "the token was never issued",
                "a token that was issued",
                f"{len(token)} characters, not a known value",
            )

    def _signature(self, call: Call, header: str, known: Known) -> None:
        signature = signing.read_authorization(header)
        if signature is None:
            self._broke(
                "authorization",
                call,
                "the Authorization header is not a signature",
                f"{signing.ALGORITHM} Access=…, SignedHeaders=…, Signature=…",
                _shape(header),
            )
            return
        self._held("authorization", call)
        identity = known.keys.get(signature.access_key)
        if identity is None:
            self._broke(
                "access-key",
                call,
                "the access key does not exist",
                "an existing one",
                f"{len(signature.access_key)} characters, not a known value",
            )
            return
        self._held("access-key", call)
        if not self._date(call):
            return
        if self._project(call, {identity.project_id}):
            self._verify(call, signature, known)

    def _project(self, call: Call, own: Collection[str]) -> bool:
        """Judge the project of the header, and of the path (chapter 13)."""
        path = dict(call.route.path).get("project_id")
        named = [name for name in (call.headers.get(PROJECT), path) if name is not None]
        strange = [name for name in named if name not in own and not is_blank(name)]
        if strange:
            self._broke(
                "project",
                call,
                "the project is not that of the caller",
                " or ".join(sorted(own)),
                ", ".join(strange),
            )
        elif named:
            self._held("project", call)
        return not strange

    def _names_project(self, call: Call, operation: Operation) -> None:
        """Judge whether a signed request names its project, where its table asks for that."""
        header = project_header(operation)
        if header is None:
            return
        identifier = f"{PREFIX}/{operation.id}/header/{header.name.lower()}/required"
        if call.headers.get(PROJECT):
            self._ledger.passed(identifier, call.case)
            return
        self._ledger.broke(
            identifier,
            call,
            f"a signed request has no {header.name}",
            f"a header {header.name}",
            "no such header",
        )

    def _date(self, call: Call) -> bool:
        moment = signing.signed_at(call.headers)
        arrived = datetime.fromtimestamp(call.moment, UTC)
        if moment is not None and abs((arrived - moment).total_seconds()) <= SKEW_SECONDS:
            self._held("date", call)
            return True
        self._broke(
            "date",
            call,
            "X-Sdk-Date is not the time of the request",
            f"{arrived:%Y%m%dT%H%M%SZ}, give or take 15 minutes",
            call.headers.get("x-sdk-date", "no such header"),
        )
        return False

    def _verify(self, call: Call, signature: signing.Signature, known: Known) -> None:
        identity = known.keys[signature.access_key]
        if signing.verify(signed_part(call), signature, identity.sk):
            self._held("signature", call)
            return
        self._misfits += 1
        if self._misfits > FINDINGS_KEPT:
            self._broke("signature", call, "the signature was not made over this request", "", "")
            return
        why = explain(call, signature, identity, known.keys)
        self._broke("signature", call, why.message, why.expected, why.actual)

    def _held(self, name: str, call: Call) -> None:
        self._ledger.passed(f"{COMMON}/credentials/{name}", call.case)

    def _broke(self, name: str, call: Call, message: str, expected: str, actual: str) -> None:
        self._ledger.broke(f"{COMMON}/credentials/{name}", call, message, expected, actual)


def _token_only(operation: Operation) -> bool:
    """Whether the operation's tables list X-Auth-Token but not Authorization."""
    has_token = operation.parameter("X-Auth-Token") is not None
    return has_token and operation.parameter("Authorization") is None


def _shape(header: str) -> str:
    """The header's first word, which names its scheme; the rest may be a secret."""
    match = re.match(r"[A-Za-z0-9-]{1,40}(?=\s)", header)
    return f"scheme {match[0]}" if match else "no scheme"
