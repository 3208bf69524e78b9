"""Chapter 7: automatic recording."""

from __future__ import annotations

from typing import Any

from conformance.reference.clock import later, timestamp
from conformance.reference.models.applications import AppAutoRecordMode
from conformance.reference.models.auto_record import AutoRecordAnswer, UpdateAutoRecordBody
from conformance.reference.operation import Call, Operation, find_app, rule_named
from conformance.reference.resources import App, AutoRecord


def update_auto_record(call: Call, app: App, body: UpdateAutoRecordBody) -> AutoRecordAnswer:
    """Switch automatic recording; switched on, its rule must exist (7.1)."""
    if body.mode == "AUTO_INDIVIDUAL_RECORD":
        rule_named(app, body.record_rule_id)
    updated = later(app.auto_record.updated, call.now)
    app.auto_record = AutoRecord(body.mode, body.record_rule_id, updated)
    return _answer(app)


def show_mode(_call: Call, app: App, _body: None) -> AutoRecordAnswer:
    """Show how automatic recording is set (7.2)."""
    return _answer(app)


def _answer(app: App) -> AutoRecordAnswer:
    return AutoRecordAnswer(app_id=app.app_id, auto_record_mode=show_auto_record(app.auto_record))


def show_auto_record(setting: AutoRecord) -> AppAutoRecordMode:
    """Show the setting; without a rule the field is left out, as the examples do."""
    return AppAutoRecordMode(
        mode=setting.mode,
        record_rule_id=setting.record_rule_id or None,
        update_time=timestamp(setting.updated),
    )


_PATH = "/v2/apps/{app_id}/auto-record-mode"

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "UpdateAutoRecord",
        "PUT",
        _PATH,
        200,
        find_app,
        update_auto_record,
        body=UpdateAutoRecordBody,
    ),
    Operation("ShowAutoRecord", "GET", _PATH, 200, find_app, show_mode),
)
