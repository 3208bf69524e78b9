"""Chapter 5: applications are created (5.1), shown (5.3) and named."""

from __future__ import annotations

from typing import Any

from conformance.engine.comparing.timestamps import CLOCKS_DIFFER, date_of, earlier, moment
from conformance.engine.scenario import Answer, NotApplicable, Scenario, rules, same
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.applications import ACTIVE, any_app, listed, part, plain, show
from conformance.suite.kit.paged_lists import APPS
from conformance.suite.kit.projects import ELSEWHERE, enter_another_project

_SIGNATURE_SECONDS = 300


@rules(
    "CreateApp/rule/shown-after-create",
    "CreateApp/rule/listed-after-create",
    "CreateApp/rule/ids-differ",
    effort="quick",
)
def test_a_created_application_is_shown_and_listed(scenario: Scenario) -> None:
    """Sections 5.1 to 5.3: the id that was answered is shown and listed, with its name."""
    names = (scenario.name("first"), scenario.name("second"))
    made = [scenario.make("CreateApp", body={"app_name": name}) for name in names]
    ids = [str(part(exchange.json, "app_id")) for exchange in made]
    scenario.rule("CreateApp/rule/ids-differ").that(
        ids[0] != ids[1],
        "two applications got the same id",
        expected="two ids",
        actual=ids,
        exchange=made[1],
    )
    shown = scenario.send("ShowApp", path={"app_id": ids[0]})
    scenario.rule("CreateApp/rule/shown-after-create").that(
        shown.status == 200
        and part(shown.json, "app_id") == ids[0]
        and part(shown.json, "app_name") == names[0],
        f"created as {in_json(names[0])} with id {in_json(ids[0])}",
        expected="200 with this id and this name",
        exchange=shown,
    )
    whole = APPS.whole(scenario)
    wanted = dict(zip(ids, names, strict=True))
    found = {one: [row.get("app_name") for row in whole.named(one)] for one in ids}
    scenario.rule("CreateApp/rule/listed-after-create").that(
        found == {one: [name] for one, name in wanted.items()},
        "the new applications are not in the list once each, with their names",
        expected=wanted,
        actual=found,
        exchange=whole.exchange,
    )


@rules(
    "CreateApp/rule/new-app-active",
    "CreateApp/rule/default-expiry",
    "CreateApp/rule/new-app-records-nothing",
    "CreateApp/rule/create-time-is-now",
    "ShowApp/rule/unset-callbacks",
)
def test_a_new_application_has_its_defaults(scenario: Scenario) -> None:
    """Tables 5-13 to 5-18: enabled, 300 seconds, no automatic recording, no callbacks."""
    made = scenario.make("CreateApp")
    app = str(part(made.json, "app_id"))
    shown = show(scenario, app)
    row, _ = listed(scenario, app)
    scenario.rule("CreateApp/rule/new-app-active").equal(
        part(shown.json, "state", "state"), ACTIVE, "the state of a new application", shown
    )
    expiries = [part(view, "authentication", "expire") for view in (shown.json, row)]
    scenario.rule("CreateApp/rule/default-expiry").that(
        all(same(expiry, _SIGNATURE_SECONDS) for expiry in expiries),
        "how long a signature is valid, as shown and as listed",
        expected=_SIGNATURE_SECONDS,
        actual=expiries,
        exchange=shown,
    )
    modes = [part(view, "auto_record_mode", "mode") for view in (shown.json, row)]
    scenario.rule("CreateApp/rule/new-app-records-nothing").that(
        all(mode in {None, "", "AUTO_RECORD_OFF"} for mode in modes),
        "automatic recording of a new application, as shown and as listed",
        expected="AUTO_RECORD_OFF, or none",
        actual=modes,
        exchange=shown,
    )
    unset = [_configured(view) for view in (shown.json, row)]
    scenario.rule("ShowApp/rule/unset-callbacks").that(
        unset == [{}, {}],
        "callbacks of a new application that nobody configured",
        expected="left out, or with an empty url",
        actual=unset,
        exchange=shown,
    )
    _judge_create_time(scenario, made, shown)


