"""Operations of the contract as frozen records: what can be asked, what may be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conformance.contract.catalogue import read_kinds
from conformance.contract.conventions import Conventions
from conformance.contract.fields import Combination, Field, Schema, combinations, source_of, walk
from conformance.contract.paging import Pagination, Rows, read_pagination, read_rows
from conformance.contract.time_window import TimeWindow, read_time_window
from conformance.contract.validation import Validator
from conformance.model.expectation import Expectation
from conformance.model.requirement import Source

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One documented input outside the body; ``place`` is path, query or header."""

    place: str
    field: Field
    explode: bool

    @property
    def name(self) -> str:
        """Name as it is sent."""
        return self.field.path

    @property
    def required(self) -> bool:
        """Whether the document demands it."""
        return self.field.presence == "required"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The field of the parameter and, for a comma list, that of its items."""
        items = self.field.schema.get("items")
        if items is None:
            return (self.field,)
        item = Field(f"{self.field.path}[]", items, "optional", self.field.source)
        return self.field, item


@dataclass(frozen=True)
class Body:
    """The documented JSON body: inlined schema, named examples, fields, cross-field statements.

    Not slotted, as AnswerSpec below: the compiled validator is made once, when first asked for.
    """

    schema: Schema
    required: bool
    examples: Mapping[str, Any]
    fields: tuple[Field, ...]
    combinations: tuple[Combination, ...]

    @cached_property
    def validator(self) -> Validator:
        """The schema, compiled."""
        return Validator(self.schema, self.combinations)


@dataclass(frozen=True)
class AnswerSpec:
    """One documented status: ``schema`` is None where no body is documented.

    ``other_media``: types that its body may have instead of JSON, which are not judged.
    """

    status: int
    description: str
    schema: Schema | None
    headers: Mapping[str, Schema]
    source: Source
    fields: tuple[Field, ...]
    combinations: tuple[Combination, ...]
    other_media: frozenset[str] = frozenset()

    @cached_property
    def validator(self) -> Validator:
        """The schema, compiled; it takes anything where the document has no body."""
        return Validator(self.schema or {}, self.combinations)


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A statement that a schema cannot say, as written beside its operation."""

    id: str
    level: str
    text: str
    source: Source
    statuses: tuple[int, ...]
    codes: tuple[str, ...]
    capabilities: frozenset[str]
    erratum: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the documented operations. ``effect`` is ``read`` or what it changes.

    ``is_open``: it needs no credentials (``security: []``). ``echo``: ``x-echo``, how its answers
    show what its requests sent.

    ``first`` is sent on the same path before a request that must be accepted: where the document
    leaves open whether a request that would change nothing is refused. ``opposite_first`` is the
    field of the body whose other listed value is sent first, for the same reason. ``may_refuse`` is
    the rule whose answers such a request may get too, since it names what may not be there.
    """

    id: str
    method: str
    path: str
    chapter: str
    section: str
    source: Source
    summary: str
    effect: str
    flow_group: str
    error_family: str
    capabilities: frozenset[str]
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[int, AnswerSpec]
    rules: tuple[RuleSpec, ...]
    pagination: Pagination | None
    rows: Rows | None
    window: TimeWindow | None
    server: str | None
    refusals: Mapping[str, Expectation]
    needs: tuple[str, ...]
    first: str | None
    opposite_first: str | None
    may_refuse: str | None
    tolerated_statuses: frozenset[int]
    conventions: Conventions
    is_open: bool
    echo: Mapping[str, Any]

    @property
    def success(self) -> AnswerSpec:
        """The documented 2xx answer; the first where a document has several."""
        return next(spec for status, spec in self.answers.items() if 200 <= status < 300)

    @property
    def successes(self) -> tuple[int, ...]:
        """Every documented 2xx status, the usual one first."""
        known = sorted({*self.answers, *self.tolerated_statuses} - {self.success.status})
        return (self.success.status, *(status for status in known if 200 <= status < 300))

    @property
    def reads_only(self) -> bool:
        """Whether the document lets it change nothing."""
        return self.effect == "read"

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, wherever it is sent."""
        return next((p for p in self.parameters if p.name == name), None)


