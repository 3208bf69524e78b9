"""Every enumeration is a component with a name, and each of its values has one.

A generator names an enumeration that stands in a field by that field, and numbers those that meet.
The name is the ``title`` that the contract gives; without one it is made from the field and, where
other values have that name already, from what holds the field.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.generators.naming import constants, pascal
from conformance.contract.generators.walking import DATA, NAMED

_KEPT = ("type", "format", "enum", "x-enum-varnames")
_BESIDE = ("description", "deprecated", "readOnly", "writeOnly")
"""Annotations of the place; OpenAPI 3.1 allows them beside a reference."""


def lift_enumerations(document: dict[str, Any]) -> None:
    """Move the enumerations of a document to its components, equal ones to the same."""
    components = document.setdefault("components", {}).setdefault("schemas", {})
    lifting = _Lifting({name.casefold() for name in components})
    for name, schema in components.items():
        if _is_enumeration(schema):
            schema["x-enum-varnames"] = constants(schema["enum"], schema.get("x-enum-varnames"))
        else:
            lifting.visit(schema, (name,))
    lifting.visit(document["paths"], (), named=True)
    shared = {key: part for key, part in document["components"].items() if key != "schemas"}
    lifting.visit(shared, (), named=True)
    components.update(sorted(lifting.found.items()))


@dataclass
class _Lifting:
    taken: set[str]
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def visit(self, node: Any, trail: tuple[str, ...], *, named: bool = False) -> None:
        """Replace the enumerations beneath a node; ``trail`` are names around it, inner last."""
        if isinstance(node, list):
            for item in node:
                self._into(item, trail)
        elif isinstance(node, dict):
            inner = (*trail, str(node.get("operationId") or node.get("name") or ""))
            for key, value in node.items():
                if named:
                    self._into(value, (*trail, key))
                elif key in NAMED and isinstance(value, dict):
                    self.visit(value, inner if key == "properties" else trail, named=True)
                elif key not in DATA and not key.startswith("x-"):
                    self._into(value, inner)

    def _into(self, value: Any, trail: tuple[str, ...]) -> None:
        if _is_enumeration(value):
            self._lift(value, [name for name in trail if name])
        else:
            self.visit(value, trail)

    def _lift(self, schema: dict[str, Any], trail: list[str]) -> None:
        component = {key: schema[key] for key in _KEPT if key in schema}
        component["x-enum-varnames"] = constants(schema["enum"], schema.get("x-enum-varnames"))
        name = self._named(schema.get("title"), trail, component)
        self.found[name] = component
        beside = {key: schema[key] for key in _BESIDE if key in schema}
        schema.clear()
        schema |= {"$ref": f"#/components/schemas/{name}"} | beside

    def _named(self, title: Any, trail: list[str], component: dict[str, Any]) -> str:
        """A name that is free, or is that of the same enumeration."""
        own = pascal(str(title)) if title else pascal(trail[-1]) if trail else ""
        longer = [pascal("_".join(trail[-count:])) for count in range(2, len(trail) + 1)]
        stem = own if _can_be_a_name(own) else "Values"
        numbered = (f"{stem}{number}" for number in itertools.count(2))
        names = itertools.chain((own, *longer), numbered)
        return next(name for name in names if self._fits(name, component))

    def _fits(self, name: str, component: dict[str, Any]) -> bool:
        if self.found.get(name) == component:
            return True
        known = self.taken | {one.casefold() for one in self.found}
        return _can_be_a_name(name) and name.casefold() not in known


def _can_be_a_name(text: str) -> bool:
    return bool(text) and not text[0].isdigit()


def _is_enumeration(schema: Any) -> bool:
    """A list of texts or whole numbers that stands where a type stands."""
    if not isinstance(schema, dict) or not isinstance(schema.get("enum"), list):
        return False
    return schema.get("type") in ("string", "integer") and bool(schema["enum"])
