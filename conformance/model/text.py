"""Texts: the type of those that must not be empty, and their octets, whatever is in them."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MinLen

Text = Annotated[str, MinLen(1)]
"""A string that is not empty, wherever records are read from files."""


def octets_of(text: str) -> bytes:
    """A text in UTF-8, with the octets that stood for no letter as they were.

    Half of a surrogate pair, which JSON can say and UTF-8 cannot, is written as if it could.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