def read_operation(
    path: str, method: str, node: Mapping[str, Any], conventions: Conventions
) -> Operation:
    """Build the record from an inlined operation object.

    Raises KeyError when an extension that every operation must carry is missing; the contract's
    own schema check names it before.
    """
    section = str(node["x-source"]["section"])
    source = Source(section, tuple(map(str, node["x-source"].get("tables", ()))))
    servers = node.get("servers") or [{}]
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        chapter=str(node["x-chapter"]),
        section=section,
        source=source,
        summary=str(node.get("summary", "")),
        effect=node["x-effect"],
        flow_group=node.get("x-flow-group", conventions.flow_group),
        error_family=node["x-error-family"],
        capabilities=frozenset(node.get("x-capabilities", ())),
        parameters=tuple(_parameter(p, section, source) for p in node.get("parameters", ())),
        body=_body(node.get("requestBody"), section, source),
        answers={
            int(status): read_content(int(status), answer, section, source)
            for status, answer in node["responses"].items()
        },
        rules=tuple(read_rule(rule, section) for rule in node.get("x-rules", ())),
        pagination=read_pagination(node.get("x-pagination")),
        rows=read_rows(node.get("x-rows")),
        window=read_time_window(node.get("x-time-window")),
        server=servers[0].get("url"),
        refusals=read_kinds(node.get("x-refusals", {})),
        needs=tuple(node.get("x-needs", ())),
        first=node.get("x-first"),
        opposite_first=node.get("x-opposite-first"),
        may_refuse=node.get("x-may-refuse"),
        tolerated_statuses=frozenset(node.get("x-tolerated-statuses", ())),
        conventions=conventions,
        is_open=node.get("security") == [],
        echo=node.get("x-echo", {}),
    )


def read_rule(node: Mapping[str, Any], section: str) -> RuleSpec:
    """Build the record of one ``x-rules`` entry."""
    named = node.get("capability", ())
    return RuleSpec(
        id=node["id"],
        level=node["level"],
        text=" ".join(str(node["text"]).split()),
        source=source_of({"x-source": _tables(node["source"])}, section) or Source(section),
        statuses=tuple(node.get("statuses", ())),
        codes=tuple(map(str, node.get("codes", ()))),
        capabilities=frozenset([named] if isinstance(named, str) else named),
        erratum=node.get("erratum"),
    )


def _tables(node: Mapping[str, Any]) -> dict[str, Any]:
    tables = node.get("tables") or ([node["table"]] if node.get("table") else [])
    return {"section": node.get("section", ""), "tables": tables}


def _parameter(node: Mapping[str, Any], section: str, source: Source) -> Parameter:
    presence = "required" if node.get("required") else "optional"
    own = source_of(node, section) or source
    schema = dict(node.get("schema", {}))
    for key, value in node.items():
        if key.startswith("x-") or key in {"example", "examples"}:
            schema.setdefault(key, value)
    field = Field(node["name"], schema, presence, own)
    return Parameter(node["in"], field, bool(node.get("explode", True)))


def _body(node: Mapping[str, Any] | None, section: str, source: Source) -> Body | None:
    if node is None:
        return None
    media = node["content"]["application/json"]
    schema = media["schema"]
    examples = {name: e["value"] for name, e in media.get("examples", {}).items()}
    return Body(
        schema=schema,
        required=bool(node.get("required", False)),
        examples=examples,
        fields=tuple(_with_levels(walk(schema, section, source), node.get("x-levels-of", {}))),
        combinations=tuple(combinations(schema, section, source)),
    )


def _with_levels(
    fields: Iterable[Field], levels: Mapping[str, Mapping[str, str]]
) -> Iterator[Field]:
    """The fields, with the levels that only this body gives them (``x-levels-of``)."""
    for field in fields:
        own = levels.get(field.path)
        if own is None:
            yield field
        else:
            merged = {**field.schema.get("x-levels", {}), **own}
            yield replace(field, schema={**field.schema, "x-levels": merged})


def read_content(status: int, node: Mapping[str, Any], section: str, source: Source) -> AnswerSpec:
    """Build the record of an answer, or of anything else that a service sends."""
    own = source_of(node, section) or source
    schema = node.get("content", {}).get("application/json", {}).get("schema")
    return AnswerSpec(
        status=status,
        description=str(node.get("description", "")),
        schema=schema,
        headers={name.lower(): head for name, head in node.get("headers", {}).items()},
        source=own,
        fields=tuple(walk(schema, section, own)) if schema else (),
        combinations=tuple(combinations(schema, section, own)) if schema else (),
        other_media=frozenset(node.get("x-other-media", ())),
    )
