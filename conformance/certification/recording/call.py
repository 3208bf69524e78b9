"""One recorded request of a client, with everything that judging it needs."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit

from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.model.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Route:
    """The route of a request: ``operation`` is None for an undocumented path or method.

    ``allowed`` are the methods of the path; empty for an unknown one. ``path`` are the raw segments
    in place of the path parameters.
    """

    operation: Operation | None
    allowed: tuple[str, ...] = ()
    path: tuple[tuple[str, str], ...] = ()


MEANT_HEADER = "x-conformance-meant-to-fail"
"""A client's test names itself in it, on a request that it means to fail."""
NAME_LENGTH = 80
_SLASH = "%2F"
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def _normal(path: str) -> str:
    """The path as RFC 3986, 6.2.2 compares it: no escapes without need, the others upper case."""

    def plain(escape: re.Match[str]) -> str:
        text = chr(int(escape[1], 16))
        return text if _UNRESERVED.fullmatch(text) else escape[0].upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", plain, path)


class Router:
    """Finds the operation of a request by its method and its raw path."""

    def __init__(self, contract: Contract) -> None:
        self._table: dict[str, tuple[re.Pattern[str], dict[str, Operation]]] = {}
        for operation in contract.operations.values():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(operation.path))
            ending = "/?" if operation.server else ""
            entry = self._table.setdefault(operation.path, (re.compile(pattern + ending), {}))
            entry[1][operation.method] = operation

    def __call__(self, method: str, path: str) -> Route:
        """The route; only the identity service is shown with a slash at the end (section 14.3).

        An escaped slash is part of a name and no name has one, so it leads nowhere. An empty last
        segment is an id that was not filled in, unless the method says that none was meant.
        """
        path = _normal(path)
        if _SLASH in path:
            return Route(None)
        allowed: set[str] = set()
        for pattern, methods in self._ordered():
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if method in methods:
                return Route(methods[method], tuple(methods), tuple(match.groupdict().items()))
            allowed.update(methods)
        return Route(None, () if path.endswith("/") else tuple(sorted(allowed)))

    def _ordered(self) -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
        return [self._table[path] for path in sorted(self._table, key=lambda p: p.count("{"))]


class Lost(enum.Enum):
    """What a recording lacks of a request: it is not judged."""

    BODY = "body"
    ANSWER = "answer"
    CREDENTIALS = "credentials"
    TIME = "time"


@dataclass(frozen=True)
class Call:
    """One recorded request. Not slotted: what is read out of the address is cached.

    ``moment`` is when it arrived, in seconds since the epoch; ``scripted`` the situation that
    answered it in place of the reference; ``connection`` where it came from, if that is known;
    ``unreadable`` why no server could read it, empty for a request that can be; ``base`` the path
    before the API's own; ``lost`` what was not recorded. ``planned`` is the test that was
    planned to fail with this request, empty for none.
    """

    exchange: Exchange
    route: Route
    moment: float
    scripted: str | None = None
    connection: str = ""
    unreadable: str = ""
    base: str = ""
    lost: frozenset[Lost] = frozenset()
    planned: str = ""

    @property
    def is_heard(self) -> bool:
        """Whether the client can have read the whole answer."""
        return self.exchange.response is not None and self.exchange.failure is None

    @property
    def meant(self) -> str:
        """The name of the test that means this request to fail; empty for none."""
        named = self.planned or self.headers.get(MEANT_HEADER, "")
        return re.sub(r"[^ -~]", "?", named.strip())[:NAME_LENGTH]

    @property
    def is_failed(self) -> bool:
        """Whether it was refused, or had no answer that can be understood."""
        answer = self.exchange.response
        if answer is None or answer.status >= 400 or not self.is_heard:
            return True
        return self.scripted is not None and bool(answer.body) and answer.parsed[1] is not None

    @property
    def is_meant_failure(self) -> bool:
        """Whether it was meant to fail, and did: it is not judged."""
        return bool(self.meant) and self.is_failed

    @property
    def answered(self) -> float:
        """When the answer was complete; when the request arrived, if there is no answer."""
        response = self.exchange.response
        return self.moment + (response.elapsed if response else 0.0)

    @property
    def operation(self) -> Operation | None:
        """The operation, if the contract has it."""
        return self.route.operation

    @property
    def is_preflight(self) -> bool:
        """Whether it is a browser's own question whether a page may send a request."""
        asked = self.exchange.request.method == "OPTIONS"
        return asked and "access-control-request-method" in self.headers

    @property
    def case(self) -> str:
        """Its name in reports."""
        return f"request-{self.exchange.number}"

    @cached_property
    def raw_path(self) -> str:
        """The path as sent, below the base."""
        return urlsplit(self.exchange.request.url).path.removeprefix(self.base)

    @cached_property
    def raw_query(self) -> str:
        """The query as sent."""
        return urlsplit(self.exchange.request.url).query

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the query, decoded, in order."""
        return tuple(parse_qsl(self.raw_query, keep_blank_values=True, errors="surrogateescape"))

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers, names in lower case; the last value of a name counts."""
        return {name.lower(): value for name, value in self.exchange.request.headers}

    @property
    def body(self) -> bytes:
        """The body as sent; empty for none."""
        return self.exchange.request.body or b""

    @property
    def status(self) -> int:
        """Status of the answer; 0 for none."""
        return self.exchange.status

    @property
    def code(self) -> str:
        """Error code of the answer; empty for none."""
        answer = self.exchange.json
        code = answer.get("error_code") if isinstance(answer, dict) else None
        return code if isinstance(code, str) else ""
