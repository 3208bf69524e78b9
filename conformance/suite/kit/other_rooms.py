"""Who is in other rooms than the one that users are removed from (11.1), before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from conformance.engine.scenario import Inconclusive, NotApplicable, Scenario

if TYPE_CHECKING:
    from conformance.model.exchange import Exchange

_APP: Final = "populated_app"
_MANY: Final = 100
_PARTICIPANTS: Final = "participants"

Seat = tuple[str, str]
"""A user and the room that the user is online in."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who is online in other rooms; ``why`` there is nothing to be known of it."""

    seats: frozenset[Seat] = field(default_factory=frozenset)
    why: str = ""

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
        found, _ = _seats(scenario)
        names = sorted(str(row["uid"]) for row in there)
        if not found.of(names) and found.seats and scenario.lab.settings.allows(_PARTICIPANTS):
            _join(scenario, min(found.seats)[1], names[0])
            found, _ = _seats(scenario)
    except Inconclusive as unknown:
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
    now, exchange = _seats(scenario)
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


def _seats(scenario: Scenario) -> tuple[Elsewhere, Exchange]:
    query = {"app": scenario.given(_APP), "state": "ONLINE", "type": "detail", "limit": _MANY}
    exchange = scenario.make("ListRtcUserList", query=query)
    body = exchange.json if isinstance(exchange.json, dict) else {}
    total, rows = body.get("total"), body.get("users") or ()
    if isinstance(total, int) and total > len(rows):
        raise Inconclusive(f"{total} are online, more than one page of {_MANY} shows")
    room = scenario.given("room")
    seats = {(str(row.get("uid")), str(row.get("room_id"))) for row in rows}
    return Elsewhere(frozenset(seat for seat in seats if seat[1] != room)), exchange


def _join(scenario: Scenario, room: str, user: str) -> None:
    base = (scenario.lab.settings.fixtures.rooms_url or "").rstrip("/")
    path = "/".join(quote(part, safe="") for part in (scenario.given(_APP), room, "users", user))
    scenario.lab.steer("PUT", f"{base}/{path}", {})
