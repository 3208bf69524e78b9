"""Faults of what the reference does not offer by itself: flow control, duplicates of jobs, TLS.

They are hunted at a target that claims it. Three of them are the reference as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.faults.handmade import FAMILY
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.reference.flow import (
    JOBS,
    LIMITS,
    MANAGEMENT,
    OBS,
    ROOMS,
    STATISTICS,
    FlowControl,
    Limit,
)
from conformance.reference.refusals import Refusal

_THROTTLED = "APIGW.0308"
_TOO_FEW: Mapping[str, Limit] = {OBS: Limit(1, 1)}

_OTHERS: Mapping[str, str] = {
    MANAGEMENT: "ListApps",
    JOBS: "ShowMixJob",
    ROOMS: "RemoveRoom",
    STATISTICS: "ListRtcRoomList",
}
"""An operation of every other group."""


def faults() -> Iterator[Fault]:
    """Every fault that only a target with more capabilities is asked for."""
    for requirement, title, capability, operations, behaviour in (
        (
            "common/flow/limit-served",
            "One request fewer is served than table 1-2 allows",
            "flow-control",
            ("ListObsBuckets",),
            _limited(_TOO_FEW),
        ),
        *(
            (
                f"common/flow/limit-served/{group}",
                f"Of the group {group} one request fewer is served than table 1-2 allows",
                "flow-control",
                (operation,),
                _limited({group: Limit(LIMITS[group].calls - 1, LIMITS[group].seconds)}, group),
            )
            for group, operation in _OTHERS.items()
        ),
        (
            "common/flow/excess-throttled",
            "Nothing is ever throttled",
            "flow-control",
            ("ListObsBuckets",),
            _as_it_is,
        ),
        (
            "common/flow/groups-independent",
            "One group's limit is every group's",
            "flow-control",
            ("ListObsBuckets", "ListApps"),
            _limited(LIMITS),
        ),
        (
            "CreateMixJob/rule/duplicate-job",
            "The same mixed job is started twice",
            "duplicates",
            ("CreateMixJob",),
            _as_it_is,
        ),
        (
            "CreateIndividualStreamJob/rule/duplicate-job",
            "The same single job is started twice",
            "duplicates",
            ("CreateIndividualStreamJob",),
            _as_it_is,
        ),
        ("common/transport/https-only", "The service speaks plain HTTP", "tls", (), _as_it_is),
    ):
        parts = requirement.split("/")
        named = "/".join(parts[:3])
        yield Fault(
            f"{named}/{parts[3] if len(parts) > 3 else 'broken'}",
            title,
            FAMILY,
            (named,),
            operations,
            behaviour,
            claims=frozenset({capability}),
        )


async def _as_it_is(turn: Turn) -> Answer:
    return await turn.forward(turn.request)


def _limited(limits: Mapping[str, Limit], group: str = OBS) -> Behaviour:
    """Whatever comes counts as one group, that of chapter 12."""

    async def behave(turn: Turn) -> Answer:
        flow = turn.memory.setdefault("flow", FlowControl(limits))
        try:
            flow.admit("", group, turn.world.clock.now())
        except Refusal:
            return refusal(429, _THROTTLED)
        return await turn.forward(turn.request)

    return behave
