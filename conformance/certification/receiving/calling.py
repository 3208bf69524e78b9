"""Calls a receiver: one notice, one in pieces, or many at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from conformance.certification.receiving.situations import Notice, Situation
from conformance.model.exchange import Exchange, NetworkFailure, Request, Response

_PIECES = 4
_PAUSE = 0.25
"""Seconds between the pieces of a body that comes slowly."""
_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Line:
    """Connection details of a receiver: address, time limit, and the key and its header."""

    url: str
    seconds: float
    key: str
    header: str


class Caller:
    """Sends the notices of situations; every exchange is numbered. Use it in ``with``."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._number = 0
        limits = httpx.Limits(max_connections=_TOGETHER)
        self._client = httpx.Client(
            timeout=line.seconds, limits=limits, trust_env=False, follow_redirects=False
        )

    def put_into(self, situation: Situation) -> list[Exchange]:
        """Send all notices of a situation in the manner that it asks for."""
        requests = [self._request(notice) for notice in situation.notices]
        slowly = situation.manner == "slowly"
        if situation.manner == "together":
            with ThreadPoolExecutor(_TOGETHER) as pool:
                answers = list(pool.map(self._send, requests))
        else:
            answers = [self._send(request, slowly=slowly) for request in requests]
        return [self._numbered(situation, *pair) for pair in zip(requests, answers, strict=True)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def _request(self, notice: Notice) -> Request:
        headers = {"Content-Type": "application/json", **notice.headers}
        key = self._line.key if notice.key is None else notice.key
        if key:
            headers[self._line.header] = key
        return Request(None, notice.method, self._line.url, tuple(headers.items()), notice.body)

    def _send(self, request: Request, *, slowly: bool = False) -> Response | NetworkFailure:
        body = request.body or b""
        began = time.monotonic()
        try:
            answer = self._client.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=_pieces(body) if slowly else body,
            )
        except httpx.ConnectError as error:
            return NetworkFailure("connect", str(error))
        except httpx.TimeoutException:
            return NetworkFailure("timeout", f"no answer within {self._line.seconds:g} s")
        except httpx.HTTPError as error:
            return NetworkFailure("read", f"{type(error).__name__}: {error}")
        headers = tuple(answer.headers.multi_items())
        return Response(answer.status_code, headers, answer.content, time.monotonic() - began)

    def _numbered(
        self, situation: Situation, request: Request, answer: Response | NetworkFailure
    ) -> Exchange:
        self._number += 1
        if isinstance(answer, NetworkFailure):
            return Exchange(self._number, situation.name, request, None, answer)
        return Exchange(self._number, situation.name, request, answer)


def _pieces(body: bytes) -> Iterator[bytes]:
    size = -(-len(body) // _PIECES)
    for begin in range(0, len(body), size):
        if begin:
            time.sleep(_PAUSE)
        yield body[begin : begin + size]
