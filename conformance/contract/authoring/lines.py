"""Reads YAML and JSON by YAML 1.2's core schema, with the line of each member."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.files import NOT_YAML, UnusableError, bounded, spelled, what_is_wrong
from conformance.errors import ContractError
from conformance.given_files import given_text

Way = Sequence[str | int]
"""Where a member is: keys and indices from the root."""

_KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
_BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


# The fast one where PyYAML was built with it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Core(_Base):  # type: ignore[misc]
    """A YAML 1.2 loader: ``on`` and 2023-11-28 are texts, not a boolean and a date as in 1.1."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Core.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOLEAN, list("tTfF"))
_Core.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-+0123456789"))
_Core.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
_Core.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))
_Core.add_constructor("tag:yaml.org,2002:float", lambda _loader, node: float(node.value))


class SourceFile:
    """One file: its content (keys are texts), and the line of each member.

    Raises ContractError, with file and line, when it cannot be read or parsed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = _text(path)
        try:
            self._root = bounded(_composed(self.text))
            self.value = spelled(self.text, _textual_keys(_constructed(self._root)))
        except UnusableError as error:
            line, problem = what_is_wrong(error)
            raise ContractError(f"{path}:{line or '?'}", f"cannot be read ({problem})") from error
        except NOT_YAML as error:
            self._root = None
            self.value = self._json(error)

    def line(self, way: Way) -> int | None:
        """The line (from 1) of a member, or of its nearest existing parent."""
        node, line = self._root, 1
        if node is None:
            return None
        for step in way:
            below = _below(node, step)
            if below is None:
                break
            line, node = below
        return line

    def holds(self, way: Way) -> bool:
        """Whether the file has that member."""
        value: Any = self.value
        for step in way:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def twice(self) -> Iterator[tuple[list[str | int], str]]:
        """Keys that a mapping has twice: all but the last value are lost."""
        yield from _twice(self._root, [], set())

    def _json(self, error: Exception) -> Any:
        """Parse JSON, which may be indented by tabs, unlike YAML."""
        line, problem = what_is_wrong(error)
        place = f"{self.path}:{line or '?'}"
        try:
            return spelled(self.text, json.loads(self.text))
        except UnusableError as unusable:
            raise ContractError(place, f"cannot be read ({unusable.problem})") from error
        except (ValueError, RecursionError):
            raise ContractError(place, f"is neither YAML nor JSON ({problem})") from error


def _text(path: Path) -> str:
    try:
        return given_text(path, "utf-8-sig")
    except OSError as error:
        raise ContractError(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContractError(str(path), f"is not UTF-8 (byte {error.start})") from error


def _composed(text: str) -> yaml.Node | None:
    loader = _Core(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _constructed(node: yaml.Node | None) -> Any:
    if node is None:
        return None
    loader = _Core("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _textual_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _textual_keys(item) for key, item in value.items()}
    return [_textual_keys(item) for item in value] if isinstance(value, list) else value


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _below(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        if not isinstance(step, int) or not -1 < step < len(node.value):
            return None
        item = node.value[step]
        return item.start_mark.line + 1, item
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in reversed(node.value):
        if key.value == str(step):
            return key.start_mark.line + 1, value
    return None


def _twice(
    node: yaml.Node | None, way: list[str | int], seen: set[int]
) -> Iterator[tuple[list[str | int], str]]:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _twice(item, [*way, number], seen)
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in names and key.tag != "tag:yaml.org,2002:merge":
                yield [*way, name], name
            names.add(name)
            yield from _twice(value, [*way, name], seen)
