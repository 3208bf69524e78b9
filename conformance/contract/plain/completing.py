"""Completes an OpenAPI document without our extensions, so that the suite can judge by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.authoring.problem import METHODS
from conformance.contract.inlining import pointed_at
from conformance.contract.plain.bodies import Unreadable, read_answer, read_body
from conformance.contract.plain.parameters import read_parameter
from conformance.contract.plain.schemas import Schemas
from conformance.contract.plain.security import carrier, is_open
from conformance.errors import ContractError

EFFECTS = {
    "get": "read",
    "head": "read",
    "options": "read",
    "put": "replace",
    "patch": "update",
    "delete": "delete",
    "post": "action",
}
FAMILY = "plain"
WRITES = "writes"
REFUSALS = (400, 409, 410, 411, 413, 414, 415, 416, 417, 422)
"""How a request that is not valid may be refused, besides the 4xx that its operation lists."""
UNSAID = (401, 403, 404, 407, 408, 425, 429)
"""Refusals that speak of the caller or of what is there, and not of the request."""
_OF_METHODS = (405, 406)
KINDS = (
    *("missing", "null", "type", "range", "enum", "format", "length", "items"),
    *("malformed", "not-an-object"),
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completed:
    """The completed document; ``left_out``: what is not judged, and why, one sentence each."""

    document: dict[str, Any]
    left_out: tuple[str, ...]


def complete(raw: Json) -> Completed:
    """Add every extension that the suite reads; what cannot be judged is left out.

    Raises ContractError for anything but OpenAPI 3, and when no operation can be judged.
    """
    if "swagger" in raw:
        problem = f"is of version {raw['swagger']}, whose bodies are not read"
        raise ContractError("the document", problem, "convert it to OpenAPI 3")
    if "openapi" not in raw:
        raise ContractError("the document", "is not an OpenAPI document", "start it with openapi:")
    reader = _Reader(raw)
    paths: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for path, method, item, node in _operations(raw):
        name = reader.name(path, method, node)
        try:
            paths.setdefault(path, {})[method] = reader.operation(name, path, method, item, node)
        except Unreadable as error:
            left_out.append(f"{name} is not judged: {error}")
    if not any(paths.values()):
        problem = "has no operation that can be judged"
        raise ContractError("the document", problem, left_out[0] if left_out else "give it paths")
    sent = carrier(raw)
    info = raw.get("info", {})
    document = {
        "openapi": "3.1.0",
        "info": {"title": str(info.get("title", "")), "version": str(info.get("version", ""))},
        "x-revision": str(info.get("version") or "none"),
        "x-conventions": {
            "plain": True,
            "unsaid": list(UNSAID),
            "flow-group": "all",
            "credentials": {
                **({"carrier": sent} if sent else {}),
                "headers": [
                    "authorization",
                    "content-type",
                    *([sent["name"].lower()] if sent else []),
                ],
            },
        },
        "x-refusals": {FAMILY: {}},
        "x-common-rules": [],
        "paths": {path: item for path, item in paths.items() if item},
    }
    return Completed(document, tuple(left_out))


class _Reader:
    def __init__(self, raw: Json) -> None:
        self._raw = raw
        self._schemas = Schemas(raw)
        self._names: Counter[str] = Counter()

    def name(self, path: str, method: str, node: Json) -> str:
        """The operationId as part of requirement ids: without slashes, and unique."""
        told = str(node.get("operationId") or f"{method}{path}")
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", told).strip("_") or method
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name}.{self._names[name]}"

    def operation(
        self, name: str, path: str, method: str, item: Json, node: Json
    ) -> dict[str, Any]:
        """One operation. Raises Unreadable, with the reason, when it cannot be judged."""
        answers, tolerated = self._answers(node.get("responses", {}))
        tags = node.get("tags")
        effect = EFFECTS[method]
        listed = [
            int(s) for s in answers if s.startswith("4") and int(s) not in {*UNSAID, *_OF_METHODS}
        ]
        refused = {"answers": [_any(status) for status in sorted({*REFUSALS, *listed})]}
        turned = {"answers": [_any(status) for status in (400, 401, 403, 404)]}
        return {
            "operationId": name,
            "summary": str(node.get("summary", "")),
            "x-source": {"section": f"{method.upper()} {path}"},
            "x-chapter": str(tags[0]) if isinstance(tags, list) and tags else "paths",
            "x-error-family": FAMILY,
            "x-effect": effect,
            **({} if effect == "read" else {"x-capabilities": [WRITES]}),
            "x-refusals": {**dict.fromkeys(KINDS, refused), "unauthenticated": turned},
            "x-tolerated-statuses": sorted(tolerated),
            **({"security": []} if is_open(self._raw, node) else {}),
            "parameters": list(self._parameters(path, item, node)),
            **self._body(node),
            "responses": answers,
        }

    def _parameters(self, path: str, item: Json, node: Json) -> Iterator[dict[str, Any]]:
        found: dict[tuple[str, str], Json] = {}
        for one in (*(item.get("parameters") or ()), *(node.get("parameters") or ())):
            parameter = self._followed(one)
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        for parameter in found.values():
            read = read_parameter(self._schemas, parameter)
            if read is not None:
                yield read
        named = {name for place, name in found if place == "path"}
        lacking = sorted(set(re.findall(r"\{([^{}]+)\}", path)) - named)
        if lacking:
            raise Unreadable(f"its path parameter {lacking[0]} is not described")

    def _body(self, node: Json) -> dict[str, Any]:
        body = node.get("requestBody")
        read = read_body(self._schemas, self._followed(body)) if body else None
        return {"requestBody": read} if read else {}

    def _answers(self, responses: Json) -> tuple[dict[str, Any], set[int]]:
        answers: dict[str, Any] = {}
        tolerated: set[int] = set()
        for status, node in responses.items():
            answer = self._followed(node)
            if re.fullmatch(r"[1-5][0-9][0-9]", status):
                answers[status] = read_answer(self._schemas, answer)
            elif re.fullmatch(r"[1-5][Xx][Xx]", status):
                tolerated |= set(range(int(status[0]) * 100, int(status[0]) * 100 + 100))
            elif status == "default":
                tolerated |= set(range(400, 600))
        for status, node in responses.items():
            if _succeeds(answers):
                break
            if status.upper() in {"2XX", "DEFAULT"}:
                tolerated |= set(range(200, 300))
                answers["200"] = read_answer(self._schemas, self._followed(node))
        if any(name.startswith("3") for name in answers) and not _succeeds(answers):
            raise Unreadable("it answers with redirections alone")
        if not _succeeds(answers):
            # It lists its refusals alone: what a success looks like is not said.
            tolerated |= set(range(200, 300))
            answers["200"] = {"description": ""}
        return answers, tolerated

    def _followed(self, node: Any) -> Json:
        for _ in range(10):
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                node = pointed_at(self._raw, node["$ref"])
        return node if isinstance(node, dict) else {}


def _succeeds(answers: Json) -> bool:
    return any(name.startswith("2") for name in answers)


def _any(status: int) -> dict[str, Any]:
    return {"status": status, "codes": []}


def _operations(raw: Json) -> Iterator[tuple[str, str, Json, Json]]:
    for path, item in raw.get("paths", {}).items():
        if isinstance(item, dict) and isinstance(item.get("$ref"), str):
            item = {**pointed_at(raw, item["$ref"]), **item}
        for method in METHODS if isinstance(item, dict) else ():
            node = item.get(method)
            if isinstance(node, dict) and method in EFFECTS:
                yield path, method, item, node
