"""Credentials that are wrong on purpose: the request is changed after it was signed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import httpx

from conformance.access.auth import SignatureAuth

Change = Callable[[httpx.Request], httpx.Request]


class TamperedAuth(httpx.Auth):
    """Signs a request, after ``before``, then changes it as an attacker on the way might.

    Bodies over 12 MB are signed as well, which ``SignatureAuth`` refuses.
    """

    requires_request_body = True

    def __init__(
        self, signature: SignatureAuth, change: Change, before: Change | None = None
    ) -> None:
        self._signature = signature
        self._change = change
        self._before = before if before is not None else unchanged

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign, change and send."""
        request = self._before(request)
        self._signature.sign(request)
        yield self._change(request)


class HeaderAuth(httpx.Auth):
    """Sends the given headers, whatever they contain."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers and send."""
        request.headers.update(self._headers)
        yield request


def unchanged(request: httpx.Request) -> httpx.Request:
    """The request as signed."""
    return request


def with_header(name: str, value: str | None) -> Change:
    """A change: replace a header, or remove it."""

    def change(request: httpx.Request) -> httpx.Request:
        request.headers.pop(name, None)
        if value is not None:
            request.headers[name] = value
        return request

    return change


def with_url(alter: Callable[[str], str]) -> Change:
    """A change: another path or query on the same host."""

    def change(request: httpx.Request) -> httpx.Request:
        request.url = httpx.URL(alter(str(request.url)))
        return request

    return change


def with_body(alter: Callable[[bytes], bytes]) -> Change:
    """A change: another body, with its correct length."""

    def change(request: httpx.Request) -> httpx.Request:
        kept = [(n, v) for n, v in request.headers.raw if n.lower() != b"content-length"]
        return httpx.Request(
            request.method,
            request.url,
            headers=kept,
            content=alter(request.content),
            extensions=request.extensions,
        )

    return change
