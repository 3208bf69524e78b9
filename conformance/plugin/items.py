"""Which arguments of pytest name items of the suite."""

from __future__ import annotations

from pathlib import Path

SUITE = "conformance.suite"
_FOLDER = Path(__file__).resolve().parents[1] / "suite"


def is_suite(argument: str) -> bool:
    """Whether an argument of pytest names items of the suite."""
    name = argument.split("::")[0]
    if name == SUITE or name.startswith(f"{SUITE}."):
        return True
    return Path(name).resolve().is_relative_to(_FOLDER)
