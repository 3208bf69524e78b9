"""Chapter 5: applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference import refusals
from conformance.reference.auto_record import show_auto_record
from conformance.reference.callbacks import show_callback
from conformance.reference.clock import later, timestamp
from conformance.reference.models.applications import (
    App as AppShown,
)
from conformance.reference.models.applications import (
    AppAuth,
    AppCallbacks,
    AppCallbackUrl,
    AppId,
    AppList,
    AppState,
    AppStateAnswer,
    CreateAppBody,
    ListAppsQuery,
)
from conformance.reference.operation import Call, Operation, find_app, find_tenant
from conformance.reference.refusals import Refusal
from conformance.reference.resources import App, AutoRecord, Tenant

if TYPE_CHECKING:
    from typing import Any

SIGNATURE_SECONDS = 300
"""Tables 5-15 and 5-28: how long a client's signature is valid unless configured otherwise."""


def create_app(call: Call, tenant: Tenant, body: CreateAppBody) -> AppId:
    """Create an application; its name is new in the account (5.1)."""
    policies = call.world.policies
    if policies.unique_app_names and any(app.name == body.app_name for app in tenant.apps.values()):
        raise Refusal(refusals.APP_EXISTS)
    if len(tenant.apps) >= policies.max_apps:
        raise Refusal(refusals.APPS_EXCEEDED)
    app = App(
        app_id=call.world.ids.resource(),
        name=body.app_name,
        app_key=call.world.ids.secret(),
        created=call.now,
        active=True,
        state_updated=call.now,
        auto_record=AutoRecord("AUTO_RECORD_OFF", "", call.now),
    )
    tenant.apps[app.app_id] = app
    return AppId(app_id=app.app_id)


def list_apps(_call: Call, tenant: Tenant, query: ListAppsQuery) -> AppList:
    """List one page, oldest first; ``count`` is the total over all pages (5.2)."""
    found = [
        app for app in tenant.apps.values() if query.state is None or _state(app) == query.state
    ]
    page = tuple(_show(tenant, app) for app in found[query.bounds])
    return AppList(count=len(found), apps=page)


def show_app(call: Call, app: App, _body: None) -> AppShown:
    """Show an application (5.3)."""
    return _show(call.tenant, app)


def delete_app(call: Call, app: App, _body: None) -> None:
    """Delete an application; its rules and jobs go with it (5.4)."""
    del call.tenant.apps[app.app_id]


def start_app(call: Call, app: App, _body: None) -> AppStateAnswer:
    """Enable an application; one that is enabled stays as it is (5.5)."""
    return _switch(call, app, active=True)


def stop_app(call: Call, app: App, _body: None) -> AppStateAnswer:
    """Disable an application; one that is disabled stays as it is (5.6)."""
    return _switch(call, app, active=False)


def _switch(call: Call, app: App, *, active: bool) -> AppStateAnswer:
    if app.active is not active:
        app.active = active
        app.state_updated = later(app.state_updated, call.now)
    return AppStateAnswer(app_id=app.app_id, state=_show_state(app))


def _state(app: App) -> Any:
    return "ACTIVATION" if app.active else "DEACTIVATION"


def _show_state(app: App) -> AppState:
    return AppState(state=_state(app), update_time=timestamp(app.state_updated))


def _show(tenant: Tenant, app: App) -> AppShown:
    created = timestamp(app.created)
    return AppShown(
        app_name=app.name,
        app_id=app.app_id,
        state=_show_state(app),
        scope="DOMESTIC",
        tenant_name=tenant.name,
        domain=f"{app.app_id}.sparkrtc.myhuaweicloud.com",
        create_time=created,
        authentication=AppAuth(
            enable=True, expire=SIGNATURE_SECONDS, app_key=app.app_key, update_time=created
        ),
        callbacks=AppCallbacks(
            push_callback=AppCallbackUrl(), record_callback=show_callback(app.callback)
        ),
        auto_record_mode=show_auto_record(app.auto_record),
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation("CreateApp", "POST", "/v2/apps", 201, find_tenant, create_app, body=CreateAppBody),
    Operation("ListApps", "GET", "/v2/apps", 200, find_tenant, list_apps, query=ListAppsQuery),
    Operation("ShowApp", "GET", "/v2/apps/{app_id}", 200, find_app, show_app),
    Operation("DeleteApp", "DELETE", "/v2/apps/{app_id}", 204, find_app, delete_app),
    Operation("StartApp", "POST", "/v2/apps/{app_id}/enable", 200, find_app, start_app),
    Operation("StopApp", "POST", "/v2/apps/{app_id}/disable", 200, find_app, stop_app),
)
