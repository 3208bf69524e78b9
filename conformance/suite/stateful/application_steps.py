"""Steps of the random walk on applications and their callbacks (5 and 8).

Each step sends one request whose answer the model knows, and looks at what it affected.
"""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Answer
from conformance.suite.kit.applications import callback_address, part
from conformance.suite.stateful.model import OFF, WALK, App
from conformance.suite.stateful.observer import LEFT_OPEN, Views, callback_of

ON_DELETED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DeleteApp", {}),
    ("StartApp", {}),
    ("StopApp", {}),
    ("CreateRecordRule", {}),
    ("ListRecordRules", {}),
    ("ShowAutoRecord", {}),
    ("UpdateAutoRecord", {"body": {"mode": OFF}}),
    ("UpdateRecordCallback", {}),
    ("ShowRecordCallback", {}),
)
"""What is asked of an application that was deleted."""


class AppWalker:
    """The steps on applications; ``views`` has the model and the target."""

    def __init__(self, views: Views, names: tuple[str, ...]) -> None:
        self._views = views
        self._names = names

    def create(self, number: int) -> None:
        """Create an application; any earlier one of its name is deleted (5.1)."""
        views, world = self._views, self._views.world
        name = self._names[number % len(self._names)]
        holder, used = world.named(name), any(a.name == name for a in world.gone)
        if holder is not None:
            self.create_again(holder)
            return
        letter = world.next_letter()
        old = " (the name of one deleted before)" if used else ""
        views.step(f"create application {letter}{old}")
        made = views.ask("CreateApp", body={"app_name": name})
        rule = "CreateApp/rule/name-free-after-delete" if used else WALK
        views.expect(made, rule, Answer(201))
        app = App(letter, views.new_id(made, "app_id", "CreateApp/rule/ids-differ"), name)
        world.apps.append(app)
        views.app(app, "CreateApp")
        if used:
            views.beneath(app)

    def create_again(self, holder: App) -> None:
        """Create an application with a name in use: it is refused (5.1)."""
        views = self._views
        views.step(f"create an application with the name of {holder.letter}")
        made = views.ask("CreateApp", body={"app_name": holder.name})
        views.refused(made, "CreateApp/rule/name-unique-in-tenant")
        views.beneath(holder)

    def taken(self, number: int) -> bool:
        """Whether an application has the name of that number."""
        return self._views.world.named(self._names[number % len(self._names)]) is not None

    def delete(self, app: App) -> None:
        """Delete an application; in use, or not empty, it may be refused (5.4)."""
        views = self._views
        views.step(f"delete {app.letter}")
        deleted = views.ask("DeleteApp", path=app.path)
        beneath = bool(app.rule) or any(not job.over for job in app.jobs)
        kept = LEFT_OPEN if beneath or app.active else ()
        plain_one = WALK if app.jobs else "DeleteApp/rule/with-nothing-beneath"
        rule = "DeleteApp/rule/with-rule" if app.rule else plain_one
        views.expect(deleted, rule, Answer(204), *kept)
        if deleted.status != 204:
            views.beneath(app)
            return
        views.world.apps.remove(app)
        views.world.gone.append(app)
        gone = views.ask("ShowApp", path=app.path)
        views.refused(gone, "DeleteApp/rule/gone")

    def use_deleted(self, app: App, number: int) -> None:
        """Nothing is found inside a deleted application (5.4)."""
        views = self._views
        operation, how = ON_DELETED[number % len(ON_DELETED)]
        views.step(f"{operation} of {app.letter}, which is deleted")
        asked = views.ask(operation, path=app.path, **how)
        rule = "twice" if operation == "DeleteApp" else "gone-beneath"
        views.refused(asked, f"DeleteApp/rule/{rule}")

    def switch(self, app: App, *, on: bool) -> None:
        """Enable or disable; repeated, the state stays, refused or not (5.5, 5.6)."""
        views = self._views
        operation, word = ("StartApp", "activated") if on else ("StopApp", "deactivated")
        views.step(f"{'enable' if on else 'disable'} {app.letter}")
        switched = views.ask(operation, path=app.path)
        again = app.active is on
        refused = LEFT_OPEN if again else ()
        rule = f"{operation}/rule/{'twice' if again else f'state-{word}'}"
        views.expect(switched, rule, Answer(200), *refused)
        app.active = on
        for job in app.jobs:
            job.loose = job.loose or not on
        if switched.status == 200:
            views.alike(rule, part(switched.json, "state", "state"), app.state, "state", switched)
        views.app(app, operation)

    def call_back(self, app: App, number: int) -> None:
        """Configure the recording callback: the last address and key apply (8.1)."""
        views = self._views
        url = callback_address(views.scenario, path=f"/walk-{number // 2}")
        key = {"auth_key": f"{number}" * 32} if number % 2 else {}
        views.step(
            f"recording callback of {app.letter} to …/walk-{number // 2}"
            f"{' with a key' if key else ''}"
        )
        asked = views.ask("UpdateRecordCallback", path=app.path, body={"url": url, **key})
        refused = () if app.active else LEFT_OPEN
        views.expect(asked, WALK, Answer(200), *refused)
        if asked.status == 200:
            found = callback_of(part(asked.json, "record_callback"))
            rule = "UpdateRecordCallback/rule/url-read-back"
            answered = found[0] if found else None
            views.alike(rule, answered, url, f"callback of application {app.letter}", asked)
            app.callback = found
        views.app(app, "UpdateRecordCallback")
