"""13.13 and 13.14: abnormal experiences of users, as a list and as a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from conformance.reference.statistics.causes import TYPES, describe_factor
from conformance.reference.statistics.windows import show_instant

if TYPE_CHECKING:
    from conformance.reference.statistics.answers import (
        Abnormal,
        AbnormalDimensions,
        AbnormalList,
        AbnormalShare,
    )
    from conformance.reference.statistics.queries import (
        AbnormalDimensionQuery,
        AbnormalListQuery,
    )
    from conformance.reference.statistics.sessions import AbnormalEvent, AppRecords


def list_abnormal(app: AppRecords, query: AbnormalListQuery, now: int) -> AbnormalList:
    """Answer 13.13: in time order, one page of items from ``offset`` on."""
    window = query.window(now)
    found = [
        it
        for it in app.events_in(query.room_id)
        if it.time in window and query.uid in (None, it.session.uid)
    ]
    page = found[query.offset : query.offset + query.limit]
    return {"total": len(found), "events": [_show(it) for it in page]}


def list_abnormal_dimensions(
    app: AppRecords, query: AbnormalDimensionQuery, now: int
) -> AbnormalDimensions:
    """Answer 13.14: how many users each abnormal type, factor or pair of them concerned.

    Factors of different types share numbers, so that a group by factor alone is one of equal
    number and description.
    """
    window = query.window(now)
    users: dict[tuple[tuple[str, object], ...], set[str]] = {}
    for it in app.events_in(query.room_id):
        if it.time in window:
            group = tuple(_group(it, query).items())
            users.setdefault(group, set()).add(it.session.uid)
    shares = [
        cast("AbnormalShare", {**dict(group), "user_count": len(uids)})
        for group, uids in users.items()
    ]
    shares.sort(key=lambda it: (it.get("abnormal_type", 0), it.get("abnormal_factor", 0)))
    return {"dimensions": shares}


def _group(it: AbnormalEvent, query: AbnormalDimensionQuery) -> dict[str, object]:
    group: dict[str, object] = {}
    if "abnormal_type" in query.dimension:
        group["abnormal_type"] = it.abnormal_type
        group["abnormal_type_desc"] = TYPES[it.abnormal_type]
    if "abnormal_factor" in query.dimension:
        group["abnormal_factor"] = it.abnormal_factor
        group["abnormal_factor_desc"] = describe_factor(it.abnormal_type, it.abnormal_factor)
    return group


def _show(it: AbnormalEvent) -> Abnormal:
    return {
        "time": show_instant(it.time),
        "uid": it.session.uid,
        "room_id": it.session.room_id,
        "stage": it.stage,
        "location": it.location,
        "peer_uid": it.peer_uid,
        "abnormal_type": cast("Literal[1, 2, 3]", it.abnormal_type),
        "abnormal_type_desc": TYPES[it.abnormal_type],
        "abnormal_factor": it.abnormal_factor,
        "abnormal_factor_desc": describe_factor(it.abnormal_type, it.abnormal_factor),
    }
