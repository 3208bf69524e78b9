"""Errors with a status that an operation does not list have a shape too."""

from __future__ import annotations

import copy
from typing import Any

from conformance.contract.conventions import Conventions

_MEDIA = "application/json"


def say_default(document: dict[str, Any], conventions: Conventions) -> None:
    """Give operations a ``default`` answer of the shape that all of their errors have.

    Only where the contract states an envelope for every refusal. Without it generated clients read
    no code out of an error of the gateway, say, which no operation lists.
    """
    if conventions.envelope is None:
        return
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(operation["responses"])


def _complete(responses: dict[str, Any]) -> None:
    errors = [answer for status, answer in responses.items() if str(status)[:1] in "45"]
    shapes = [answer.get("content", {}).get(_MEDIA, {}).get("schema") for answer in errors]
    if shapes and shapes[0] and all(shape == shapes[0] for shape in shapes):
        content = {_MEDIA: {"schema": copy.deepcopy(shapes[0])}}
        responses.setdefault("default", {"description": "Any other error.", "content": content})
