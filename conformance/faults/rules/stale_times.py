"""Changes that do not move the time of the last change: in the world and in the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults import tree
from conformance.faults.handmade import breaking, found_app
from conformance.faults.messages import Answer
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import job_of
from conformance.reference.clock import timestamp

Holder = Callable[[Turn], Any]


def _rule(turn: Turn) -> Any:
    """The rule in the path, or the one that the application already has there."""
    app = found_app(turn)
    rules = app.rules if app is not None else {}
    return rules.get(turn.path.get("rule_id", "")) or next(iter(rules.values()), None)


def _auto_record(turn: Turn) -> Any:
    app = found_app(turn)
    return app.auto_record if app is not None else None


def _callback(turn: Turn) -> Any:
    app = found_app(turn)
    return app.callback if app is not None else None


_MOVES: tuple[tuple[str, Holder, str, str], ...] = (
    ("StartApp/rule/update-time-moves", found_app, "state_updated", "state.update_time"),
    ("StopApp/rule/update-time-moves", found_app, "state_updated", "state.update_time"),
    (
        "CreateRecordRule/rule/second-create-moves-update-time",
        _rule,
        "updated",
        "update_time",
    ),
    ("UpdateRecordRule/rule/update-time-moves", _rule, "updated", "update_time"),
    (
        "UpdateAutoRecord/rule/update-time-moves",
        _auto_record,
        "updated",
        "auto_record_mode.update_time",
    ),
    (
        "UpdateRecordCallback/rule/update-time-moves",
        _callback,
        "updated",
        "record_callback.update_time",
    ),
    ("UpdateMixJob/rule/update-time-moves", job_of, "updated", "update_time"),
    ("UpdateIndividualStreamJob/rule/update-time-moves", job_of, "updated", "update_time"),
)
"""Requirement; what is changed; where the world and the answer keep the time of its change."""


def faults() -> Iterator[Fault]:
    """One for every change whose time is shown."""
    for requirement, holder, attribute, place in _MOVES:
        title = f"{requirement.partition('/')[0]} keeps the time of the last change"
        yield breaking(requirement, title, _kept(holder, attribute, place), slug="frozen")


def _kept(holder: Holder, attribute: str, place: str) -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        before = getattr(holder(turn), attribute, None)
        answer = await turn.forward(turn.request)
        changed = holder(turn)
        if before is None or changed is None or not answer.succeeded:
            return answer
        setattr(changed, attribute, before)
        return answer.with_json(tree.change(answer.json, place, tree.put(timestamp(before))))

    return behave
