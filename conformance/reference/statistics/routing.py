"""Where the fourteen operations of chapter 13 answer, and what comes before every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from conformance.reference import wire
from conformance.reference.statistics.operations import OPERATIONS
from conformance.reference.statistics.parameters import read
from conformance.reference.statistics.refusals import Refusal, invalid
from conformance.reference.statistics.sessions import AppRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from conformance.reference.statistics.data import StatisticsData
    from conformance.reference.statistics.operations import StatisticsOperation


def routes(
    data: StatisticsData, operations: Sequence[StatisticsOperation[Any, Any]] = OPERATIONS
) -> list[Route]:
    """The routes of chapter 13 over these data, each named by its operation.

    The requests that they get carry ``project_id``, ``now`` and ``has_app`` in their state.
    """
    return [_route(data, operation) for operation in operations]


def require_project(request: Request) -> None:
    """Hold the project in the path, and in X-Project-Id if sent, against the authenticated one.

    The header is "the same as the project id in the path" (table 13-3). The document gives chapter
    13 no other refusal than 400; 13.13 and 13.14 have no project in their path. Raises Refusal.
    """
    project = request.path_params.get("project_id")
    if project is None:
        return
    if project != request.state.project_id:
        raise invalid("project_id", "it is not the project that the credentials are for")
    if request.headers.get("X-Project-Id", project) != project:
        raise invalid("X-Project-Id", "it differs from the project in the path")


def _route(data: StatisticsData, operation: StatisticsOperation[Any, Any]) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            require_project(request)
            query = read(operation.query, request.query_params)
            records = _records(data, request, query.application)
            body = operation.respond(records, query, int(request.state.now.timestamp()))
        except Refusal as refusal:
            return wire.refuse(request, 400, refusal.code, refusal.message)
        return wire.answer(request, 200, body)

    return Route(operation.path, endpoint, methods=["GET"], name=operation.name)


def _records(data: StatisticsData, request: Request, app_id: str) -> AppRecords:
    """The records of an application of the project; of any other there is nothing to see."""
    return data.app(app_id) if request.state.has_app(app_id) else AppRecords(app_id, [], [])
