"""An exchange: one request and the answer to it, as sent and received."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Headers = tuple[tuple[str, str], ...]


_EXACT = 2**53
"""Below it every integer is a double, and the other way round (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it leaves: ``url`` is absolute, ``body`` the exact bytes."""

    operation: str | None
    method: str
    url: str
    headers: Headers
    body: bytes | None = None


@dataclass(frozen=True)
class Response:
    """One answer as it arrived; ``elapsed`` in seconds. Not slotted: the JSON is cached.

    ``undecoded``: why the body is still as it was on the wire, though a header says how to read it.
    """

    status: int
    headers: Headers
    body: bytes
    elapsed: float
    undecoded: str | None = None

    def header(self, name: str) -> str | None:
        """First value of a header, names compared without case; None if it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order of arrival."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    @cached_property
    def parsed(self) -> tuple[Any, str | None]:
        """The body as JSON and None, or None and the reason why it is not JSON."""
        if self.undecoded is not None:
            return None, self.undecoded
        try:
            return _parsed(self.body.decode("utf-8")), None
        except UnicodeDecodeError as error:
            return None, f"the body is not UTF-8 (byte {error.start})"
        except ValueError as error:
            return None, f"the body is not JSON ({error})"
        except RecursionError:
            return None, "the body is nested too deeply to be read"

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is not JSON."""
        return self.parsed[0]

    @property
    def legible(self) -> Any:
        """The body as JSON, with bytes in it that are no UTF-8 replaced; None if it is none yet.

        It finds what the run has to delete in an answer that is broken; ``json`` is what is judged.
        """
        if self.json is not None or self.undecoded is not None:
            return self.json
        try:
            return _parsed(self.body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None


def _parsed(text: str) -> Any:
    return json.loads(text, parse_constant=_no_number, parse_float=_number)


def _number(text: str) -> int | float:
    """Read a whole number as int: 1.0 and 1 are the same number (RFC 8259, section 6)."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


@dataclass(frozen=True, slots=True)
class NetworkFailure:
    """Why there is no answer: the stage that failed (dns, connect, tls, read, …) and a message."""

    stage: str
    message: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer, or with the reason why there is none."""

    number: int
    case: str
    request: Request
    response: Response | None
    failure: NetworkFailure | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the answer has a 2xx status."""
        return 200 <= self.status < 300

    @property
    def status(self) -> int:
        """Status code of the answer; 0 when nothing was answered."""
        return self.response.status if self.response is not None else 0

    @property
    def json(self) -> Any:
        """Body of the answer as JSON; None when there is none."""
        return self.response.json if self.response is not None else None

    @property
    def legible(self) -> Any:
        """``json``, with bytes that are no UTF-8 replaced: to find things, not to judge them."""
        return self.response.legible if self.response is not None else None


@dataclass(frozen=True, slots=True)
class DocumentedExchange(Exchange):
    """An exchange of whose answer only a part is looked at: ``documented``, its named fields."""

    documented: Any = None

    @property
    def json(self) -> Any:
        """The part of the body that the document names."""
        return self.documented
