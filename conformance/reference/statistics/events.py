"""13.11 and 13.12: the abnormal details of single calls, over the same events as 13.13."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zlib import crc32

from conformance.reference.statistics import regions
from conformance.reference.statistics.windows import show_instant

if TYPE_CHECKING:
    from conformance.reference.statistics.answers import ClientEvents, UserAbnormalEvents
    from conformance.reference.statistics.queries import AbnormalEventQuery, EventQuery
    from conformance.reference.statistics.sessions import AbnormalEvent, AppRecords


def list_events(app: AppRecords, query: EventQuery, now: int) -> ClientEvents:
    """Answer 13.11: the events in time order, each with its particulars as JSON in a string."""
    window = query.window(now)
    return {
        "data": [
            {
                "ctime": show_instant(it.time),
                "event_id": str(it.abnormal_factor),
                "event_info": _particulars(app, it),
            }
            for it in app.events_in(query.room_id)
            if it.time in window
        ]
    }


def list_user_abnormal_events(
    app: AppRecords, query: AbnormalEventQuery, now: int
) -> UserAbnormalEvents:
    """Answer 13.12: the events of one user, since table 13-82 has room for one.

    It is the user whose event is the first in the window. Nobody concerned: empty strings and the
    null that the table allows.
    """
    window = query.window(now)
    found = [it for it in app.events_in(query.room_id) if it.time in window]
    if not found:
        return {
            "room_id": query.room_id or "",
            "uid": "",
            "exp_id": "",
            "abnormal_list": None,
        }
    first = found[0].session
    return {
        "room_id": first.room_id,
        "uid": first.uid,
        "exp_id": str(crc32(f"{first.room_id}/{first.uid}".encode())),
        "abnormal_list": [
            {
                "ts": show_instant(it.time),
                "event_id": str(it.abnormal_factor),
                "peer_id": it.peer_uid,
            }
            for it in found
            if (it.session.room_id, it.session.uid) == (first.room_id, first.uid)
        ],
    }


def _particulars(app: AppRecords, it: AbnormalEvent) -> str:
    """A choice of the keys that the example of 13.11 shows."""
    client = it.session.client
    particulars = {
        "app": app.app_id,
        "domain": app.domain,
        "roomId": it.session.room_id,
        "uid": it.session.uid,
        "session": it.session.session,
        "nickName": client.nick_name,
        "deviceModel": client.device_model,
        "platform": client.platform,
        "accessNet": client.access_net,
        "ipProvince": regions.NAMES[client.region],
        "event": it.abnormal_type,
        "failReason": it.abnormal_factor,
        "ctime": show_instant(it.time),
        "v": client.sdk,
    }
    return json.dumps(particulars, ensure_ascii=False)
