"""Derives the requirements on clients: ids ``client/<Operation>/…``.

They come from the inputs of the contract, as the requirements on implementations do:
``client/<Operation>/<place>/<field>/<keyword>``; what holds for every request is
``client/common/<family>/<name>``.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.certification.duties import DUTIES, Duty
from conformance.contract.document import Contract
from conformance.contract.fields import Field
from conformance.contract.operations import Operation, Parameter
from conformance.contract.paging import Pagination
from conformance.contract.requirements import input_level, judged_parameters
from conformance.contract.wording import limit_of
from conformance.model.requirement import Level, Requirement, Source

PREFIX = "client"
COMMON = f"{PREFIX}/common"
PROJECT_ERRATUM = "E-3-project-id"
COMMAS_STATED = frozenset({("ListRtcClientQosDetails", "mid")})
"""Lists whose table says that commas stand between the values (13-65); others only show it."""


def requirements_on_requests(contract: Contract) -> dict[str, Requirement]:
    """Every requirement on what clients send, by id, in the order of the document."""
    found: dict[str, Requirement] = {}
    for operation in contract.operations.values():
        for item in _of_operation(operation):
            found[item.id] = item
    for duty in DUTIES:
        item = _common(duty)
        found[item.id] = item
    for group, (calls, seconds) in contract.flow_groups.items():
        text = f"At most {calls} requests of the group {group} are sent in {seconds:g} s."
        item = _common(Duty(f"flow/{group}", Level.SHOULD, "1.4", text, "E-1-flow-merged-cells"))
        found[item.id] = item
    return found


def body_keywords(field: Field) -> Iterator[tuple[str, Level]]:
    """Keywords of a body field that are judged, with their levels."""
    item = field.path.endswith("[]")
    required = field.presence == "required"
    if required and not item:
        yield "required", Level.MUST
    if field.types:
        yield "type", Level.MUST
    if "null" not in field.types:
        yield "null", Level.MUST if required or item else Level.SHOULD
    for keyword in field.keywords:
        yield keyword, input_level(field, keyword)


def chosen_by_clients(operation: Operation, parameter: Parameter) -> bool:
    """Whether clients choose this name freely, so that it may be ``null``."""
    kind = operation.conventions.resources.get(parameter.field.resource or "", {})
    return parameter.place == "path" and bool(kind.get("named-by-client"))


def parameter_keywords(
    parameter: Parameter, field: Field, *, chosen: bool = False
) -> Iterator[tuple[str, Level]]:
    """Keywords of a parameter, or of the items of its list, that are judged."""
    item = field.path.endswith("[]")
    if parameter.place == "path":
        yield "filled", Level.SHOULD if chosen else Level.MUST
    elif not item:
        if parameter.required:
            yield "required", Level.MUST
        listed = field.types[:1] == ("array",)
        yield ("comma-list", Level.MUST) if listed else ("once", Level.SHOULD)
    if field.types and field.types[0] in {"integer", "number", "boolean"}:
        yield "type", Level.MUST
    for keyword in field.keywords:
        if keyword != "const":
            yield keyword, input_level(field, keyword)


def takes_content_type(operation: Operation) -> bool:
    """Whether the document gives the operation a Content-Type row."""
    return operation.parameter("Content-Type") is not None


def project_header(operation: Operation) -> Parameter | None:
    """The header in which a signed request names its project, where the operation has a row."""
    return operation.parameter("X-Project-Id")


def _of_operation(operation: Operation) -> Iterator[Requirement]:
    for parameter in judged_parameters(operation):
        chosen = chosen_by_clients(operation, parameter)
        for field in parameter.fields:
            for keyword, level in parameter_keywords(parameter, field, chosen=chosen):
                if keyword == "comma-list":
                    yield _comma_list(operation, field)
                else:
                    yield _field(operation, parameter.place, field, keyword, level)
    yield _plain(
        operation,
        "query/undeclared",
        Level.SHOULD,
        "No parameter is sent that the document does not name.",
    )
    if operation.window:
        text = "The time asked for ends after it begins, and is no longer than allowed."
        yield _plain(operation, "query/window/combination", Level.MUST, text)
        text = "The time asked for does not lie wholly in the future."
        yield _plain(operation, "query/window/past", Level.SHOULD, text)
    if operation.pagination:
        yield _paging(operation, operation.pagination)
    project = project_header(operation)
    if project is not None:
        text = f"A signed request says its project in {project.name}."
        tail = f"header/{project.name.lower()}/required"
        yield _plain(operation, tail, Level.SHOULD, text, PROJECT_ERRATUM, project.field.source)
    if takes_content_type(operation):
        level = Level.MUST if operation.body else Level.SHOULD
        yield _plain(
            operation,
            "header/content-type/required",
            level,
            "The request says its Content-Type.",
            None if operation.body else "E-3-content-type-get",
        )
    yield from _of_body(operation)


def _of_body(operation: Operation) -> Iterator[Requirement]:
    body = operation.body
    if body is None:
        text = "The request has no body."
        yield _plain(operation, "body/absent", Level.SHOULD, text)
        return
    text = "The body is declared as application/json, in UTF-8."
    yield _plain(operation, "header/content-type/json", Level.MUST, text)
    if body.required:
        yield _plain(operation, "body/required", Level.MUST, "The request has a body.")
    text = "The body has no field that the document does not name."
    yield _plain(operation, "body/undeclared", Level.SHOULD, text)
    for field in body.fields:
        for keyword, level in body_keywords(field):
            yield _field(operation, "body", field, keyword, level)
    for rule in body.combinations:
        middle = f"{rule.path}.{rule.name}" if rule.path else rule.name
        level = Level(rule.schema.get("x-level", "MUST"))
        yield _plain(
            operation,
            f"body/{middle}/combination",
            level,
            rule.text,
            _first(rule.schema.get("x-erratum")),
            rule.source,
        )


def _field(
    operation: Operation, place: str, field: Field, keyword: str, level: Level
) -> Requirement:
    tail = f"{place}/{field.path}/{keyword}"
    text = _text(place, field, keyword)
    erratum = _first(field.schema.get("x-erratum"))
    return _plain(operation, tail, level, text, erratum, field.source)


def _paging(operation: Operation, pagination: Pagination) -> Requirement:
    """The requirement on following pages: offset counts pages here, and entries there."""
    name = pagination.offset
    counted = "pages" if pagination.by_page else "entries"
    text = f"Parameter {name} counts {counted}, and no page is skipped or asked for in parts."
    parameter = operation.parameter(name)
    source = parameter.field.source if parameter else None
    return _plain(operation, f"query/{name}/paging", Level.SHOULD, text, source=source)


def _comma_list(operation: Operation, field: Field) -> Requirement:
    stated = (operation.id, field.path) in COMMAS_STATED
    level = Level.MUST if stated else Level.SHOULD
    tail, text = f"query/{field.path}/comma-list", _text("query", field, "comma-list")
    erratum = None if stated else "E-13-array-form"
    return _plain(operation, tail, level, text, erratum, field.source)


def _text(place: str, field: Field, keyword: str) -> str:
    noun = "Field" if place == "body" else "Parameter"
    subject = f"{noun} {field.path}"
    sentences = {
        "required": f"{subject} is sent.",
        "type": f"{subject} is sent as {' or '.join(field.types)}.",
        "null": f"{subject} is not sent as null.",
        "once": f"{subject} is sent once.",
        "comma-list": f"{subject} is sent once, its values separated by commas.",
        "filled": f"{subject} in the path is filled in.",
    }
    return sentences.get(keyword) or f"{subject} {limit_of(keyword, field)}."


def _plain(
    operation: Operation,
    tail: str,
    level: Level,
    text: str,
    erratum: str | None = None,
    source: Source | None = None,
) -> Requirement:
    return Requirement(
        id=f"{PREFIX}/{operation.id}/{tail}",
        level=level,
        operation=operation.id,
        chapter=operation.chapter,
        source=source or operation.source,
        text=text,
        kind="client",
        keyword=tail.rsplit("/", 1)[-1],
        erratum=erratum,
    )


def _common(duty: Duty) -> Requirement:
    return Requirement(
        id=f"{COMMON}/{duty.name}",
        level=duty.level,
        operation=None,
        chapter="common",
        source=Source(duty.section),
        text=duty.text,
        kind="client",
        keyword=duty.name.rsplit("/", 1)[-1],
        erratum=duty.erratum,
    )


def _first(value: object) -> str | None:
    if isinstance(value, list):
        return str(value[0]) if value else None
    return str(value) if value else None
