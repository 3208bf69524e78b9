"""Changes that reach further than what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from conformance.faults.handmade import afterwards, breaking, found_app, other_apps
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault

_HOUR = timedelta(hours=1)


def _switched(turn: Turn, *, active: bool) -> None:
    for app in other_apps(turn):
        app.active = active


def _rules_replaced(turn: Turn, _body: Any) -> None:
    first = next(iter(found_app(turn).rules.values()))
    for app in other_apps(turn):
        for rule in app.rules.values():
            rule.content = first.content


def _callback_lost(turn: Turn, _body: Any) -> None:
    found_app(turn).callback = None


def _automatic_moved(turn: Turn, _body: Any) -> None:
    found_app(turn).auto_record.updated += _HOUR


def _jobs_moved(turn: Turn, _body: Any) -> None:
    for job in found_app(turn).jobs.values():
        if job.job_id != turn.path["job_id"]:
            job.updated += _HOUR


_ROWS: tuple[tuple[str, str, Callable[[Turn, Any], None]], ...] = (
    (
        "StartApp/rule/other-apps-untouched",
        "enables every application",
        lambda turn, _body: _switched(turn, active=True),
    ),
    (
        "StopApp/rule/other-apps-untouched",
        "disables every application",
        lambda turn, _body: _switched(turn, active=False),
    ),
    (
        "CreateRecordRule/rule/other-apps-untouched",
        "replaces the rules of all applications",
        _rules_replaced,
    ),
    (
        "UpdateRecordRule/rule/other-apps-untouched",
        "replaces the rules of all applications",
        _rules_replaced,
    ),
    (
        "UpdateAutoRecord/rule/nothing-else-changes",
        "forgets the callback",
        _callback_lost,
    ),
    (
        "UpdateRecordCallback/rule/nothing-else-changes",
        "moves the time of automatic recording",
        _automatic_moved,
    ),
    ("UpdateMixJob/rule/other-jobs-untouched", "changes every job", _jobs_moved),
    ("UpdateIndividualStreamJob/rule/other-jobs-untouched", "changes every job", _jobs_moved),
)


def faults() -> Iterator[Fault]:
    """One for every change that could leak."""
    for requirement, title, change in _ROWS:
        operation = requirement.partition("/")[0]
        yield breaking(requirement, f"{operation} {title}", afterwards(change), slug="leaks")
