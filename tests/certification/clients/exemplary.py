"""A client that does everything right, in the fewest lines: the base of every wrong one.

Its transport is the standard library's, so that nothing is corrected on the way. A wrong client
is this one with one entry of ``WRONG`` (``wrong.py``) applied.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request before it is sent; ``raw`` replaces the JSON text of ``body``."""

    method: str
    path: str
    query: Mapping[str, Any] | str = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def but(self, **changed: Any) -> Asked:
        """The same request with something changed."""
        return replace(self, **changed)


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    data: Any
    headers: Mapping[str, str]


class Client:
    """Sends requests with a token, JSON bodies and comma lists, as the document says."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.app = env["SPARKRTC_APP_ID"]
        self.project = env["SPARKRTC_PROJECT_ID"]
        self._address = urlsplit(env["SPARKRTC_BASE_URL"])

    def send(self, asked: Asked, timeout: float = 10) -> Answered:
        """Send one request as it is. Raises TimeoutError when the answer takes longer."""
        connection = self._asking(asked, timeout)
        try:
            response = connection.getresponse()
            text = response.read()
            data = json.loads(text) if text else None
            return Answered(response.status, data, dict(response.getheaders()))
        finally:
            connection.close()

    def leave(self, asked: Asked) -> None:
        """Send one request, and hang up before it is answered."""
        self._asking(asked, 10).close()

    def write(self, line: str) -> str:
        """Write a request line as it is; what comes back."""
        address = str(self._address.netloc)
        head = f"{line}\r\nHost: {address}\r\nX-Auth-Token: {self.env['SPARKRTC_TOKEN']}\r\n\r\n"
        host, _, port = address.partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(head.encode())
            return connection.recv(65536).decode("utf-8", "replace")

    def _asking(self, asked: Asked, timeout: float) -> http.client.HTTPConnection:
        headers = {"X-Auth-Token": self.env["SPARKRTC_TOKEN"], "Content-Type": "application/json"}
        headers.update(asked.headers)  # type: ignore[arg-type]
        kept = {name: value for name, value in headers.items() if value is not None}
        body = asked.raw
        if body is None and asked.body is not None:
            body = json.dumps(asked.body, ensure_ascii=False).encode()
        query = asked.query if isinstance(asked.query, str) else encoded(asked.query)
        connection = http.client.HTTPConnection(str(self._address.netloc), timeout=timeout)
        connection.request(
            asked.method, f"{asked.path}?{query}" if query else asked.path, body, kept
        )
        return connection


def encoded(query: Mapping[str, Any]) -> str:
    """The query with lists joined by commas."""
    flat = {k: ",".join(v) if isinstance(v, list) else v for k, v in query.items()}
    return urlencode(flat, safe=",:", quote_via=quote)


def create_app(_client: Client) -> Asked:
    """5.1."""
    return Asked("POST", "/v2/apps", body={"app_name": "exemplary"})


def list_apps(_client: Client) -> Asked:
    """5.2."""
    return Asked("GET", "/v2/apps", {"limit": 10, "offset": 0, "state": "ACTIVATION"})


def show_app(client: Client) -> Asked:
    """5.3."""
    return Asked("GET", f"/v2/apps/{client.app}")


def create_rule(client: Client) -> Asked:
    """6.1."""
    address = {"bucket": "rtc-records", "location": "cn-north-4", "project_id": client.project}
    body = {"obs_addr": address, "record_formats": ["MP4"], "mp4_config": {"record_cycle": 7200}}
    return Asked("POST", f"/v2/apps/{client.app}/record-rules", body=body)


def create_mix_job(client: Client) -> Asked:
    """9.1."""
    mix = {
        "room_id": "room-1",
        "encode_template": "1280x720_30_1710",
        "max_idle_time": 60,
        "layout_template": "nine_grids_view",
    }
    return Asked("POST", f"/v2/apps/{client.app}/mix-stream-jobs", body={"mix_param": mix})


def create_single_job(client: Client) -> Asked:
    """10.1."""
    body = {"room_id": "room-1", "user_id": "teacher", "is_record_audio": True, "max_idle_time": 60}
    return Asked("POST", f"/v2/apps/{client.app}/individual-stream-jobs", body=body)


def set_callback(client: Client) -> Asked:
    """8.1."""
    body = {"url": "http://example.com/callback", "auth_key": "0123456789abcdef" * 2}
    return Asked("PUT", f"/v2/apps/{client.app}/record-callback", body=body)


def list_objects(_client: Client) -> Asked:
    """12.2."""
    query = {"bucket": "rtc-records", "location": "cn-north-4", "type": "objects"}
    return Asked("GET", "/v2/rtc-ops/buckets/objects", query)


def list_users(client: Client) -> Asked:
    """13.2."""
    query = {
        "app": client.app,
        "region": ["GD", "SH"],
        "type": "summary",
        "limit": 10,
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2026-01-01T01:00:00Z",
    }
    return Asked("GET", f"/v1/{client.project}/rtc/users", query)


def quality(client: Client) -> Asked:
    """13.9."""
    query = {"app": client.app, "metric": ["JoinSuccessRate", "VideoFreezeRate"]}
    return Asked("GET", f"/v1/{client.project}/rtc/history/quality", query)


REQUESTS: Mapping[str, Callable[[Client], Asked]] = {
    made.__name__: made
    for made in (
        create_app,
        list_apps,
        show_app,
        create_rule,
        create_mix_job,
        create_single_job,
        set_callback,
        list_objects,
        list_users,
        quality,
    )
}


if __name__ == "__main__":
    me = Client(os.environ)
    for make in REQUESTS.values():
        answered = me.send(make(me))
        assert 200 <= answered.status < 300, answered