def _configured(view: Any) -> Any:
    return plain(view)["callbacks"]


@rules(
    "ShowApp/rule/id-echoed",
    "ShowApp/rule/domain-of-app",
    "ShowApp/rule/state-not-older-than-app",
)
def test_an_application_is_shown(scenario: Scenario) -> None:
    """Section 5.3 and table 5-26: its id, a domain that begins with it, times in their order."""
    app = any_app(scenario)
    shown = show(scenario, app)
    scenario.rule("ShowApp/rule/id-echoed").equal(
        part(shown.json, "app_id"), app, "app_id of the application that was asked for", shown
    )
    domain = part(shown.json, "domain")
    scenario.rule("ShowApp/rule/domain-of-app").that(
        isinstance(domain, str) and domain.startswith(f"{app}.") and len(domain) > len(app) + 1,
        "domain does not begin with the application's id",
        expected=f"{app}.…",
        actual=domain,
        exchange=shown,
    )
    created = part(shown.json, "create_time")
    updates = {
        name: part(shown.json, *name)
        for name in (
            ("state", "update_time"),
            ("authentication", "update_time"),
            ("auto_record_mode", "update_time"),
        )
    }
    older = {".".join(name): time for name, time in updates.items() if earlier(time, created)}
    scenario.rule("ShowApp/rule/state-not-older-than-app").that(
        not older,
        f"updated before it was created ({', '.join(older)})",
        expected=f"{created} or later",
        actual=older,
        exchange=shown,
    )


def _judge_create_time(scenario: Scenario, made: Exchange, shown: Exchange) -> None:
    rule = scenario.rule("CreateApp/rule/create-time-is-now")
    created = moment(part(shown.json, "create_time"))
    nows = [scenario.lab.now(), *date_of(made)]
    if created is None:
        rule.inconclusive("create_time cannot be read as a time")
        return
    rule.that(
        any(abs(created - now) <= CLOCKS_DIFFER for now in nows),
        "create_time is not the present in UTC",
        expected=f"within five minutes of {nows[-1].isoformat()}",
        actual=part(shown.json, "create_time"),
        exchange=shown,
    )


@rules(
    "CreateApp/rule/name-unique-in-tenant", "CreateApp/rule/duplicate-leaves-one", effort="quick"
)
def test_a_name_is_taken_once(scenario: Scenario) -> None:
    """Section 5.1 and RTC.00001020: a second application of the same name is refused.

    It is whatever the state of the first: a disabled application keeps its name.
    """
    name = scenario.name("taken")
    app = str(part(scenario.make("CreateApp", body={"app_name": name}).json, "app_id"))
    unique = scenario.rule("CreateApp/rule/name-unique-in-tenant")
    unique.refused(scenario.send("CreateApp", body={"app_name": name}))
    scenario.make("StopApp", path={"app_id": app})
    before = show(scenario, app)
    again = scenario.send("CreateApp", body={"app_name": name})
    unique.refused(again)
    whole = APPS.whole(scenario)
    found = [plain(row) for row in whole.rows if row.get("app_name") == name]
    scenario.rule("CreateApp/rule/duplicate-leaves-one").that(
        same(found, [plain(before.json)]),
        f"after the second create of {in_json(name)} was answered {again.status}",
        expected=f"one of this name, {app}, as before",
        actual=found,
        exchange=whole.exchange,
    )


@rules("CreateApp/rule/name-of-another-tenant")
def test_a_name_of_another_tenant_is_free(scenario: Scenario) -> None:
    """Section 5.1: it is the same tenant that cannot give a name twice; others may have it."""
    rule = scenario.rule("CreateApp/rule/name-of-another-tenant")
    theirs = scenario.make("ListApps", credentials="second", query={"limit": 100})
    own = {row.get("app_name") for row in APPS.whole(scenario).rows}
    rows = part(theirs.json, "apps") or ()
    names = [name for row in rows if (name := part(row, "app_name")) and name not in own]
    if not names:
        raise NotApplicable("the second tenant has no application with a name that is free here")
    rule.succeeded(scenario.send("CreateApp", body={"app_name": names[0]}))


