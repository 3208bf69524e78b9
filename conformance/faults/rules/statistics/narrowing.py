"""Faults of chapter 13: filters that are not looked at, and calls that are lost too early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, refused_when, shown
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.series import DAY, SHAPES, Shape, now

INVALID = "DATA.100011002"
QOS = "ListRtcClientQosDetails"
_CALLS = (QOS, "ListRtcEvent", "ListRtcAbnormalEvent")


def faults() -> Iterator[Fault]:
    """Every fault of a filter that is ignored, and of days that are kept."""
    yield from _ignored()
    yield from _lost()
    yield breaking(
        f"{QOS}/rule/mid-all-is-union",
        f"{QOS} answers the first metric alone, of several and of all",
        shown(_first_metric),
        slug="first-only",
    )
    yield breaking(
        f"{QOS}/rule/mid-all-is-union",
        f"{QOS} knows no metric of the name all",
        shown(
            lambda turn, body: {**body, "data": []} if turn.request.value("mid") == "all" else body
        ),
        slug="no-all",
    )


def _first_metric(_turn: Turn, body: Any) -> Any:
    first = next((series["mid"] for series in body["data"]), None)
    return {**body, "data": [series for series in body["data"] if series["mid"] == first]}


def _ignored() -> Iterator[Fault]:
    for name, rule, parameter in (
        ("ListRtcRealtimeQuality", "room-selects", "room_id"),
        ("ListRtcRealtimeNetwork", "room-selects", "room_id"),
        (QOS, "domain-selects", "domain"),
    ):
        yield breaking(
            f"{name}/rule/{rule}", f"{name} ignores {parameter}", on_request(_without(parameter))
        )


def _without(parameter: str) -> Callable[[Turn], Request | None]:
    def change(turn: Turn) -> Request | None:
        given = turn.request.value(parameter) is not None
        return turn.request.with_value(parameter, None) if given else None

    return change


def _lost() -> Iterator[Fault]:
    for name in _CALLS:
        yield breaking(
            f"{name}/rule/kept-for-five-days",
            f"{name} refuses what is two days old",
            refused_when(_older(SHAPES[name], 2 * DAY), 400, INVALID),
        )
    yield breaking(
        f"{QOS}/rule/kept-for-five-days",
        f"{QOS} has lost what is two days old",
        shown(lambda _turn, body: {**body, "data": []}, _older(SHAPES[QOS], 2 * DAY)),
        slug="lost",
    )


def _older(shape: Shape, kept: timedelta) -> Callable[[Turn], bool]:
    def old(turn: Turn) -> bool:
        end = shape.read(turn.request)[1]
        return end is not None and end < now(turn) - kept

    return old
