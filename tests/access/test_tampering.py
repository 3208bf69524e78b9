"""Requests that are changed after signing: in one thing, and still signed for what was there."""

from __future__ import annotations

import httpx
import pytest

from conformance.access.auth import SignatureAuth, signable
from conformance.access.signature import MAX_BODY, authorization
from conformance.access.tampering import (
    Change,
    HeaderAuth,
    TamperedAuth,
    unchanged,
    with_body,
    with_header,
    with_url,
)
from conformance.errors import ConfigurationError

AK, SK, PROJECT = "AKEXAMPLE", "sk-example-key", "0" * 32
SIGNATURE = SignatureAuth(AK, SK, PROJECT)


def _request(content: bytes = b'{"name": "sent"}') -> httpx.Request:
    headers = {"Content-Type": "application/json"}
    return httpx.Request(
        "POST", "https://rtc.test/v2/apps?limit=1", headers=headers, content=content
    )


def _sent(auth: httpx.Auth, request: httpx.Request) -> httpx.Request:
    return next(auth.sync_auth_flow(request))


def _still_signed(request: httpx.Request) -> bool:
    return request.headers["Authorization"] == authorization(signable(request), AK, SK)


def test_unchanged_is_rightly_signed() -> None:
    """Without a change the request is the one that the signature covers."""
    assert _still_signed(_sent(TamperedAuth(SIGNATURE, unchanged), _request()))


@pytest.mark.parametrize(
    ("change", "place", "value"),
    [
        (with_url(lambda url: url.replace("limit=1", "limit=2")), "query", b"limit=2"),
        (with_url(lambda url: url.replace("/v2/", "/v3/")), "path", "/v3/apps"),
        (with_header("Content-Type", "text/plain"), "Content-Type", "text/plain"),
        (with_body(lambda body: body.replace(b"sent", b"told")), "body", b'{"name": "told"}'),
    ],
    ids=["query", "path", "header", "body"],
)
def test_a_change_is_not_signed(change: Change, place: str, value: object) -> None:
    """The change is made, and the signature is that of what was there before."""
    request = _sent(TamperedAuth(SIGNATURE, change), _request())
    found = {"query": request.url.query, "path": request.url.path, "body": request.content}
    assert found.get(place, request.headers.get(place)) == value
    assert not _still_signed(request)


def test_a_header_is_taken_away() -> None:
    """No value stands for no header."""
    request = _sent(TamperedAuth(SIGNATURE, with_header("X-Sdk-Date", None)), _request())
    assert "X-Sdk-Date" not in request.headers


def test_a_longer_body_has_its_length() -> None:
    """Content-Length is that of the body that is sent, so that HTTP stays in step."""
    request = _sent(TamperedAuth(SIGNATURE, with_body(lambda body: body * 3)), _request(b"{}"))
    assert request.headers["Content-Length"] == "6"
    assert request.headers["Content-Type"] == "application/json"


def test_bodies_too_large_to_sign_are_signed() -> None:
    """What the honest signature refuses to sign, this one signs, for the service to refuse."""
    large = _request(b"x" * (MAX_BODY + 1))
    with pytest.raises(ConfigurationError):
        _sent(SIGNATURE, large)
    assert _still_signed(_sent(TamperedAuth(SIGNATURE, unchanged), large))


def test_headers_as_given() -> None:
    """Whatever they say, they are sent."""
    request = _sent(HeaderAuth({"Authorization": "no signature"}), _request())
    assert request.headers["Authorization"] == "no signature"


@pytest.mark.parametrize(
    "other", [SIGNATURE.altered(ak="OTHER"), SIGNATURE.altered(sk="other")], ids=["ak", "sk"]
)
def test_another_key(other: SignatureAuth) -> None:
    """A request of another key is not signed with ours."""
    assert not _still_signed(_sent(other, _request()))


def test_another_project() -> None:
    """The project is another one, and is covered by the signature."""
    request = _sent(SIGNATURE.altered(project_id="another"), _request())
    assert request.headers["X-Project-Id"] == "another"
    assert _still_signed(request)


def test_what_is_not_given_stays() -> None:
    """What is not given to ``altered`` is as it was: the same request is signed the same way."""
    assert _still_signed(_sent(SIGNATURE.altered(), _request()))
