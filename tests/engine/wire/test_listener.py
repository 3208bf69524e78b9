"""The listener: what a target calls, where it listens, and who is held to calling it."""

from __future__ import annotations

import dataclasses
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from conformance.access.guard import Guard
from conformance.access.settings import Fixtures, TargetSettings
from conformance.contract.document import load_contract
from conformance.engine.outcomes import Blocked
from conformance.engine.wire.endpoint import reach_target
from conformance.engine.wire.listener import Listener
from conformance.errors import ConfigurationError, Refused
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


def test_a_listener_speaks_tls(tmp_path: Path) -> None:
    """With a certificate of its own, which a caller can check."""
    authority = trustme.CA()
    pem = tmp_path / "own.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with Listener(_settings(callback_cert=str(pem))) as listener:
        assert listener.url.startswith("https://127.0.0.1:")
        assert httpx.post(f"{listener.url}/one", content=b"1", verify=trusted).status_code == 200
        (heard,) = listener.heard("/one")
    assert (heard.url, heard.body) == (f"{listener.url}/one", b"1")


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_certificate_that_is_none_is_said(text: str | None, tmp_path: Path) -> None:
    """One line names the file and what it should hold."""
    pem = tmp_path / "own.pem"
    if text is not None:
        pem.write_text(text, encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=r"own\.pem does not hold a certificate and its key"
    ):
        Listener(_settings(callback_cert=str(pem)))


def test_a_place_that_is_none_is_said() -> None:
    """One line names it, and what depends on it is blocked."""
    with pytest.raises(Blocked, match="'nowhere' is not host:port"):
        Listener(_settings(callback_url="http://a.example", callback_listen="nowhere"))


def test_who_cannot_call_us_is_not_held_to_it() -> None:
    """No listener, or nobody to leave a room: not applicable, with the reason."""
    contract = load_contract()
    settings = reach_target("http://127.0.0.1:9", {"SPARKRTC_TOKEN": "t" * 40}).settings
    left = select(contract, (), (), settings.capabilities, settings.profile).not_applicable
    reason = left["recordEvent/rule/delivered"]
    assert reason == "the target does not claim callback"
    reason = left["recordEvent/rule/interruptions-make-files"]
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
