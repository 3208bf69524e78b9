"""Faults of answers of success, derived from the models: fields, statuses, headers, bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import Edit, on_answer, on_body, on_field
from conformance.faults.derived.derivation import answer_keywords
from conformance.faults.derived.fields import Place
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Answer
from conformance.faults.middleware import Behaviour, Turn, without_request_id
from conformance.faults.model import Fault

FAMILY = "answer"
UNLISTED = "UNLISTED_VALUE"
_OTHER_STATUS = {200: 201, 201: 200, 202: 200, 204: 200}
_NULLABLE = frozenset({"next", "previous", "abnormal_list"})
_UNSET = frozenset({"ListApps", "ShowApp", "ShowRecordCallback"})
"""They may show null for a callback that nobody has set (E-8-null-callback)."""


def faults() -> Iterator[Fault]:
    """Every fault of an answer of success."""
    for endpoint in ENDPOINTS.values():
        for place in endpoint.shown():
            unset = endpoint.name in _UNSET and place.name == "record_callback"
            faults = _of_field(endpoint, place)
            yield from (one for one in faults if not (unset and one.name.endswith("/null")))
        yield from _of_status(endpoint)
        yield from of_headers(endpoint, endpoint.status, carries_id=endpoint.name != "ListProjects")
        yield from _of_body(endpoint)
    yield from _of_unshown()


_UNSHOWN: tuple[tuple[str, str, str, Any], ...] = (
    ("CreateToken", "token.catalog[].endpoints/type", "token.catalog", [{"endpoints": "none"}]),
    (
        "CreateToken",
        "token.catalog[].endpoints[].region_id/type",
        "token.catalog",
        [{"endpoints": [{"region_id": 7}]}],
    ),
    ("CreateToken", "body/nulls", "token.catalog", [{"endpoints": None}]),
    ("ListRtcEvent", "ctime/type", "ctime", 7),
    ("ListRtcEvent", "ctime/format", "ctime", "yesterday"),
    ("ListRtcEvent", "event_id/type", "event_id", 7),
    ("ListRtcEvent", "event_info/type", "event_info", 7),
)
"""Fields that the document has and the reference leaves out: what they must not look like."""


def _of_unshown() -> Iterator[Fault]:
    for name, tail, path, value in _UNSHOWN:
        status = ENDPOINTS[name].status
        requirement = f"{name}/{status}/{tail}"
        title = f"{name} answers {tail.split('/')[0]}, and wrongly"
        yield Fault(
            f"{requirement}/shown",
            title,
            FAMILY,
            (requirement,),
            (name,),
            on_field(path, tree.insert(value), status),
        )


def _of_field(endpoint: Endpoint, place: Place) -> Iterator[Fault]:
    for keyword in answer_keywords(place):
        for deviation, title, path, edit in _edits(place, keyword):
            status = f"{endpoint.name}/{endpoint.status}"
            name = f"{status}/{place.path}"
            absent = deviation == "null" and not place.required and not place.is_item
            yield Fault(
                f"{name}/{deviation}",
                f"{endpoint.name} answers {place.path} {title}",
                FAMILY,
                (f"{status}/body/nulls" if absent else f"{name}/{keyword}",),
                (endpoint.name,),
                on_field(path, edit, endpoint.status),
            )


def _edits(place: Place, keyword: str) -> Iterator[tuple[str, str, str, Edit]]:
    if keyword == "required":
        yield "dropped", "nowhere", place.path, tree.drop
        yield "renamed", "under another name", place.path, tree.rename
        return
    for deviation, title, value in _values(place, keyword):
        if place.is_item:
            yield deviation, title, place.parent, tree.insert([value])
        else:
            edit = tree.put(value) if place.required else tree.insert(value)
            yield deviation, title, place.path, edit


def _values(place: Place, keyword: str) -> Iterator[tuple[str, str, Any]]:
    schema = place.schema
    if keyword == "type":
        yield "other-type", "as another type", other_type(place)
        if place.name not in _NULLABLE:
            yield "null", "as null", None
    elif keyword == "enum":
        other = UNLISTED if isinstance(schema["enum"][0], str) else 99
        yield "unlisted", "with a value that is not listed", other
    elif keyword == "minimum":
        yield "below-minimum", "below its minimum", schema["minimum"] - 1
    elif keyword == "maximum":
        yield "above-maximum", "above its maximum", schema["maximum"] + 2
    elif keyword == "range":
        yield "out-of-range", "between its ranges", 59
    elif keyword == "minLength":
        yield "empty", "as an empty text", ""
    elif keyword == "minItems":
        yield "empty", "as an empty list", []
    elif keyword == "format":
        yield "malformed", "in another format", "2023/11/28 08:00:00 UTC"


def other_type(place: Place) -> Any:
    """A value of a type that the field does not have."""
    wrong = {"integer": "12", "number": "12.5", "boolean": "true", "array": "one"}
    return wrong.get(place.kind, 7)


def _of_status(endpoint: Endpoint) -> Iterator[Fault]:
    answered = f"{endpoint.name}/{endpoint.status}/status/answered"
    for status, breaks in (
        (_OTHER_STATUS[endpoint.status], (answered,)),
        (206, (answered, f"{endpoint.name}/answer/status/documented")),
    ):
        yield Fault(
            f"{endpoint.name}/{endpoint.status}/status/{status}",
            f"{endpoint.name} answers {status} instead of {endpoint.status}",
            FAMILY,
            breaks,
            (endpoint.name,),
            on_answer(_status(status)),
        )


def _status(status: int) -> Callable[[Turn, Answer], Answer]:
    return lambda _turn, answer: answer.with_status(status)


def of_headers(endpoint: Endpoint, status: int, *, carries_id: bool) -> Iterator[Fault]:
    """Faults of the headers of one status."""
    subject = f"{endpoint.name}/{status}"
    header = "x-subject-token" if endpoint.name == "CreateToken" else "x-request-id"
    if carries_id:
        for deviation, title, change in _header_changes(header):
            yield _shape(
                endpoint,
                status,
                f"header/{header}/{deviation}",
                title,
                f"{subject}/header/{header}/required",
                change,
            )
    if endpoint.answer is None and status < 400:
        return
    for deviation, title, media in (
        ("html", "declared as text/html", "text/html"),
        ("gbk", "declared in another charset", "application/json; charset=gbk"),
        ("undeclared", "without a content type", None),
    ):
        yield _shape(
            endpoint,
            status,
            f"header/content-type/{deviation}",
            title,
            f"{subject}/header/content-type/json",
            _declared(media),
        )


def _header_changes(
    header: str,
) -> Iterator[tuple[str, str, Callable[[Turn, Answer], Answer]]]:
    def dropped(_turn: Turn, answer: Answer) -> Answer:
        if header == "x-request-id":
            return without_request_id(answer)
        return answer.with_header(header)

    def repeated(_turn: Turn, answer: Answer) -> Answer:
        return answer.with_header(header, "one", "two")

    def blank(_turn: Turn, answer: Answer) -> Answer:
        return answer.with_header(header, "")

    yield "missing", f"without {header}", dropped
    yield "twice", f"with {header} twice", repeated
    yield "blank", f"with an empty {header}", blank


def _declared(media: str | None) -> Callable[[Turn, Answer], Answer]:
    return lambda _turn, answer: answer.with_body(answer.body, media)


def _of_body(endpoint: Endpoint) -> Iterator[Fault]:
    if endpoint.answer is None:
        yield _shape(
            endpoint,
            endpoint.status,
            "body/spoken",
            "with a body",
            f"{endpoint.name}/{endpoint.status}/body/empty",
            lambda _turn, answer: answer.with_json({"result": "ok"}),
        )
        return
    yield from of_json(endpoint, endpoint.status)


def of_json(endpoint: Endpoint, status: int) -> Iterator[Fault]:
    """Faults of the body of one status as a whole."""
    subject = f"{endpoint.name}/{status}/body"
    for deviation, title, change in (
        ("cut", "cut off in the middle", lambda body: body[: len(body) // 2]),
        ("text", "as plain text", lambda _body: b"OK"),
        ("list", "inside a list", lambda body: b"[" + body + b"]"),
        ("nothing", "with nothing in it", lambda _body: b""),
    ):
        yield _shape(
            endpoint, status, f"body/{deviation}", title, f"{subject}/json", _bytes(change)
        )
    yield Fault(
        f"{subject}/extra",
        f"{endpoint.name} answers {status} with a field that no table names",
        FAMILY,
        (f"{subject}/undeclared",),
        (endpoint.name,),
        on_body(lambda _turn, body: {**body, "internal_shard": 3}, status),
    )


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Turn, Answer], Answer]:
    return lambda _turn, answer: answer.with_body(change(answer.body))


def _shape(
    endpoint: Endpoint,
    status: int,
    tail: str,
    title: str,
    broken: str,
    change: Callable[[Turn, Answer], Answer],
) -> Fault:
    behaviour: Behaviour = on_answer(change, status)
    return Fault(
        f"{endpoint.name}/{status}/{tail}",
        f"{endpoint.name} answers {status} {title}",
        FAMILY,
        (broken,),
        (endpoint.name,),
        behaviour,
    )
