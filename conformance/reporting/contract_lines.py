"""Finds the line of the contract for a requirement, for formats that link to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from conformance.errors import ReportError
from conformance.model.requirement_id import RequirementId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_METHODS: Final = {"get", "put", "post", "delete", "patch", "head", "options"}
_COMBINERS: Final = ("allOf", "anyOf", "oneOf")
_DEPTH = 40


class ContractLines:
    """An index of the contract's lines. ``locate`` fits ``Material.locate``.

    The file is parsed once, by yaml's own parser, so that lines are those an editor shows.
    """

    def __init__(self, path: Path) -> None:
        """Read the contract. Raises ReportError when it cannot be read or is no YAML mapping."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            root = yaml.compose(path.read_text("utf-8"), Loader=loader)
        except OSError as error:
            raise ReportError(
                str(path), f"cannot be read ({error.strerror or error})", "name the contract file"
            ) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ReportError(str(path), f"is not YAML ({error})".replace("\n", " ")) from error
        if not isinstance(root, yaml.MappingNode):
            raise ReportError(str(path), "is not an OpenAPI document")
        self._root = root
        self._operations = dict(self._find_operations())

    def locate(self, requirement: str) -> int | None:
        """The line, from 1, of what the requirement speaks of; None when nothing is known.

        The deepest place that the id leads to: a keyword, else its field, its place, its operation.
        """
        parts = RequirementId.parse(requirement)
        if parts.is_common:
            return self._listed(self._root, "x-common-rules", requirement)
        node = self._operations.get(parts.operation)
        if node is None:
            return None
        if parts.place == "rule":
            return self._listed(node, "x-rules", parts.keyword) or _line(node)
        found = self._place(node, parts.place, parts.field)
        target = found if found is not None else node
        word = _entry(target, parts.keyword)
        return _line(word if word is not None else target)

    def _find_operations(self) -> Iterator[tuple[str, yaml.MappingNode]]:
        for item in _values(_value(self._root, "paths")):
            for key, node in _items(item):
                if key in _METHODS and isinstance(node, yaml.MappingNode):
                    name = _value(node, "operationId")
                    if isinstance(name, yaml.ScalarNode):
                        yield str(name.value), node

    def _listed(self, node: yaml.Node, key: str, identity: str) -> int | None:
        for item in _sequence(_value(node, key)):
            name = _value(item, "id")
            if isinstance(name, yaml.ScalarNode) and name.value == identity:
                return _line(item)
        return None

    def _place(self, operation: yaml.Node, place: str, field: str) -> yaml.Node | None:
        if place == "body":
            content = _value(self._resolved(_value(operation, "requestBody")), "content")
            return self._field(self._schema(content), field) or _value(operation, "requestBody")
        if place[:1].isdigit():
            return self._answer(operation, place, field)
        for item in _sequence(_value(operation, "parameters")):
            parameter = self._resolved(item)
            name, where = _value(parameter, "name"), _value(parameter, "in")
            top = field.split(".")[0].removesuffix("[]").lower()
            if _text(where) == place and _text(name).lower() == top:
                return _value(parameter, "schema") or parameter
        return None

    def _answer(self, operation: yaml.Node, status: str, field: str) -> yaml.Node | None:
        answer = _value(_value(operation, "responses"), status)
        resolved = self._resolved(answer)
        kind, _, header = field.partition("/")
        if kind == "header":
            wanted = header.lower()
            headers = _items(_value(resolved, "headers"))
            return next((node for key, node in headers if key.lower() == wanted), answer)
        if not field:
            return answer
        return self._field(self._schema(_value(resolved, "content")), field) or answer

    def _schema(self, content: yaml.Node | None) -> yaml.Node | None:
        media = next(iter(_values(content)), None)
        return self._resolved(_value(media, "schema"))

    def _field(self, schema: yaml.Node | None, path: str) -> yaml.Node | None:
        node = schema
        for step in path.split("."):
            name = step.rstrip("[]")
            if name:
                node = self._property(node, name)
            for _ in range(step.count("[]")):
                node = self._resolved(_value(node, "items"))
            if node is None:
                return None
        return node

    def _property(self, schema: yaml.Node | None, name: str) -> yaml.Node | None:
        node = self._resolved(schema)
        found = _value(_value(node, "properties"), name)
        if found is not None:
            return self._resolved(found) if _value(found, "$ref") is not None else found
        for combiner in _COMBINERS:
            for part in _sequence(_value(node, combiner)):
                inner = self._property(part, name)
                if inner is not None:
                    return inner
        return None

    def _resolved(self, node: yaml.Node | None) -> yaml.Node | None:
        for _ in range(_DEPTH):
            reference = _value(node, "$ref")
            if not isinstance(reference, yaml.ScalarNode):
                return node
            node = self._root
            for step in str(reference.value).removeprefix("#/").split("/"):
                node = _value(node, step.replace("~1", "/").replace("~0", "~"))
        return None


def _items(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), value) for key, value in node.value]


def _values(node: yaml.Node | None) -> list[yaml.Node]:
    return [value for _, value in _items(node)]


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _items(node) if name == key), None)


def _entry(node: yaml.Node, key: str) -> yaml.Node | None:
    """The key itself and not its value: the line with ``maxLength:``."""
    if not isinstance(node, yaml.MappingNode):
        return None
    found: yaml.Node | None = next((name for name, _ in node.value if name.value == key), None)
    return found


def _sequence(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
