"""Valid arguments for every operation, with ids that the reference knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from conformance.cases.requests import bases
from conformance.contract.document import Contract
from conformance.model.case import ABSENT, Given, Moment, Unique, resolve

_FORMS = {"date-time": "%Y-%m-%dT%H:%M:00Z", "date": "%Y-%m-%d"}
_NAMES = {"populated_app": "app", "bucket": "rtc-records", "bucket_location": "cn-north-4"}


def arguments_of(contract: Contract, announced: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Per operation ``{"path": …, "query": …, "body": …}``, the smallest valid request."""
    now = dt.datetime.now(dt.UTC)
    known = {
        "project": announced["project_id"],
        "app": announced["fixtures"].get("app_id", "0123456789abcdef"),
    }

    def answer(value: Any) -> Any:
        if isinstance(value, Unique):
            return f"{value.stem}-certified"
        if isinstance(value, Moment):
            return (now + dt.timedelta(seconds=value.seconds)).strftime(_FORMS[value.form])
        assert isinstance(value, Given)
        name = _NAMES.get(value.kind, value.kind)
        return known.get(name, name if value.kind in _NAMES else value.like)

    found: dict[str, dict[str, Any]] = {}
    for operation in contract.operations.values():
        template = bases(operation)[0].template
        found[operation.id] = {
            "path": resolve(dict(template.path), answer),
            "query": resolve(dict(template.query), answer),
            "body": None if template.body is ABSENT else resolve(template.body, answer),
        }
    return found
