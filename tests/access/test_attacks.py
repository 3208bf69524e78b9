"""Attempts to get past the guard: hostile target files, and servers that redirect."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from conformance import cli
from conformance.access.guard import Guard
from conformance.access.settings import TargetSettings
from conformance.access.target_file import load_target
from conformance.access.transport import TargetClient
from conformance.errors import ConfigurationError, Refused
from conformance.model.exchange import Request

TOKEN = "token-of-the-account"


@pytest.mark.parametrize(
    "host",
    [
        "rtc-api.cn-north-4.myhuaweicloud.com",
        "RTC-API.MyHuaweiCloud.com",
        "rtc-api.myhuaweicloud.com.",
        "rtc-api.myhuaweicloud.com:443",
        "rtc-api.myhuaweicloud。com",
        "rtc-api.myhuaweicloud．com",
        "rtc-api.ｍyhuaweicloud.com",
    ],
)
def test_no_spelling_of_a_production_host_slips_through(host: str, tmp_path: Path) -> None:
    """A host of the public cloud needs its yes however it is written, for identity as well."""
    for key, other in (("base_url", "identity_url"), ("identity_url", "base_url")):
        path = tmp_path / "target.toml"
        lines = f'{key} = "https://{host}"\n{other} = "http://127.0.0.1:9"\n'
        path.write_text(lines, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"production host|is not a URL|is 'http"):
            load_target(path, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("base_url", "https://127.0.0.1@rtc-api.myhuaweicloud.com"),
        ("base_url", "https://127.0.0.1:9\\@rtc-api.myhuaweicloud.com"),
        ("base_url", "file:///etc/passwd"),
        ("base_url", "//127.0.0.1"),
        ("base_url", "http://[::1"),
        ("identity_url", "http://127.0.0.1/#@rtc-api.myhuaweicloud.com"),
        ("proxy", "http://user:secret-of-proxy@127.0.0.1"),
    ],
)
def test_addresses_that_are_not_what_they_seem(key: str, value: str, tmp_path: Path) -> None:
    """They are refused when the file is read, and no password in them is repeated."""
    facts = {"base_url": "http://127.0.0.1:9", key: value}
    path = tmp_path / "target.toml"
    text = "\n".join(f"{name} = {json.dumps(given)}" for name, given in facts.items())
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_target(path, {})
    assert "secret-of-proxy" not in str(refused.value)


def _sent(settings: TargetSettings, request: httpx.Request) -> bool:
    try:
        Guard(settings).check(request)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    "header",
    [
        "X-HTTP-Method-Override",
        "x-method-override",
        "X-Http-Method",
        "X-Original-Method",
        "X-Original-URL",
        "X-Rewrite-URL",
    ],
)
def test_no_header_turns_reading_into_writing(make_settings: Any, header: str) -> None:
    """Extra headers of the target file that a gateway would take for the method or the path."""
    settings = make_settings(capabilities=frozenset({"statistics"}))
    request = httpx.Request("GET", "http://target.test/v2/apps", headers={header: "DELETE"})
    assert not _sent(settings, request)
    assert _sent(settings, httpx.Request("GET", "http://target.test/v2/apps"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "PROPFIND"])
def test_nothing_but_reading_without_writes(make_settings: Any, method: str) -> None:
    """Also to the identity service, but for the one request that obtains a token."""
    settings = make_settings(
        capabilities=frozenset({"identity"}), identity_url="http://identity.test"
    )
    for url in ("http://target.test/v2/apps", "http://identity.test/v3/auth/projects"):
        assert not _sent(settings, httpx.Request(method, url))
    assert _sent(settings, httpx.Request("POST", "http://identity.test/v3/auth/tokens"))


@pytest.mark.parametrize("place", ["clock_url", "callback_url"])
def test_fixtures_lead_nowhere_else(make_settings: Any, place: str) -> None:
    """An address among the fixtures is no other target."""
    settings = make_settings()
    other = "https://rtc-api.myhuaweicloud.com/v2/apps"
    fixtures = dataclasses.replace(settings.fixtures, **{place: other})
    settings = dataclasses.replace(settings, fixtures=fixtures)
    assert not _sent(settings, httpx.Request("POST", other))


def test_an_extra_host_header_changes_nothing(make_settings: Any) -> None:
    """The host that is named is the one that is spoken to."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    settings = make_settings(headers={"host": "rtc-api.myhuaweicloud.com", "X-Env": "staging"})
    with TargetClient(settings, transport=httpx.MockTransport(answer)) as client:
        client.send(Request("ListApps", "GET", "http://target.test/v2/apps", ()))
    assert (seen[0].headers["host"], seen[0].headers["x-env"]) == ("target.test", "staging")


class _Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody to ``location``, or notes who came."""

    location: ClassVar[str] = ""
    came: ClassVar[list[str]] = []

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        if self.location:
            self.send_response(307)
            self.send_header("Location", f"{self.location}{self.path}")
        else:
            self.came.append(f"{self.command} {self.path} {self.headers.as_string()}")
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def redirecting() -> Iterator[tuple[str, list[str]]]:
    """A server that redirects to another one, and the list of who came to the other one."""
    came: list[str] = []
    other = ThreadingHTTPServer(("127.0.0.1", 0), type("Other", (_Elsewhere,), {"came": came}))
    place = f"http://localhost:{other.server_port}"
    first = ThreadingHTTPServer(("127.0.0.1", 0), type("First", (_Elsewhere,), {"location": place}))
    for server in (first, other):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{first.server_port}", came
    for server in (first, other):
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", ["token", "password", "signature"])
def test_a_redirect_carries_no_credentials_elsewhere(
    redirecting: tuple[str, list[str]],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither the API nor the identity service can send a run to another host."""
    url, came = redirecting
    for name in ("TOKEN", "USERNAME", "PASSWORD", "DOMAIN"):
        monkeypatch.setenv(f"SPARKRTC_{name}", TOKEN)
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", TOKEN)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", TOKEN)
    target = tmp_path / "target.toml"
    target.write_text(
        f'base_url = "{url}"\nidentity_url = "{url}"\nproject_id = "p"\nauth = "{kind}"\n'
        'profile = "emulator"\n',
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--target", str(target), f"--report-dir={tmp_path}", "--level=quick"])
    assert came == []
    assert ended.value.code == 3
    assert TOKEN not in "".join(capsys.readouterr())
