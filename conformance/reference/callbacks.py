"""Chapter 8: the callback for recording events."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from conformance.reference import refusals
from conformance.reference.clock import later, timestamp
from conformance.reference.models.applications import AppCallbackUrl
from conformance.reference.models.callbacks import (
    RecordCallbackAnswer,
    UpdateRecordCallbackBody,
)
from conformance.reference.operation import Call, Operation, find_app
from conformance.reference.refusals import Refusal
from conformance.reference.resources import App, Callback


def update_callback(call: Call, app: App, body: UpdateRecordCallbackBody) -> RecordCallbackAnswer:
    """Set where events go; an address that cannot be reached is refused (8.1)."""
    if _unreachable(body.url, call.world.policies.unreachable_hosts):
        raise Refusal(refusals.URL_UNAVAILABLE)
    previous = app.callback.updated if app.callback is not None else app.created
    events = call.world.policies.subscription
    app.callback = Callback(body.url, body.auth_key, later(previous, call.now), events)
    return _answer(app)


def show_record_callback(_call: Call, app: App, _body: None) -> RecordCallbackAnswer:
    """Show where events go (8.2)."""
    return _answer(app)


def _unreachable(url: str, endings: tuple[str, ...]) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True
    return host.endswith(endings)


def _answer(app: App) -> RecordCallbackAnswer:
    return RecordCallbackAnswer(app_id=app.app_id, record_callback=show_callback(app.callback))


def show_callback(callback: Callback | None) -> AppCallbackUrl:
    """Show a callback; one that was never set is empty."""
    if callback is None:
        return AppCallbackUrl()
    return AppCallbackUrl(
        url=callback.url,
        auth_key=callback.auth_key,
        notify_event_subscription=callback.subscription,
        update_time=timestamp(callback.updated),
    )


_PATH = "/v2/apps/{app_id}/record-callback"

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "UpdateRecordCallback",
        "PUT",
        _PATH,
        200,
        find_app,
        update_callback,
        body=UpdateRecordCallbackBody,
    ),
    Operation("ShowRecordCallback", "GET", _PATH, 200, find_app, show_record_callback),
)
