"""Resolves ``$ref``, so that all other code sees plain schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from conformance.errors import ContractError


class Inliner:
    """Replaces local references by their targets; keys beside a ``$ref`` win.

    The contract has no recursive schema; one that refers to itself is a ContractError.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._done: dict[str, Any] = {}

    def __call__(self, node: Any, trail: tuple[str, ...] = ()) -> Any:
        """The node without references; shared parts are shared objects and must not be edited."""
        if isinstance(node, list):
            return [self(item, trail) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if reference is None:
            return {key: self(value, trail) for key, value in node.items()}
        target = self._target(reference, trail)
        beside = {key: self(value, trail) for key, value in node.items() if key != "$ref"}
        return {**target, **beside} if beside else target

    def _target(self, reference: str, trail: tuple[str, ...]) -> dict[str, Any]:
        if reference in trail:
            raise ContractError(reference, "refers to itself", "the contract must not be recursive")
        if reference not in self._done:
            self._done[reference] = self(pointed_at(self._document, reference), (*trail, reference))
        found: dict[str, Any] = self._done[reference]
        return found


def pointed_at(document: Mapping[str, Any], reference: str) -> Any:
    """The target of a local reference (``#/…``). Raises ContractError if there is none."""
    node: Any = document
    for part in reference.removeprefix("#").removeprefix("/").split("/"):
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise ContractError(reference, "points to nothing in the contract") from error
    return node