@rules("CreateApp/rule/name-unique-across-projects")
def test_a_name_is_taken_in_every_project(scenario: Scenario) -> None:
    """Section 5.1: it is the tenant that cannot give a name twice, in whichever of its projects.

    What is made all the same is deleted at once.
    """
    rule = scenario.rule("CreateApp/rule/name-unique-across-projects")
    if not enter_another_project(scenario):
        raise NotApplicable("the user gets a token for one project alone")
    name = scenario.name("taken")
    scenario.make("CreateApp", body={"app_name": name})
    made = scenario.send("CreateApp", credentials=ELSEWHERE, body={"app_name": name})
    if made.status in {401, 403}:
        raise NotApplicable("the user may not make applications in the other project")
    if made.succeeded:
        path = {"app_id": part(made.json, "app_id")}
        for operation in ("StopApp", "DeleteApp"):
            scenario.send(operation, credentials=ELSEWHERE, path=path)
    rule.refused(made)


@rules("CreateApp/rule/name-utf8-round-trip")
def test_a_name_of_any_characters_comes_back_as_sent(scenario: Scenario) -> None:
    """Table 5-2: a name is UTF-8; it comes back code point for code point, shown and listed."""
    rule = scenario.rule("CreateApp/rule/name-utf8-round-trip")
    mixed = '实时音视频 🎥 👩‍👩‍👧 e\u0301 A\u030a \u05e9\u05dc\u05d5\u05dd "<&>\\/%20?#{}'
    ids: dict[str, str] = {}
    for name in (scenario.name(mixed), scenario.name("长" * 64)[:64], _free_character(scenario)):
        made = scenario.send("CreateApp", body={"app_name": name})
        if rule.answered(made, Answer(201)):
            app = str(part(made.json, "app_id"))
            ids[app] = name
            shown = scenario.send("ShowApp", path={"app_id": app})
            rule.equal(part(shown.json, "app_name"), name, "the name that is shown", shown)
    whole = APPS.whole(scenario)
    found = {one: [row.get("app_name") for row in whole.named(one)] for one in ids}
    rule.that(
        found == {one: [name] for one, name in ids.items()},
        "names in the list",
        expected=ids,
        actual=found,
        exchange=whole.exchange,
    )


@rules("CreateApp/rule/name-exact")
def test_names_that_look_alike_are_different_names(scenario: Scenario) -> None:
    """Table 5-2: a name is what was sent; case and outer spaces tell it from another (5.1)."""
    rule = scenario.rule("CreateApp/rule/name-exact")
    name = scenario.name("Look Alike")
    for alike in (name, name.swapcase(), f" {name} "):
        made = scenario.send("CreateApp", body={"app_name": alike})
        if rule.succeeded(made):
            shown = scenario.send("ShowApp", path={"app_id": str(part(made.json, "app_id"))})
            rule.equal(part(shown.json, "app_name"), alike, "the name that is shown", shown)


def _free_character(scenario: Scenario) -> str:
    """A Chinese character that no application is named by."""
    taken = {row.get("app_name") for row in APPS.whole(scenario).rows}
    characters = (chr(scenario.lab.random.randrange(0x4E00, 0x9FA5)) for _ in range(1000))
    return next(character for character in characters if character not in taken)


@rules("CreateApp/rule/name-not-utf8", phase="hostile")
def test_a_name_that_is_not_utf8_is_refused(scenario: Scenario) -> None:
    """Table 5-2: a name is UTF-8; stray, overlong and surrogate bytes are not."""
    rule = scenario.rule("CreateApp/rule/name-not-utf8")
    for broken in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe4\xb8"):
        raw = b'{"app_name": "%s%s"}' % (scenario.name("bytes").encode(), broken)
        rule.refused(scenario.send("CreateApp", raw=raw))
