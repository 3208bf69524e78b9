"""Checks answer headers: every documented one is there once, with a proper value."""

from __future__ import annotations

from conformance.checks.results import CheckResults
from conformance.contract.operations import AnswerSpec, Operation
from conformance.model.exchange import Response


def check_headers(
    operation: Operation, spec: AnswerSpec, response: Response, found: CheckResults
) -> None:
    """Judge that every documented header is present exactly once and not empty."""
    for name in spec.headers:
        values = response.header_values(name)
        found.judge(
            f"{operation.id}/{spec.status}/header/{name}/required",
            len(values) == 1 and bool(values[0].strip()),
            f"the answer {spec.status} of {operation.id} does not carry {name} once",
            f"one header {name} with a value",
            f"{len(values)} header(s): {', '.join(values) or 'none'}",
        )
    if spec.schema is not None and response.body:
        check_media_type(operation, spec, response, found)


def check_media_type(
    operation: Operation, spec: AnswerSpec, response: Response, found: CheckResults
) -> None:
    """Judge that a JSON body is declared as application/json, in UTF-8 where a charset is named."""
    value = response.header("content-type") or ""
    found.judge(
        f"{operation.id}/{spec.status}/header/content-type/json",
        is_json(value),
        f"the answer {spec.status} of {operation.id} is not declared as JSON in UTF-8",
        "Content-Type: application/json, with no charset or utf-8",
        f"Content-Type: {value}" if value else "no Content-Type",
    )


def is_json(content_type: str) -> bool:
    """Whether a Content-Type declares JSON, with no charset or UTF-8."""
    media, _, parameters = content_type.partition(";")
    charset = parameters.lower().partition("charset=")[2].strip().strip('"')
    return media.strip().lower() == "application/json" and charset in {"", "utf-8", "utf8"}


class RequestIds:
    """Remembers every request id of a run: none may come back twice.

    ``header``: the lower-case name of the header that carries it.
    """

    def __init__(self, header: str) -> None:
        self.header = header
        self.requirement = f"common/header/{header}/unique"
        self._seen: dict[str, int] = {}

    def check(self, response: Response, found: CheckResults) -> None:
        """Judge that the request id of this answer was never seen before."""
        value = response.header(self.header)
        if not value:
            return
        earlier = self._seen.setdefault(value, found.exchange)
        found.judge(
            self.requirement,
            earlier == found.exchange,
            f"request id {value} was already that of exchange {earlier}",
            "an id that no earlier answer carried",
            value,
        )
