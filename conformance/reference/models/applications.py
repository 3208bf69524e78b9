"""Chapter 5: applications; their parts that chapters 7 and 8 configure are shown here too."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from conformance.reference.models.strictness import (
    INT32_MAX,
    Incoming,
    Outgoing,
    QueryInteger,
    Text,
    Timestamp,
)

State = Literal["ACTIVATION", "DEACTIVATION", "ARREARS", "DELETED"]
Scope = Literal["DOMESTIC", "OVERSEA", "GLOBAL"]
RecordMode = Literal["AUTO_RECORD_OFF", "AUTO_INDIVIDUAL_RECORD"]
RecordEvent = Literal["RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE", "CLOUD_RECORD_OVER"]


class CreateAppBody(Incoming):
    """Table 5-2."""

    app_name: Text


class Page(BaseModel):
    """Table 6-19: ``offset`` is the number of a page, from 0, ``limit`` its size, unbounded."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    offset: Annotated[QueryInteger, Field(ge=0, le=INT32_MAX)] = 0
    limit: Annotated[QueryInteger, Field(ge=1, le=INT32_MAX)] = 100

    @property
    def bounds(self) -> slice:
        """Where the page lies in the whole list."""
        start = self.offset * self.limit
        return slice(start, start + self.limit)


class ListAppsQuery(Page):
    """Table 5-9: at most 100 on a page; a list cannot ask for DELETED."""

    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 100
    state: Literal["ACTIVATION", "DEACTIVATION", "ARREARS"] | None = None


class AppId(Outgoing):
    """Table 5-4."""

    app_id: str


class AppState(Outgoing):
    """Tables 5-14, 5-27, 5-51 and 5-60."""

    state: State
    update_time: Timestamp


class AppStateAnswer(Outgoing):
    """Tables 5-50 and 5-59."""

    app_id: str
    state: AppState


class AppAuth(Outgoing):
    """Tables 5-15 and 5-28."""

    enable: bool
    expire: int
    app_key: str
    update_time: Timestamp


class AppCallbackUrl(Outgoing):
    """Tables 5-17, 5-30, 8-6 and 8-17; all empty while nothing is configured, as in 5.2."""

    url: Annotated[str, Field(pattern=r"^(https?://|$)")] = ""
    auth_key: str = ""
    notify_event_subscription: tuple[RecordEvent, ...] = ()
    update_time: Timestamp | Literal[""] = ""


class AppCallbacks(Outgoing):
    """Tables 5-16 and 5-29."""

    push_callback: AppCallbackUrl
    record_callback: AppCallbackUrl


class AppAutoRecordMode(Outgoing):
    """Tables 5-18, 5-31, 7-6 and 7-17."""

    mode: RecordMode
    record_rule_id: str | None = None
    update_time: Timestamp


class App(Outgoing):
    """Tables 5-13 and 5-26."""

    app_name: str
    app_id: str
    state: AppState
    scope: Scope
    tenant_name: str
    domain: str
    create_time: Timestamp
    authentication: AppAuth
    callbacks: AppCallbacks
    auto_record_mode: AppAutoRecordMode


class AppList(Outgoing):
    """Table 5-12."""

    count: int
    apps: tuple[App, ...]
