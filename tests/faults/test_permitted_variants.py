"""What the document permits is no finding: the reference, built with other choices, passes.

Several independent choices share a run; the requirements that they touch are judged at the
level standard, where their rules and refusals are.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import driver
import permitted
import pytest
from varied import Variation, varied

from conformance.reference.app import create_app
from conformance.reference.ids import Ids
from conformance.reference.policies import Policies
from conformance.reference.resources import App
from conformance.reference.seeds import seeded_world
from conformance.reference.world import World

ODD_NAMES = (
    "a",
    " ",
    "应用 名",
    "🚀",
    "x" * 200,
    '{"app_name": 1}',
    "O'Brien; --",
    "../../etc",
    "<b>",
    "null",
    "0",
    "%00",
    "tab\tname",
    "sparkconf-",
    "CON",
)
SLOW = Policies(init_seconds=1.0, max_open_jobs=3, unreachable_hosts=("mydomain.com",))


class Numbers(Ids):
    """Ids that are long numbers, in text."""

    def resource(self) -> str:
        """Draw the next one."""
        return str(int(super().resource(), 16))


def _world(policies: Policies | None = None) -> World:
    return seeded_world(0, policies=policies)


def _crowded(policies: Policies | None = None) -> World:
    """Fifteen applications of the same tenant were there before, with names of every kind."""
    world = _world(policies)
    tenant = world.tenant_of(world.identities[0])
    first = next(iter(tenant.apps.values()))
    for number, name in enumerate(ODD_NAMES):
        app_id = world.ids.resource()
        born = first.created - timedelta(days=number)
        fresh: App = replace(
            first,
            app_id=app_id,
            name=name,
            created=born,
            active=number % 3 == 0,
            rules={},
            jobs={},
            open_jobs=[],
            callback=None,
        )
        tenant.apps[app_id] = fresh
    return world


def _alarms(
    world: World, variations: Sequence[Variation], wanted: str = "*", level: str = "quick"
) -> list[str]:
    seen: set[str] = set()
    app = varied(world, create_app(world, with_control=True), variations, seen)
    known = driver.contract().requirements
    ids = [one for one in known if any(fnmatch.fnmatchcase(one, p) for p in wanted.split())]
    assert ids, f"{wanted} matches no requirement"
    with driver.Run(world, app, ids) as run:
        verdicts = run.judge(level)
    assert seen or not variations, "no variation made a difference"
    return [f"{one.requirement} ({one.case}): {one.message}" for one in verdicts.findings]


def test_another_spelling_of_everything_on_the_wire() -> None:
    """Order of keys, blanks, escapes, charset, capital header names, more headers, long ids."""
    world = _world()
    world.ids = Numbers(7)
    assert _alarms(world, permitted.WIRE) == []


def test_an_account_that_is_not_empty_and_sets_conditions() -> None:
    """Strangers' applications; what is active is not deleted; jobs are slow, few, and limited.

    Callback addresses that cannot be reached are refused. None of it is a finding, and what the
    run made is gone afterwards.
    """
    world = _crowded(SLOW)
    before = set(world.tenant_of(world.identities[0]).apps)
    assert _alarms(world, permitted.ACCOUNT) == []
    assert before <= set(world.tenant_of(world.identities[0]).apps)


@pytest.mark.parametrize(
    ("variations", "wanted"),
    [
        (permitted.ACCOUNT, "StartApp/* StopApp/* DeleteApp/* CreateApp/rule/name-free*"),
        (permitted.ANSWERS, "CreateRecordRule/20?/* ShowRecordRule/* *MixJob/20?/* ShowApp/*"),
        (permitted.READINGS, "*/project-header-matches ListRtcEvent/* ListRtcAbnormalEvent/*"),
        (permitted.READINGS, "ListRtcUserList/query/[!s]*"),
        (permitted.READINGS, "*/metric-omits-others */every-minute-sampled */query/*/enum"),
        (permitted.SHARED, "common/state/* common/method/head-and-options-safe"),
        (permitted.WAITING, "*/every-minute-sampled"),
        (permitted.WIRE, "ListRtcAbnormal*/rule/* */rule/default-limit-ten"),
        (permitted.READINGS, "*/unsupported-location* *layout_template/* *bucket/known*"),
        (permitted.READINGS, "CreateIndividualStreamJob/*room_id* */numeric-room-id"),
    ],
    ids=[
        "conditions",
        "answers",
        "events",
        "blanks",
        "statistics",
        "shared",
        "waiting",
        "points",
        "codes",
        "numbers",
    ],
)
def test_other_readings_where_they_are_judged(variations: Sequence[Variation], wanted: str) -> None:
    """At the level standard, the requirements that the variations touch."""
    assert _alarms(_world(), variations, wanted, "standard") == []


@pytest.mark.parametrize(
    "variations", [permitted.ANSWERS, permitted.READINGS], ids=["answers", "readings"]
)
def test_other_choices_in_what_is_answered(variations: Sequence[Variation]) -> None:
    """Whole seconds, fields of chapter 4, empty callbacks; other codes, other readings."""
    assert _alarms(_world(), variations) == []


def test_an_account_without_anything() -> None:
    """No applications, no buckets, no statistics: inconclusive perhaps, but nothing is broken."""
    assert _alarms(seeded_world(0, data=False), ()) == []


def test_a_variation_that_is_not_permitted_is_found() -> None:
    """The machinery changes answers: a code of another status is noticed."""
    wrong = Variation("wrong", tell=permitted.coded(("/apps", 404, "RTC.00001015", 404, "X")))
    assert _alarms(_world(), [wrong], "ShowApp/*")
