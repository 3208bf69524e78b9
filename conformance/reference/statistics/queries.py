"""What can be asked: the query parameters of the fourteen operations, table by table."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from conformance.reference.statistics.parameters import (
    COMMA_LIST,
    DEFAULT_LIMIT,
    Day,
    Instant,
    Limit,
    Names,
    Offset,
    Query,
)
from conformance.reference.statistics.vocabulary import (
    AbnormalDimension,
    Dimension,
    HistoryQualityMetric,
    HistoryScaleMetric,
    Mid,
    NetworkMetric,
    RealtimeQualityMetric,
    RoomState,
    ScaleMetric,
    SdkType,
    UsageMetric,
    UserState,
)
from conformance.reference.statistics.windows import DAY, HOUR, Window, day_of, resolve

RETENTION_DAYS = 31
"""13.8 and 13.9: how many finished days can be queried, and the longest span in days."""

CLIENT_RETENTION = 5 * DAY
"""13.10 to 13.12: how far back data of single calls can be queried."""


class AppQuery(Query):
    """A query about an application that it calls ``app``."""

    app: str

    @property
    def application(self) -> str:
        """The application that is asked about."""
        return self.app


class TimeQuery(AppQuery):
    """A query over a time window whose ends may be left out: the past hour, until now."""

    longest: ClassVar[int] = DAY
    room_id: str | None = None
    start_time: Instant | None = None
    end_time: Instant | None = None

    def window(self, now: int) -> Window:
        """The window asked for; raises Refusal."""
        return resolve(
            self.start_time,
            self.end_time,
            now=now,
            default=HOUR,
            longest=self.longest,
            field="end_time",
        )


class RoomListQuery(TimeQuery):
    """13.1, table 13-2; at most 90 days."""

    longest: ClassVar[int] = 90 * DAY
    state: RoomState | None = None
    limit: Limit = DEFAULT_LIMIT
    offset: Offset = 0


class UserListQuery(TimeQuery):
    """13.2, table 13-9; at most 90 days."""

    longest: ClassVar[int] = 90 * DAY
    uid: str | None = None
    nickname: str | None = None
    region: Names | None = None
    isp: Names | None = None
    state: Annotated[tuple[UserState, ...], COMMA_LIST] | None = None
    limit: Limit = DEFAULT_LIMIT
    offset: Offset = 0
    type: Literal["detail", "summary"] = "summary"


class RealtimeScaleQuery(TimeQuery):
    """13.3, table 13-16; at most one day."""

    metric: ScaleMetric


class ScaleDimensionQuery(AppQuery):
    """13.4, table 13-23: one moment."""

    room_id: str | None = None
    metric: Literal["OnlineUsers"]
    dimension: Dimension
    time: Instant


class RealtimeQualityQuery(TimeQuery):
    """13.5, table 13-30; at most one day."""

    metric: RealtimeQualityMetric
    sdk_type: SdkType


class RealtimeNetworkQuery(TimeQuery):
    """13.6, table 13-37; at most one day."""

    metric: NetworkMetric
    sdk_type: SdkType


def _days(first: int | None, last: int | None, now: int, longest: int | None) -> Window:
    return resolve(first, last, now=day_of(now), default=1, longest=longest, field="end_date")


class UsageQuery(AppQuery):
    """13.7, table 13-44: both dates are required, whatever its text says of a default."""

    metric: UsageMetric
    start_date: Day
    end_date: Day

    def window(self, now: int) -> Window:
        """The days asked for; no longest span is documented. Raises Refusal."""
        return _days(self.start_date, self.end_date, now, longest=None)


class HistoryQuery(AppQuery):
    """13.8 and 13.9: days, by default the past one, at most 31 from first to last."""

    start_date: Day | None = None
    end_date: Day | None = None

    def window(self, now: int) -> Window:
        """The days asked for; raises Refusal."""
        return _days(self.start_date, self.end_date, now, longest=RETENTION_DAYS)


class HistoryScaleQuery(HistoryQuery):
    """13.8, table 13-51."""

    metric: Annotated[tuple[HistoryScaleMetric, ...], COMMA_LIST]


class HistoryQualityQuery(HistoryQuery):
    """13.9, table 13-58."""

    metric: Annotated[tuple[HistoryQualityMetric, ...], COMMA_LIST]


class ClientQuery(Query):
    """13.10 to 13.12: a query that calls the application ``app_id``, with both ends required."""

    app_id: str
    start_time: Instant
    end_time: Instant

    @property
    def application(self) -> str:
        """The application that is asked about."""
        return self.app_id

    @property
    @abstractmethod
    def longest(self) -> int:
        """The longest span of this query."""

    def window(self, now: int) -> Window:
        """The window asked for, without what is too old to be kept; raises Refusal."""
        asked = resolve(
            self.start_time,
            self.end_time,
            now=now,
            default=0,
            longest=self.longest,
            field="end_time",
        )
        return asked.since(now - CLIENT_RETENTION)


class QosQuery(ClientQuery):
    """13.10, table 13-65: 24 hours, or the whole five days for a single sender."""

    domain: str | None = None
    room_id: str
    user_id: str | None = None
    peer_id: str | None = None
    stream_id: str | None = None
    direction: str | None = None
    mid: Annotated[tuple[Mid | Literal["all"], ...], COMMA_LIST]
    time_type: Literal["stime", "ctime"] = "ctime"
    limit: Limit | None = None
    offset: Offset = 0

    @property
    def longest(self) -> int:
        """The longest span of this query."""
        return DAY if self.user_id is None else CLIENT_RETENTION


class EventQuery(ClientQuery):
    """13.11, table 13-73: an hour, or a day when it is narrowed to a room.

    The document grants the longer span to a single user, whom no parameter names; the room is the
    narrowest that can be asked for.
    """

    room_id: str | None = None

    @property
    def longest(self) -> int:
        """The longest span of this query."""
        return HOUR if self.room_id is None else DAY


class AbnormalEventQuery(ClientQuery):
    """13.12, table 13-79: an hour, or five days when it is narrowed to a room (see 13.11)."""

    room_id: str | None = None

    @property
    def longest(self) -> int:
        """The longest span of this query."""
        return HOUR if self.room_id is None else CLIENT_RETENTION


class AbnormalListQuery(TimeQuery):
    """13.13, table 13-86; at most one day."""

    uid: str | None = None
    limit: Limit = DEFAULT_LIMIT
    offset: Offset = 0


class AbnormalDimensionQuery(TimeQuery):
    """13.14, table 13-93; at most one day. Without ``dimension``, both at once as its example."""

    dimension: Annotated[tuple[AbnormalDimension, ...], COMMA_LIST] = (
        "abnormal_type",
        "abnormal_factor",
    )
