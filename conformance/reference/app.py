"""The application: every route of chapters 5 to 13 and of the identity service, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from conformance.reference import (
    applications,
    auto_record,
    callbacks,
    control,
    control_rooms,
    identity,
    individual_jobs,
    mix_jobs,
    obs,
    record_rules,
    rooms,
    statistics,
)
from conformance.reference.routing import (
    Resource,
    operation_endpoint,
    statistics_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.middleware import Middleware

    from conformance.reference.operation import Operation
    from conformance.reference.routing import Endpoint
    from conformance.reference.world import World

OPERATIONS: tuple[Operation[Any], ...] = (
    *applications.OPERATIONS,
    *record_rules.OPERATIONS,
    *auto_record.OPERATIONS,
    *callbacks.OPERATIONS,
    *mix_jobs.OPERATIONS,
    *individual_jobs.OPERATIONS,
    *rooms.OPERATIONS,
    *obs.OPERATIONS,
)
TOKEN_ONLY_PREFIX = "/v1/rtc/data/"  # noqa: S105 - the tables of 13.13 and 13.14 list no AK/SK


def create_app(
    world: World,
    *,
    operations: Sequence[Operation[Any]] = OPERATIONS,
    middleware: Sequence[Middleware] = (),
    with_control: bool = False,
) -> Starlette:
    """Make the ASGI application over a world.

    To make one that deviates, replace an operation's ``handle``, ``find``, ``body`` or ``query``
    (``dataclasses.replace``), a field of the world's policies, or put a middleware in front.
    """
    table = _table(world, operations)
    if with_control:
        table.update(_doors(world))
    routes: list[BaseRoute] = [
        Route(path, Resource(world, endpoints)) for path, endpoints in table.items()
    ]
    routes.append(Route("/{unknown:path}", Resource(world, {})))
    app = Starlette(routes=routes, middleware=middleware)
    app.router.redirect_slashes = False
    return app


def served(world: World) -> frozenset[tuple[str, str]]:
    """Method and path of every operation that the reference implements."""
    table = _table(world, OPERATIONS)
    return frozenset((method, path) for path, endpoints in table.items() for method in endpoints)


def _table(world: World, operations: Sequence[Operation[Any]]) -> dict[str, dict[str, Endpoint]]:
    table: dict[str, dict[str, Endpoint]] = {}
    for operation in operations:
        endpoint = operation_endpoint(world, operation)
        table.setdefault(operation.path, {})[operation.method] = endpoint
    for route in statistics.routes(world.statistics):
        token_only = route.path.startswith(TOKEN_ONLY_PREFIX)
        guarded = statistics_endpoint(world, route.endpoint, token_only=token_only)
        table[route.path] = {"GET": guarded}
    table["/v3/auth/tokens"] = {"POST": identity.create_token(world)}
    table["/v3/projects"] = table["/v3/projects/"] = {"GET": identity.list_projects(world)}
    return table


def _doors(world: World) -> dict[str, dict[str, Endpoint]]:
    """The doors for tests, each for programs of this machine alone."""
    doors: dict[str, dict[str, Endpoint]] = {
        control.ADVANCE_PATH: {"POST": control.advance(world)},
        control.SNAPSHOT_PATH: {"GET": control.take_snapshot(world)},
        control_rooms.ROOMS_PATH: {"GET": control_rooms.list_rooms(world)},
        control_rooms.USER_PATH: {
            "PUT": control_rooms.put_user(world),
            "DELETE": control_rooms.delete_user(world),
        },
        control_rooms.DELIVERIES_PATH: {"GET": control_rooms.list_deliveries(world)},
    }
    return {
        path: {method: control.local(endpoint) for method, endpoint in endpoints.items()}
        for path, endpoints in doors.items()
    }
