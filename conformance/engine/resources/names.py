"""Names that a run gives to resources, and how they are recognised."""

from __future__ import annotations

import re
from typing import TypeGuard

RUNS_PREFIX = "sparkconf-"
"""How every name begins that any run of this suite gives."""

_LONGEST = 1024
"""Characters; the ids of the document have 64 at most."""
_OF_A_RUN = re.compile(rf"{RUNS_PREFIX}\w+-")


def is_of_a_run(prefix: str) -> bool:
    """Whether a prefix is one that a run of this suite can have had."""
    return _OF_A_RUN.fullmatch(prefix) is not None


def carries(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix; one case writes it in capitals, behind a space."""
    return name.strip().lower().startswith(prefix.lower())


def id_in(answer: object, field: str) -> str | None:
    """The id in an answer or a row, as text: the examples of chapter 10 print numbers."""
    identifier = answer.get(field) if isinstance(answer, dict) else None
    if type(identifier) is int:
        return str(identifier)
    return identifier if isinstance(identifier, str) else None


def can_name(identifier: object) -> TypeGuard[str]:
    """Whether an id out of an answer can be one segment of an address, as it is.

    What is empty, leads elsewhere (``..``), is longer than any address, or has letters that no
    address or terminal can show is taken for no id at all, whatever a target answers.
    """
    return (
        isinstance(identifier, str)
        and 0 < len(identifier) <= _LONGEST
        and identifier not in {".", ".."}
        and identifier.isprintable()
    )
