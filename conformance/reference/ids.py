"""Identifiers: 32 lowercase hexadecimal digits, from a generator that can be seeded."""

from __future__ import annotations

import random


class Ids:
    """Two independent streams, so that the number of requests does not change resource ids."""

    __slots__ = ("_requests", "_resources")

    def __init__(self, seed: int | None = None) -> None:
        self._resources = random.Random(seed)  # noqa: S311 - identifiers, not secrets
        self._requests = random.Random(None if seed is None else seed + 1)  # noqa: S311

    def resource(self) -> str:
        """Draw the id of an application, a rule or a job."""
        return f"{self._resources.getrandbits(128):032x}"

    def secret(self, length: int = 32) -> str:
        """Draw an application key or a token of the given number of digits."""
        return f"{self._resources.getrandbits(4 * length):0{length}x}"

    def request(self) -> str:
        """Draw the value of ``X-request-Id``."""
        return f"{self._requests.getrandbits(128):032x}"
