"""Finds out which target to judge: from an argument, an option or the environment."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.errors import UsageError

VARIABLE = "SPARKRTC_BASE_URL"


def named_target(
    named: Mapping[str, str | None], env: Mapping[str, str], *, reference: str, wanted: bool
) -> str | None:
    """The target file or address; None is the embedded reference.

    ``named`` are the options that may name one, by how they are written, and ``reference`` is the
    option that asks for the embedded reference, ``wanted`` whether it was given. The reference is
    judged when it is asked for, or when no address is in sight; never in place of an address that
    somebody meant to give. Raises UsageError for an empty one, and for more than one.
    """
    given = {option: value for option, value in named.items() if value is not None}
    if len(given) + wanted > 1:
        options = [*given, *([reference] if wanted else [])]
        both = "both" if len(options) == 2 else "all"
        raise UsageError(" and ".join(options), f"are {both} given", "give one of them")
    if wanted:
        return None
    if not given and VARIABLE in env:
        given = {VARIABLE: env[VARIABLE]}
    for option, value in given.items():
        if not value.strip():
            remedy = f"give an address, or {reference} for the embedded reference"
            raise UsageError(option, "is empty", remedy)
        return value.strip()
    return None
