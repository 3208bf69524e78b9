"""13.2: the users who joined rooms in a time window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.statistics import regions
from conformance.reference.statistics.windows import show_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.statistics.answers import User, UserList
    from conformance.reference.statistics.queries import UserListQuery
    from conformance.reference.statistics.sessions import AppRecords, Session


def list_users(app: AppRecords, query: UserListQuery, now: int) -> UserList:
    """Answer 13.2: newest first, one page of items from ``offset`` on.

    ``detail`` lists sessions. ``summary`` lists each user of each room once, by the last session
    that began in the window, as the history counts users (13.8: one id in two rooms is two).
    Filters judge what is listed.
    """
    window = query.window(now)
    joined = [it for it in app.sessions_in(query.room_id) if it.joined in window]
    if query.type == "summary":
        last = {(it.room_id, it.uid): it for it in joined}
        joined = sorted(last.values(), key=lambda it: (it.joined, it.session))
    wanted = _filter(query)
    found = [it for it in reversed(joined) if wanted(it)]
    page = found[query.offset : query.offset + query.limit]
    return {
        "total": len(found),
        "limit": query.limit,
        "offset": query.offset,
        "users": [_show(app, it) for it in page],
    }


def _filter(query: UserListQuery) -> Callable[[Session], bool]:
    selected = None if query.region is None else regions.abbreviations(query.region)

    def wanted(it: Session) -> bool:
        return (
            query.uid in (None, it.uid)
            and query.nickname in (None, it.client.nick_name)
            and (selected is None or it.client.region in selected)
            and (query.isp is None or it.client.isp in query.isp)
            and (query.state is None or it.state in query.state)
        )

    return wanted


def _show(app: AppRecords, it: Session) -> User:
    return {
        "domain": app.domain,
        "app": app.app_id,
        "room_id": it.room_id,
        "uid": it.uid,
        "session": it.session,
        "state": it.state,
        "nick_name": it.client.nick_name,
        "ip": it.client.ip,
        "region": regions.NAMES[it.client.region],
        "isp": it.client.isp,
        "device_model": it.client.device_model,
        "platform": it.client.platform,
        "sdk": it.client.sdk,
        "join_time": show_instant(it.joined),
        "leave_time": "-" if it.left is None else show_instant(it.left),
    }
