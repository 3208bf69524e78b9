"""OpenAPI Overlay 1.0: changes to a document, written as a document.

Stricter than the specification in one point: there a target that matches nothing is passed over
in silence; here it is an error, because an overlay of ours that misses its target is out of date.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.errors import ContractError

if TYPE_CHECKING:
    import jsonpath_rfc9535


@dataclass(frozen=True, slots=True)
class Applied:
    """What one action did at one place: ``number`` counts from 0; ``update`` None: it removed."""

    number: int
    location: tuple[str | int, ...]
    update: Any


def apply_overlay(document: Mapping[str, Any], overlay: Any, name: str) -> dict[str, Any]:
    """The document with every action of the overlay applied in order; the original is kept.

    ``name`` is the overlay's file, for messages. Raises ContractError when the overlay is none of
    version 1.0, when a target is not a JSONPath (RFC 9535) or matches nothing, or when an update
    does not fit what its target selects.
    """
    return apply_actions(document, overlay, name)[0]


def apply_actions(
    document: Mapping[str, Any],
    overlay: Any,
    name: str,
    line: Callable[[Sequence[str | int]], int | None] = lambda _way: None,
) -> tuple[dict[str, Any], list[Applied]]:
    """As ``apply_overlay``, with what each action did; ``line`` finds the line of an action."""
    _refuse_malformed(overlay, name)
    result = copy.deepcopy(dict(document))
    done: list[Applied] = []
    for number, action in enumerate(overlay["actions"]):
        at = line(["actions", number])
        file = name if at is None else f"{name}:{at}"
        where = f"{file}, action {number + 1} ({action.get('target')!r})"
        nodes = _select(result, action, where)
        done += [Applied(number, _goes(n), action.get("update")) for n in nodes]
        if action.get("remove") is True:
            _remove(nodes, where)
        elif "update" in action:
            for node in nodes:
                _update(node.value, copy.deepcopy(action["update"]), where)
        else:
            raise ContractError(where, "neither updates nor removes", "give it one of the two")
    return result, done


def _goes(node: jsonpath_rfc9535.JSONPathNode) -> tuple[str | int, ...]:
    """The path at which an update can be found: what is added to an array is its last item."""
    end = (len(node.value),) if isinstance(node.value, list) else ()
    return (*node.location, *end)


def _refuse_malformed(overlay: Any, name: str) -> None:
    version = str(overlay.get("overlay", "")) if isinstance(overlay, dict) else ""
    if not version.startswith("1.0."):
        raise ContractError(
            name, "is not an OpenAPI Overlay of version 1.0", "start with overlay: 1.0.0"
        )
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ContractError(name, "has no actions", "an overlay needs at least one")
    if not all(isinstance(action, dict) for action in actions):
        raise ContractError(name, "has an action that is not an object", "give it a target")


def _select(
    document: dict[str, Any], action: Mapping[str, Any], where: str
) -> list[jsonpath_rfc9535.JSONPathNode]:
    import jsonpath_rfc9535  # heavy, and the newest edition has no overlay

    try:
        nodes = list(jsonpath_rfc9535.find(str(action.get("target", "")), document))
    except jsonpath_rfc9535.JSONPathError as error:
        raise ContractError(
            where, f"is not a JSONPath ({error.args[0]})", "see RFC 9535"
        ) from error
    if not nodes:
        raise ContractError(where, "matches nothing", "bring the overlay up to date")
    return nodes


def _remove(nodes: list[jsonpath_rfc9535.JSONPathNode], where: str) -> None:
    """Remove from the back, so that the indices of earlier items of an array stay true."""
    for node in reversed(nodes):
        if node.parent is None:
            raise ContractError(where, "cannot remove the whole document")
        container: Any = node.parent.value
        del container[node.location[-1]]


def _update(target: Any, update: Any, where: str) -> None:
    if isinstance(target, list):
        target.append(update)
    elif isinstance(target, dict) and isinstance(update, dict):
        _merge(target, update, where)
    else:
        kinds = f"{type(update).__name__} into {type(target).__name__}"
        raise ContractError(where, f"cannot be updated ({kinds})", "select an object or an array")


def _merge(target: dict[str, Any], update: dict[str, Any], where: str) -> None:
    """Merge an update: objects merge, arrays are extended, anything else is replaced."""
    for key, value in update.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value, where)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(value)
        elif isinstance(present, (dict, list)) or (
            key in target and isinstance(value, (dict, list))
        ):
            kinds = f"{type(value).__name__} over {type(present).__name__}"
            raise ContractError(where, f"cannot update {key} ({kinds})", "remove it first")
        else:
            target[key] = value
