"""The JSON Schema of the target file, drawn from its records (``settings``).

``target.schema.json`` beside this module is the committed result, for editors and linters;
a test keeps the two the same.
"""

from __future__ import annotations

import json
import typing
from importlib import resources
from typing import Any

from conformance.access.record import record_schema
from conformance.access.settings import TargetSettings


def target_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a target file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Target file of sparkrtc-conformance",
        **record_schema(TargetSettings),
    }


def shipped_schema() -> dict[str, Any]:
    """The schema as it is shipped in the package."""
    text = resources.files("conformance.access").joinpath("target.schema.json").read_text("utf-8")
    return typing.cast("dict[str, Any]", json.loads(text))
