"""The listener: what a target calls, where it listens, and who is held to calling it."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import pytest

from conformance.access.guard import Guard
from conformance.access.settings import Fixtures, TargetSettings
from conformance.contract.document import load_contract
from conformance.engine.outcomes import Blocked
from conformance.engine.wire.endpoint import reach_target
from conformance.engine.wire.listener import Listener
from conformance.errors import Refused
from conformance.verdicts.selection import select


def _settings(**fixtures: Any) -> TargetSettings:
    return TargetSettings(base_url="http://127.0.0.1:9", fixtures=Fixtures(**fixtures))


def test_what_was_sent_is_kept_by_address() -> None:
    """Method, query, headers and body as they came, in order, for each address of its own."""
    with Listener(_settings()) as listener:
        httpx.put(f"{listener.url}/one?a=1", content=b"{}", headers={"X-Key": "k"})
        httpx.post(f"{listener.url}/two", content=b"2")
        found = listener.until("/two", lambda seen: len(seen) == 1, 5)
        (other,) = listener.heard("/one")
    assert [one.body for one in found] == [b"2"]
    assert (other.method, other.url) == ("PUT", f"{listener.url}/one?a=1")
    assert ("x-key", "k") in other.headers
    assert listener.heard("/none") == ()


def test_a_given_address_is_named_and_another_listened_on() -> None:
    """What stands in front may take the beginning of the path away."""
    given = _settings(
        callback_url="https://ci.example.com/callback/", callback_listen="127.0.0.1:0"
    )
    with Listener(given) as listener:
        assert listener.url == "https://ci.example.com/callback"
        port = listener._socket.getsockname()[1]
        httpx.post(f"http://127.0.0.1:{port}/deep/within/abc")
        assert len(listener.heard("/abc")) == 1


def test_a_place_that_is_none_is_said() -> None:
    """One line names it, and what depends on it is blocked."""
    with pytest.raises(Blocked, match="'nowhere' is no host:port"):
        Listener(_settings(callback_url="http://a.example", callback_listen="nowhere"))


def test_who_cannot_call_us_is_not_held_to_it() -> None:
    """No listener or nobody to join rooms: not applicable, with the reason."""
    contract = load_contract()
    settings = reach_target("http://127.0.0.1:9", {"SPARKRTC_TOKEN": "t" * 40}).settings
    left = select(contract, (), (), settings.capabilities, settings.profile).not_applicable
    reason = left["recordEvent/rule/delivered"]
    assert reason == "the target does not claim callback, participants"


def test_people_are_moved_without_credentials() -> None:
    """Beside the target, and only beneath the address that the file names."""
    settings = dataclasses.replace(
        _settings(rooms_url="https://bots.example/rooms"), capabilities=frozenset({"writes"})
    )
    guard = Guard(settings)
    guard.check(httpx.Request("PUT", "https://bots.example/rooms/a/r/users/u"))
    for url, headers in (
        ("https://bots.example/other", {}),
        ("https://bots.example/roomsx", {}),
        ("https://bots.example/rooms/a", {"X-Auth-Token": "t"}),
    ):
        with pytest.raises(Refused, match="not the target"):
            guard.check(httpx.Request("PUT", url, headers=headers))
