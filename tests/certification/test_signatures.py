"""A signature that does not fit is shown beside the request that it was made over."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.certification.judges.signatures import explain, signed_part
from conformance.certification.recording.call import Call, Router
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange, Request
from conformance.reference import signing
from conformance.reference.identities import Identity
from conformance.reference.signing import Canonical

OWNER, OTHER = (
    Identity("d", "d", "u", "u", "p", "p", "p", f"{name}-ak", f"{name}-sk", "t")
    for name in ("owner", "other")
)
KEYS = {OWNER.ak: OWNER, OTHER.ak: OTHER}
DATE = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
BODY = '{"state": "é", "app_name": "a"}'.encode()
HEADERS = (("Host", "127.0.0.1:8080"), ("X-Sdk-Date", DATE), ("Content-Type", "application/json"))
NAMES = ("content-type", "host", "x-sdk-date")


def call(contract: Contract) -> Call:
    """A request with everything that can be signed wrongly."""
    url = "http://127.0.0.1:8080/v2/apps/a%20b?offset=0&limit=10&note=a,b%20c"
    request = Request("ListApps", "POST", url, HEADERS, BODY)
    return Call(Exchange(1, "request-1", request, None), Router(contract)("GET", "/v2/apps"), 0.0)


def part(**changed: Any) -> Callable[[Canonical], Canonical]:
    """Other parts of the canonical request."""
    return lambda canonical: replace(canonical, **changed)


def with_path(change: Callable[[str], str]) -> Callable[[Canonical], Canonical]:
    """Another path."""
    return lambda canonical: replace(canonical, path=change(canonical.path))


def headers(change: Callable[[str], str]) -> Callable[[Canonical], Canonical]:
    """Other header lines."""
    return lambda canonical: replace(canonical, headers=change(canonical.headers))


COMPACT = hashlib.sha256('{"state":"é","app_name":"a"}'.encode()).hexdigest()
SLIPS: dict[str, tuple[Callable[[Canonical], Canonical], str, str]] = {
    "no slash": (
        with_path(lambda p: p.rstrip("/")),
        "its path has no slash at the end",
        "» /v2/apps/a%20b▸",
    ),
    "raw path": (with_path(lambda p: p.replace("%20", " ")), "its path is not encoded", "» /v2/"),
    "twice": (with_path(lambda p: p.replace("%", "%25")), "encoded twice", "» /v2/apps/a%2▸520b/"),
    "unsorted": (
        part(query="offset=0&limit=10&note=a%2Cb%20c"),
        "its query is not sorted",
        "» ▸offset=0",
    ),
    "no query": (part(query=""), "its query is left out", "» ▸"),
    "plus": (part(query="limit=10&note=a%2Cb+c&offset=0"), "as a form", "b▸+c"),
    "hostname": (headers(lambda h: h.replace(":8080", "")), "its host is 127.0.0.1", "127.0.0.1▸"),
    "no empty line": (headers(lambda h: h[:-1]), "no empty line follows its headers", "» "),
    "no body": (part(payload=hashlib.sha256(b"").hexdigest()), "its body is empty", "» ▸e3b0"),
    "compact": (part(payload=COMPACT), 'its body is written as {"state":"é"', "» "),
    "other method": (part(method="GET"), "its method is GET", "» ▸GET"),
    "two": (
        lambda c: replace(c, path=c.path.rstrip("/"), query=""),
        "no slash at the end, its query is left out",
        "» /v2/apps/a%20b▸",
    ),
    "three": (
        lambda c: replace(c, path=c.path[:-1], query="", payload=hashlib.sha256(b"").hexdigest()),
        "no slash at the end, its query is left out, its body is empty",
        "» /v2/apps/a%20b▸",
    ),
}


def signature(canonical: Canonical, secret: str = OWNER.sk) -> signing.Signature:
    """What the header says of a canonical request."""
    to_sign = signing.string_to_sign(canonical.text, DATE)
    return signing.Signature(OWNER.ak, NAMES, signing.sign(to_sign, secret))


def right(contract: Contract) -> tuple[Call, Canonical]:
    """The request and its canonical form."""
    asked = call(contract)
    canonical = signing.canonical_request(signed_part(asked), NAMES)
    assert canonical is not None
    return asked, canonical


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_found_and_shown(name: str, contract: Contract) -> None:
    """What was signed is named, and stands beside ours with the first difference marked."""
    change, how, marked = SLIPS[name]
    asked, canonical = right(contract)
    told = explain(asked, signature(change(canonical)), OWNER, KEYS)
    assert told.message.startswith("the signature was made over another request: ")
    assert how in told.message
    assert marked in told.actual
    assert change(canonical).text.replace("\n", "") in _unmarked(told.actual)
    assert canonical.text.replace("\n", "") in _unmarked(told.expected)
    assert "string to sign:" in told.actual
    assert told.actual.count("▸") == told.expected.count("▸") == 2
    assert told.actual.startswith("» ")


def _unmarked(shown: str) -> str:
    return shown.replace("» ", "").replace("▸", "").replace("\n", "")


def test_the_secret_of_another_key_is_named(contract: Contract) -> None:
    """The request is right, and the wrong secret was taken."""
    asked, canonical = right(contract)
    told = explain(asked, signature(canonical, OTHER.sk), OWNER, KEYS)
    assert told.message == "the signature was made with the secret of another access key"


def test_where_nothing_fits_ours_is_shown(contract: Contract) -> None:
    """An unknown secret cannot be found out: ours, and how many readings were tried."""
    asked, canonical = right(contract)
    told = explain(asked, signature(canonical, "no such secret"), OWNER, KEYS)
    assert told.message == "the signature was not made over this request"
    assert canonical.text in told.expected
    assert told.actual.startswith("none of ")


def test_headers_that_are_not_there_are_named(contract: Contract) -> None:
    """A header that was signed and not sent, and a date that was not signed."""
    asked, canonical = right(contract)
    lost = replace(signature(canonical), signed_headers=(*NAMES, "x-project-id"))
    assert "x-project-id" in explain(asked, lost, OWNER, KEYS).message
    bare = replace(signature(canonical), signed_headers=("host",))
    assert explain(asked, bare, OWNER, KEYS).message == "the signature does not cover X-Sdk-Date"
