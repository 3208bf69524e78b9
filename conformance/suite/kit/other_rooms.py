"""Who is in other rooms than the one that users are removed from (11.1), before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.engine.scenario import Blocked, Inconclusive, NotApplicable, Scenario
from conformance.suite.kit import participants

if TYPE_CHECKING:
    from conformance.model.exchange import Exchange

_APP: Final = "populated_app"
_MANY: Final = 100
_PARTICIPANTS: Final = "participants"

_OTHERS: Final = 3
"""Other applications of the tenant that are looked at."""

Seat = tuple[str, str, str]
"""A user, and the application and room that the user is online in."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who is online in other rooms of ``apps``; ``why`` there is nothing to be known of it."""

    seats: frozenset[Seat] = field(default_factory=frozenset)
    why: str = ""
    apps: tuple[str, ...] = ()

    def first(self, user: str) -> tuple[bool, str]:
        """Sorts those first who are in another room, then by name."""
        return (not self.of([user]), user)

    def of(self, users: Sequence[str]) -> frozenset[Seat]:
        """The seats of these users."""
        return frozenset(seat for seat in self.seats if seat[0] in users)


NOBODY: Final = Elsewhere(why="no data: nobody is in the room")


def before(scenario: Scenario, there: Sequence[Mapping[str, Any]]) -> Elsewhere:
    """Who is online in other rooms; where people can be moved, one of the room is put there too."""
    try:
        names = sorted(str(row["uid"]) for row in there)
        looked_at = neighbours(scenario, names[0])
        found, _ = _seats(scenario, looked_at)
        near = [seat for seat in found.seats if seat[1] == scenario.given(_APP)]
        of_here = {seat[0] for seat in near}
        moves = scenario.lab.settings.allows(_PARTICIPANTS)
        if moves and near and not of_here.intersection(names):
            participants.join(scenario, scenario.given(_APP), min(near)[2], names[0])
            found, _ = _seats(scenario, looked_at)
    except (Blocked, Inconclusive) as unknown:
        return Elsewhere(why=unknown.reason)
    return found


def judge(scenario: Scenario, was: Elsewhere, removed: Sequence[str]) -> None:
    """The removed are still in the other rooms, unless people come and go there by themselves.

    Raises NotApplicable when nobody of the room was in another one.
    """
    rule = scenario.rule("RemoveUsers/rule/only-this-room")
    wanted = was.of(removed)
    if not wanted:
        raise NotApplicable(was.why or "no data: nobody of the room is in another room too")
    now, exchange = _seats(scenario, was.apps)
    if not now.seats >= was.seats - wanted:
        rule.inconclusive("others left their rooms meanwhile")
        return
    gone = sorted(wanted - now.seats)
    rule.that(
        not gone,
        "who was removed from one room left another one",
        expected=f"online: {sorted(wanted)}",
        actual=f"no more online: {gone}",
        exchange=exchange,
    )


def neighbours(scenario: Scenario, user: str) -> tuple[str, ...]:
    """The application of the room, some others of the tenant, and one of this run.

    Where people can be moved, ``user`` is put into a room of that name of the last one.
    """
    own = scenario.given(_APP)
    listed: list[str] = []
    if scenario.offers("ListApps"):
        body = scenario.make("ListApps").json
        rows = body.get("apps") or () if isinstance(body, dict) else ()
        listed = [str(row.get("app_id")) for row in rows if isinstance(row, dict)]
    made: list[str] = []
    if scenario.lab.settings.allows(_PARTICIPANTS) and scenario.offers("CreateApp"):
        made = [scenario.fresh("app")]
        participants.join(scenario, made[0], scenario.given("room"), user)
    return (own, *[one for one in listed if one != own][:_OTHERS], *made)


def _seats(scenario: Scenario, apps: Sequence[str]) -> tuple[Elsewhere, Exchange]:
    """Who is online outside of the room, and the answer that shows it of the application.

    An application that lies in another project is refused, and shows nobody.
    """
    own, *others = apps
    here = (own, scenario.given("room"))
    whole, exchange = _online(scenario, own)
    found = set(whole)
    for app in others:
        found |= _online(scenario, app)[0]
    seats = frozenset(seat for seat in found if seat[1:] != here)
    return Elsewhere(seats, apps=tuple(apps)), exchange


def _online(scenario: Scenario, app: str) -> tuple[set[Seat], Exchange]:
    query = {"app": app, "state": "ONLINE", "type": "detail", "limit": _MANY}
    exchange = scenario.send("ListRtcUserList", query=query)
    body = exchange.json if isinstance(exchange.json, dict) else {}
    total, rows = body.get("total"), body.get("users") or ()
    if isinstance(total, int) and total > len(rows):
        raise Inconclusive(f"{total} are online, more than one page of {_MANY} shows")
    return {(str(row.get("uid")), app, str(row.get("room_id"))) for row in rows}, exchange
