"""The type of strings that must not be empty."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MinLen

Text = Annotated[str, MinLen(1)]
"""A string that is not empty, wherever records are read from files."""
