"""OpenAPI Overlay 1.0: changes to a document, written as a document.

Stricter than the specification in one point: there a target that matches nothing is passed over
in silence; here it is an error, because an overlay of ours that misses its target is out of date.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.errors import ContractError

if TYPE_CHECKING:
    import jsonpath_rfc9535

_Line = Callable[[Sequence[str | int]], int | None]
_OF_ACTIONS = ("target", "description", "update", "remove")


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
    line: _Line = lambda _way: None,
) -> tuple[dict[str, Any], list[Applied]]:
    """As ``apply_overlay``, with what each action did; ``line`` finds the line of an action."""
    _refuse_malformed(overlay, name, line)
    result = copy.deepcopy(dict(document))
    done: list[Applied] = []
    for number, action in enumerate(overlay["actions"]):
        at = _at(name, line, ["actions", number])
        where = f"{at}, action {number + 1} ({action['target']!r})"
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


def _refuse_malformed(overlay: Any, name: str, line: _Line) -> None:
    version = str(overlay.get("overlay", "")) if isinstance(overlay, dict) else ""
    if not version.startswith("1.0."):
        raise ContractError(
            name, "is not an OpenAPI Overlay of version 1.0", "start with overlay: 1.0.0"
        )
    actions = overlay.get("actions")
    at = _at(name, line, ["actions"])
    if not actions:
        raise ContractError(at, "has no actions", "an overlay needs at least one")
    if not isinstance(actions, list):
        raise ContractError(at, "actions is not a list", "begin each action with - target:")
    for number, action in enumerate(actions):
        _refuse_malformed_action(action, number, name, line)


def _refuse_malformed_action(action: Any, number: int, name: str, line: _Line) -> None:
    where = f"{_at(name, line, ['actions', number])}, action {number + 1}"
    if not isinstance(action, dict):
        raise ContractError(where, "is not an object", "give it a target")
    for key in action:
        if key not in _OF_ACTIONS and not str(key).startswith("x-"):
            near = difflib.get_close_matches(str(key), _OF_ACTIONS, n=1)
            place = f"{_at(name, line, ['actions', number, key])}, action {number + 1}"
            wanted = near[0] if near else f"{', '.join(_OF_ACTIONS)}; or indent it further"
            raise ContractError(place, f"has {key!r}, which no action has", f"expected {wanted}")
    if not isinstance(action.get("target"), str):
        raise ContractError(where, "has no target", "give it the JSONPath of what it changes")
    if "update" in action and action["update"] is None:
        raise ContractError(where, "has an empty update", "indent what it writes below update:")


def _at(name: str, line: _Line, way: Sequence[str | int]) -> str:
    """The file, with the line where it is known."""
    number = line(way)
    return name if number is None else f"{name}:{number}"


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
            kept = "an object" if isinstance(present, dict) else "a list"
            wanted = kept if isinstance(present, dict | list) else "a plain value"
            remedy = f"give {wanted}, or remove it first"
            raise ContractError(where, f"cannot update {key} ({kinds})", remedy)
        else:
            target[key] = value
