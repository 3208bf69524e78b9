"""Names that a run gives to resources, and how they are recognised."""

from __future__ import annotations

import re

RUNS_PREFIX = "sparkconf-"
"""How every name begins that any run of this suite gives."""

_OF_A_RUN = re.compile(rf"{RUNS_PREFIX}\w+-")


def is_of_a_run(prefix: str) -> bool:
    """Whether a prefix is one that a run of this suite can have had."""
    return _OF_A_RUN.fullmatch(prefix) is not None


def carries(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix; one case writes it in capitals, behind a space."""
    return name.strip().lower().startswith(prefix.lower())
