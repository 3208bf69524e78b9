"""The contract as plain data, read without the package: these tests check what it is made from."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = Path(__file__).parents[2] / "spec"
METHODS = ("get", "put", "post", "delete")
COMBINED = ("allOf", "anyOf", "oneOf")

Json = dict[str, Any]


def load(path: Path) -> Any:
    """Read one YAML file with the fast loader."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


class Document:
    """``spec/openapi.yaml`` with local references followed and rows of the tables found."""

    def __init__(self, root: Json) -> None:
        self.root = root
        resource = DRAFT202012.create_resource(root)
        self._registry: Registry[Any] = Registry().with_resource("contract:", resource)

    @cached_property
    def operations(self) -> dict[str, Json]:
        """Operations by operationId, webhooks included."""
        paths = [*self.root["paths"].values(), *self.root.get("webhooks", {}).values()]
        found = [item[method] for item in paths for method in METHODS if method in item]
        return {operation["operationId"]: operation for operation in found}

    def of_section(self, section: str) -> Json:
        """The operation that a section of the document describes."""
        found = [o for o in self.operations.values() if o["x-source"]["section"] == section]
        assert len(found) == 1, f"{len(found)} operations have x-source.section {section}"
        return found[0]

    def follow(self, node: Json) -> Json:
        """The node itself, or what its ``$ref`` points to."""
        while "$ref" in node:
            pointer = node["$ref"]
            assert pointer.startswith("#/"), f"{pointer} is no local reference"
            node = self.root
            for key in pointer[2:].split("/"):
                node = node[key.replace("~1", "/").replace("~0", "~")]
        return node

    def branches(self, schema: Json) -> Iterator[Json]:
        """A schema and all that it combines, references followed."""
        plain = self.follow(schema)
        yield plain
        for keyword in COMBINED:
            for part in plain.get(keyword, []):
                yield from self.branches(part)

    def properties(self, schema: Json) -> dict[str, Json]:
        """The properties of a schema, those of its branches included; the first wins."""
        found: dict[str, Json] = {}
        for branch in self.branches(schema):
            for name, prop in branch.get("properties", {}).items():
                found.setdefault(name, prop)
        return found

    def nested(self, schema: Json) -> Iterator[Json]:
        """Every schema below a schema, itself included, each once."""
        seen: list[int] = []
        waiting = [schema]
        while waiting:
            for branch in self.branches(waiting.pop()):
                if id(branch) in seen:
                    continue
                seen.append(id(branch))
                yield branch
                waiting.extend(branch.get("properties", {}).values())
                waiting.extend([branch["items"]] if "items" in branch else [])

    def parameters(self, operation: Json, place: str) -> dict[str, Json]:
        """Parameters of one place by name; header names in lower case, as they have no case."""
        found = [self.follow(parameter) for parameter in operation.get("parameters", [])]
        named = [parameter for parameter in found if parameter["in"] == place]
        if place == "header":
            return {parameter["name"].lower(): parameter for parameter in named}
        return {parameter["name"]: parameter for parameter in named}

    def body(self, operation: Json, status: int | None) -> Json:
        """The JSON schema of the request body, or of the answer with a status."""
        if status is None:
            holder = self.follow(operation["requestBody"])
        else:
            holder = self.follow(operation["responses"][str(status)])
        schema: Json = holder["content"]["application/json"]["schema"]
        return schema

    def errors(self, schema: Json, value: object) -> list[str]:
        """What a value breaks of a schema, one line each."""
        anchored = self._absolute(schema)
        validator = Draft202012Validator(
            anchored,
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def accepts(self, schema: Json, value: object) -> bool:
        """Whether a value keeps a schema."""
        return not self.errors(schema, value)

    def _absolute(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: f"contract:{value}" if key == "$ref" else self._absolute(value)
                for key, value in node.items()
                if key not in {"example", "examples"} or not isinstance(value, dict)
            }
        return [self._absolute(item) for item in node] if isinstance(node, list) else node


@pytest.fixture(scope="session")
def document() -> Document:
    """The contract."""
    return Document(load(SPEC / "openapi.yaml"))


@pytest.fixture(scope="session")
def errata() -> list[Json]:
    """The errata, in their order."""
    entries: list[Json] = load(SPEC / "errata.yaml")
    return entries
