"""Checks answer bodies: JSON, the documented shape, no undeclared fields; or no body at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.results import CheckResults
from conformance.checks.silence import Silence
from conformance.contract.operations import AnswerSpec
from conformance.contract.requirements import answer_keywords
from conformance.contract.validation import Violation
from conformance.model.exchange import Response
from conformance.model.requirement import Level

_SHOWN = 120
_NAMED = 8


@dataclass(slots=True)
class _Node:
    """One object of the documented shape: its fields, and what their presence proves.

    ``open``: the document shows the object only in part, so any further field is allowed.
    ``left_over``: fields that only its examples show and that no requirement is about.
    """

    ids: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    recommended: Mapping[str, str] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)
    items: _Node | None = None
    open: bool = False
    left_over: frozenset[str] = frozenset()


class BodyCheck:
    """Judges the bodies of one operation and status; compiled once, used for each exchange.

    ``owner`` is an operation, or whatever else sends such bodies; ``place`` is the status.
    ``plain``: what the schema leaves open is not judged. ``nulls``: null is taken for absence.
    """

    def __init__(
        self,
        owner: str,
        place: str,
        spec: AnswerSpec,
        *,
        plain: bool = False,
        nulls: bool = False,
    ) -> None:
        self._owner = owner
        self._spec = spec
        self._prefix = f"{owner}/{place}"
        self._known = {
            f"{self._prefix}/{f.path}/{keyword}"
            for f in spec.fields
            for keyword, _ in answer_keywords(f)
        }
        self._known |= {
            f"{self._prefix}/{f'{c.path}.' if c.path else ''}{c.name}/combination"
            for c in spec.combinations
        }
        schema = spec.schema or {}
        self._plain = plain
        self._object = not self._plain or schema.get("type") == "object"
        self._silence = Silence.of(spec.fields, nulls=nulls)
        self._root = self._tree(spec)
        self._root.left_over = frozenset(schema.get("x-left-over", ()))
        self._may_be_hollow = schema.get("x-hollow") is True

    def check(self, response: Response, found: CheckResults) -> None:
        """Judge one body by everything that the document says of it."""
        if self._spec.schema is None:
            if not self._plain:
                self._empty(response, found)
            return
        value, problem = response.parsed
        if problem is not None:
            text = response.body[:_SHOWN].decode("utf-8", "replace")
            found.fail(f"{self._prefix}/body/json", problem, "a JSON body", text or "an empty body")
            return
        if self._object and not isinstance(value, dict):
            found.fail(
                f"{self._prefix}/body/json",
                "the body is not a JSON object",
                "a JSON object",
                f"{str(value)[:_SHOWN]} ({type(value).__name__})",
            )
            return
        found.keep(f"{self._prefix}/body/json")
        answered, value = value, self._spoken(value, response, found)
        if self._may_be_hollow and isinstance(value, dict) and not _says_anything(value):
            return
        held: set[str] = set()
        undeclared: list[str] = []
        self._walk(self._root, value, "", held, undeclared, found)
        if not self._spec.validator.is_valid(value):
            self._violations(value, answered, held, found)
        found.kept |= held
        if self._plain:
            return
        found.judge(
            f"{self._prefix}/body/undeclared",
            not undeclared,
            f"the body has fields that the document does not name: {', '.join(undeclared[:8])}",
            "only documented fields",
            ", ".join(undeclared[:8]),
        )

    def documented(self, value: Any) -> Any:
        """The body without the fields that the document does not name."""
        return value if self._plain else _pruned(self._root, value)

    def _spoken(self, value: Any, response: Response, found: CheckResults) -> Any:
        """What the body says, without what stands for nothing; fields that are null are named."""
        silence, unsaid = self._silence, list[str]()
        empty = silence.nulls and (b"null" in response.body or b'""' in response.body)
        if silence.off or silence.hollow or silence.zeros or empty:
            value = silence.spoken(value, unsaid)
        if silence.nulls:
            found.judge(
                f"{self._prefix}/body/nulls",
                not unsaid,
                f"fields of the body are null: {', '.join(unsaid)}",
                "no such field, where there is nothing to say",
                ", ".join(unsaid),
            )
        return value

    def _empty(self, response: Response, found: CheckResults) -> None:
        found.judge(
            f"{self._prefix}/body/empty",
            not response.body,
            f"the answer {self._spec.status} of {self._owner} has a body",
            "no body",
            response.body[:_SHOWN].decode("utf-8", "replace"),
        )

    def _violations(self, value: Any, answered: Any, held: set[str], found: CheckResults) -> None:
        for violation in self._spec.validator.violations(value):
            if self._is_combined_in(answered, violation):
                continue
            requirement = f"{self._prefix}/{violation.path}/{violation.keyword}"
            if requirement not in self._known:
                requirement = f"{self._prefix}/body/json"
            held.discard(requirement)
            found.fail(
                requirement,
                f"{violation.place or 'the body'}: {violation.keyword} is broken",
                violation.expected,
                violation.actual,
            )

    def _is_combined_in(self, answered: Any, violation: Violation) -> bool:
        """Whether fields belong together in the answer as it came: an empty text is a field."""
        if violation.keyword != "combination":
            return False
        broken = self._spec.validator.violations(answered)
        return (violation.path, violation.place) not in {(it.path, it.place) for it in broken}

    def _walk(
        self,
        node: _Node,
        value: Any,
        path: str,
        held: set[str],
        undeclared: list[str],
        found: CheckResults,
    ) -> None:
        if node.items is not None and isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    self._walk(node.items, item, f"{path}[]", held, undeclared, found)
                held.update(node.items.ids)
            return
        if not isinstance(value, dict):
            return
        held.update(node.required)
        for name, requirement in node.recommended.items():
            if name in value:
                held.add(requirement)
            elif requirement not in found.broken:
                found.fail(requirement, f"{path or 'the body'} lacks {name}", name, "no such field")
        for name, item in value.items():
            child = node.children.get(name)
            if child is None:
                if node.children and not node.open and name not in node.left_over:
                    _note(undeclared, f"{path}.{name}" if path else name)
                continue
            held.update(child.ids)
            if isinstance(item, (dict, list)):
                self._walk(child, item, f"{path}.{name}" if path else name, held, undeclared, found)

    def _tree(self, spec: AnswerSpec) -> _Node:
        nodes: dict[str, _Node] = {"": _Node()}
        for item in spec.fields:
            prefix = f"{self._prefix}/{item.path}"
            keywords = dict(answer_keywords(item))
            node = self._node(nodes, item.path)
            node.open = item.schema.get("additionalProperties") is True
            if item.schema.get("items", {}).get("additionalProperties") is True:
                self._node(nodes, f"{item.path}[]").open = True
            node.ids = tuple(f"{prefix}/{k}" for k in keywords if k != "required")
            if "required" not in keywords:
                continue
            parent = nodes[_parent(item.path)]
            if keywords["required"] is Level.MUST:
                parent.required = (*parent.required, f"{prefix}/required")
            else:
                parent.recommended = {**parent.recommended, item.name: f"{prefix}/required"}
        for combination in spec.combinations:
            node = self._node(nodes, combination.path)
            middle = f"{combination.path}." if combination.path else ""
            requirement = f"{self._prefix}/{middle}{combination.name}/combination"
            node.required = (*node.required, requirement)
        return nodes[""]

    def _node(self, nodes: dict[str, _Node], path: str) -> _Node:
        if path not in nodes:
            nodes[path] = node = _Node()
            parent = self._node(nodes, _parent(path))
            if path.endswith("[]"):
                parent.items = node
            else:
                parent.children[path.rsplit(".", 1)[-1]] = node
        return nodes[path]


def _note(names: list[str], name: str) -> None:
    """Add a name to the few that a message lists, each once, however many rows have it."""
    if len(names) < _NAMED and name not in names:
        names.append(name)


def _pruned(node: _Node, value: Any) -> Any:
    if node.items is not None and isinstance(value, list):
        return [_pruned(node.items, item) for item in value]
    if not isinstance(value, dict) or not node.children or node.open:
        return value
    named = node.children.keys() | node.left_over
    return {
        name: _pruned(node.children[name], item) if name in node.children else item
        for name, item in value.items()
        if name in named
    }


def _says_anything(answer: Mapping[str, Any]) -> bool:
    """Whether any member has a value."""
    return any(value is not None and value not in ("", [], {}) for value in answer.values())


def _parent(path: str) -> str:
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]
