"""An honest server of the pets, and dishonest ones."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "the-key-of-the-pets"
FAULTS = ("limit-unbounded", "weight-is-text", "open-door", "teapot", "born-in-any-form")


class InvalidError(Exception):
    """The request breaks the document."""


def query(text: str, fault: str) -> None:
    """Raise InvalidError for a query that the document does not allow."""
    sent = parse_qs(text, keep_blank_values=True)
    limit, born = sent.get("limit", ["1"])[0], sent.get("born", ["2024-01-01"])[0]
    most = 10**9 if fault == "limit-unbounded" else 100
    if not re.fullmatch(r"\d+", limit) or not 1 <= int(limit) <= most:
        raise InvalidError
    if not set(sent.get("status", ())) <= {"new", "sold"}:
        raise InvalidError
    try:
        dt.date.fromisoformat(born)
    except ValueError as error:
        if fault != "born-in-any-form":
            raise InvalidError from error


def pet(value: Any) -> dict[str, Any]:
    """A pet as it was sent. Raises InvalidError."""
    if not isinstance(value, dict):
        raise InvalidError
    name, weight, note = value.get("name"), value.get("weight"), value.get("note")
    number = isinstance(weight, (int, float)) and not isinstance(weight, bool) and weight > 0
    if not isinstance(name, str) or len(name) > 20 or not number:
        raise InvalidError
    if note is not None and not isinstance(note, str):
        raise InvalidError
    code = value.get("code", "AA-000")
    if not isinstance(code, str) or not re.fullmatch(r"[A-Z]{2}-[0-9]{3}", code):
        raise InvalidError
    if "parent" in value:
        pet(value["parent"])
    shown = {"id": 1, "name": name, "weight": weight, "note": note, "code": code}
    return shown if "parent" not in value else {**shown, "parent": pet(value["parent"])}


@contextmanager
def pets(fault: str = "") -> Iterator[str]:
    """The server on a loopback port; its address is yielded."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            status, value = self._decided(body)
            sent = json.dumps(value).encode() if value is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def _decided(self, body: bytes) -> tuple[int, Any]:
            url = urlsplit(self.path)
            shown = pet({"name": "Rex", "weight": 3, "parent": {"name": "Max", "weight": 4}})
            if fault == "weight-is-text":
                shown["weight"] = "3"
            if url.path == "/v2/pets/1":
                return (418 if fault == "teapot" else 200), shown
            if url.path != "/v2/pets":
                return 404, None
            keys = parse_qs(url.query).get("api_key", [""])
            if fault != "open-door" and keys != [KEY]:
                return 401, None
            try:
                if self.headers.get("X-Shop") is None:
                    raise InvalidError
                query(url.query, fault)
                if self.command == "GET":
                    return 200, [shown]
                pet(json.loads(body.decode()))
            except (InvalidError, ValueError):
                return 422, {"why": "invalid"}
            return 201, shown

        do_GET = do_POST = _answer  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
