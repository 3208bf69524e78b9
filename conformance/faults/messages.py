"""One request and one answer as data that a fault may change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

Headers = tuple[tuple[bytes, bytes], ...]
JSON_HEADER = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server gets it; ``path`` is not decoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON; None when it is none."""
        return read_json(self.body)

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _first(self.headers, name)

    def value(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    def with_json(self, value: Any) -> Request:
        """The same request with another body."""
        headers = _without(self.headers, "content-length", "content-type")
        return replace(self, body=write_json(value), headers=(*headers, JSON_HEADER))

    def with_value(self, name: str, value: str | None) -> Request:
        """The same request with a query parameter set; None takes it out."""
        query = tuple((key, old) for key, old in self.query if key != name)
        return replace(self, query=query if value is None else (*query, (name, value)))

    def with_header(self, name: str, value: str | None) -> Request:
        """The same request with a header set; None takes it out."""
        headers = _without(self.headers, name)
        if value is not None:
            headers = (*headers, (name.lower().encode(), value.encode("latin-1", "replace")))
        return replace(self, headers=headers)

    def with_path(self, path: str) -> Request:
        """The same request to another path."""
        return replace(self, path=path)

    @property
    def query_string(self) -> bytes:
        """The query as it is sent."""
        return urlencode(self.query, safe=",:").encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the client gets it.

    ``cut``: the connection breaks before the body is complete. ``pause``: seconds before the
    answer begins, and between each of its bytes.
    """

    status: int
    headers: Headers
    body: bytes
    cut: bool = False
    pause: float = 0.0

    @property
    def json(self) -> Any:
        """The body read as JSON; None when it is none."""
        return read_json(self.body)

    @property
    def code(self) -> str | None:
        """The error_code, if there is one."""
        found = self.json
        code = found.get("error_code") if isinstance(found, dict) else None
        return code if isinstance(code, str) else None

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _first(self.headers, name)

    def with_json(self, value: Any) -> Self:
        """The same answer with another body."""
        return self.with_body(write_json(value))

    def with_body(self, body: bytes, content_type: str | None = "application/json") -> Self:
        """The same answer with other bytes, declared as ``content_type``."""
        headers = _without(self.headers, "content-length", "content-type")
        if content_type is not None:
            headers = (*headers, (b"content-type", content_type.encode()))
        return replace(self, body=body, headers=headers)

    def with_status(self, status: int) -> Self:
        """The same answer with another status."""
        return replace(self, status=status)

    def with_header(self, name: str, *values: str) -> Self:
        """The same answer with a header set to these values, or without it."""
        added = tuple((name.lower().encode(), value.encode()) for value in values)
        return replace(self, headers=(*_without(self.headers, name), *added))


def refusal(status: int, code: str, message: str = "refused") -> Answer:
    """An error envelope; the layer adds the request id."""
    body = write_json({"error_code": code, "error_msg": message})
    return Answer(status, (JSON_HEADER,), body)


def success(status: int, value: Any = None) -> Answer:
    """An answer of success; None stands for no body."""
    if value is None:
        return Answer(status, (), b"")
    return Answer(status, (JSON_HEADER,), write_json(value))


def read_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The pairs of a query string."""
    return tuple(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))


def read_json(body: bytes) -> Any:
    """The value of a JSON text; None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def write_json(value: Any) -> bytes:
    """A JSON text in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _first(headers: Headers, name: str) -> str | None:
    wanted = name.lower().encode()
    return next((value.decode("latin-1") for key, value in headers if key.lower() == wanted), None)


def _without(headers: Headers, *names: str) -> Headers:
    dropped = {name.lower().encode() for name in names}
    return tuple((key, value) for key, value in headers if key.lower() not in dropped)
