"""Checks that the examples of a draft match their schemas: cases start from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from conformance.contract.authoring.problem import METHODS, Fault
from conformance.contract.inlining import pointed_at
from conformance.errors import ContractError

_SHOWN = 160
_CONTRACT = "contract:"

Json = Mapping[str, Any]
Way = tuple[str | int, ...]


def example_faults(document: Json, *, needed: bool) -> Iterator[Fault]:
    """Examples that break their schema, and bodies without an example.

    ``needed``: every request body must have one (a plain document has its values made up).
    """
    examples = _Examples(document)
    for way, operation in _operations(document):
        for number, parameter in enumerate(operation.get("parameters", ())):
            yield from examples.of_parameter(parameter, (*way, "parameters", number))
        body = examples.followed(operation.get("requestBody"), (*way, "requestBody"))
        yield from examples.of_content(*body)
        media = _json(body[0])
        if needed and media is not None and not (media.get("examples") or "example" in media):
            where = (*body[1], "content", "application/json", "examples")
            yield Fault(where, "is missing", "at least one valid request to start from")
        for status, answer in operation.get("responses", {}).items():
            yield from examples.of_content(*examples.followed(answer, (*way, "responses", status)))


class _Examples:
    def __init__(self, document: Json) -> None:
        self._document = document
        self._registry: Registry[Any] = Registry().with_resource(
            _CONTRACT, DRAFT202012.create_resource(document)
        )
        self._seen: set[Way] = set()

    def followed(self, node: Any, way: Way) -> tuple[Any, Way]:
        """The node that a reference points to, and its path."""
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            try:
                node = pointed_at(self._document, reference)
            except ContractError:
                return {}, way
            way = _way(reference)
        return node or {}, way

    def of_parameter(self, node: Any, way: Way) -> Iterator[Fault]:
        parameter, way = self.followed(node, way)
        if way in self._seen or "schema" not in parameter:
            return
        self._seen.add(way)
        yield from self._named(parameter, parameter["schema"], way)

    def of_content(self, holder: Any, way: Way) -> Iterator[Fault]:
        media = _json(holder)
        if media is None or way in self._seen or "schema" not in media:
            return
        self._seen.add(way)
        yield from self._named(media, media["schema"], (*way, "content", "application/json"))

    def _named(self, holder: Json, schema: Any, way: Way) -> Iterator[Fault]:
        if "example" in holder:
            yield from self._broken(schema, holder["example"], (*way, "example"))
        named = holder.get("examples")
        for name, example in named.items() if isinstance(named, dict) else ():
            shown, at = self.followed(example, (*way, "examples", name))
            if isinstance(shown, dict) and "value" in shown:
                yield from self._broken(schema, shown["value"], (*at, "value"))

    def _broken(self, schema: Any, value: Any, way: Way) -> Iterator[Fault]:
        validator = Draft202012Validator(_absolute(schema), registry=self._registry)
        for error in validator.iter_errors(value):
            where = (*way, *error.absolute_path)
            yield Fault(where, f"breaks its schema: {error.message}"[:_SHOWN], _limit(error))


def _limit(error: Any) -> str:
    return f"{error.validator} {error.validator_value}"[:_SHOWN]


def _json(holder: Any) -> Any:
    return holder.get("content", {}).get("application/json") if isinstance(holder, dict) else None


def _operations(document: Json) -> Iterator[tuple[Way, Json]]:
    for kind in ("paths", "webhooks"):
        for path, item in document.get(kind, {}).items():
            for method in METHODS:
                node = item.get(method) if isinstance(item, dict) else None
                if isinstance(node, dict):
                    yield (kind, path, method), node


def _way(reference: str) -> Way:
    parts = reference.removeprefix("#/").split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _absolute(node: Any) -> Any:
    """The references of a schema, made relative to the whole document."""
    if isinstance(node, dict):
        return {
            key: f"{_CONTRACT}{value}"
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(item) for item in node] if isinstance(node, list) else node
