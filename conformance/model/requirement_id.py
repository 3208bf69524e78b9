"""Parses requirement ids: the one place that knows their grammar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CLIENT: Final = "client/"
"""Before the ids of what a client has to keep."""

COMMON: Final = "common"
"""First segment of what holds of every operation; such an id has no keyword."""


@dataclass(frozen=True, slots=True)
class RequirementId:
    """``[client/]operation/place/[field/]keyword``.

    ``operation`` is an operationId, or ``common``. ``place`` is such as ``body``, ``200``,
    ``rule``. ``field`` is the path of a field (``apps[].state``, ``header/Location``), empty where
    the requirement is about none. ``keyword`` is the last segment; with two segments it is the
    place. ``tail`` is everything after the operation.
    """

    operation: str
    tail: str
    place: str
    field: str
    keyword: str
    of_client: bool

    @classmethod
    @lru_cache(maxsize=16384)
    def parse(cls, text: str) -> RequirementId:
        """Split an id into its parts; parts that it does not have stay empty."""
        own = text.removeprefix(CLIENT)
        operation, _, tail = own.partition("/")
        place, _, path = tail.partition("/")
        field, _, keyword = path.rpartition("/")
        return cls(operation, tail, place, field, keyword or place, own != text)

    @property
    def answer_key(self) -> str:
        """The operation and the place, such as ``AddBook/201``: the answer that can show it."""
        return f"{self.operation}/{self.place}"

    @property
    def is_common(self) -> bool:
        """Whether the requirement holds for every operation."""
        return self.operation == COMMON

    def __str__(self) -> str:
        return f"{CLIENT if self.of_client else ''}{self.operation}/{self.tail}"
