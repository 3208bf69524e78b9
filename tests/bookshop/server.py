"""An honest server of the bookshop, and three dishonest ones."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "the-key-of-the-bookshop"
GENRES = ("novel", "essay")
FAULTS = ("pages-unbounded", "unknown-book-is-400", "title-lost")


class InvalidError(Exception):
    """The request breaks a rule of the contract."""


class Shop:
    """The books, by their number; ``fault`` is the one thing that it does wrong."""

    def __init__(self, fault: str = "", *, stocked: bool = True) -> None:
        self.fault = fault
        self.books: dict[str, dict[str, Any]] = {}
        self._isbn = itertools.count(9780000000001)
        if stocked:
            self.create({"title": "Always on the shelf", "genre": "essay", "price": 3})

    def checked(self, body: bytes) -> dict[str, Any]:
        """The book that a body describes. Raises InvalidError."""
        try:
            book = json.loads(body.decode())
        except ValueError as error:
            raise InvalidError("not JSON") from error
        if not isinstance(book, dict):
            raise InvalidError("no object")
        title, genre = book.get("title"), book.get("genre", "novel")
        price, pages = book.get("price"), book.get("pages", 1)
        if not isinstance(title, str) or not 1 <= len(title) <= 40 or genre not in GENRES:
            raise InvalidError("title or genre")
        number = isinstance(price, (int, float)) and not isinstance(price, bool)
        if not number or not math.isfinite(price) or not 0 <= price <= 1000:
            raise InvalidError("price")
        most = math.inf if self.fault == "pages-unbounded" else 5000
        whole = isinstance(pages, (int, float)) and not isinstance(pages, bool)
        if not whole or pages != int(pages) or not 1 <= pages <= most:
            raise InvalidError("pages")
        names = ("title", "genre", "price", "pages")
        return {name: book[name] for name in names if name in book}

    def shown(self, isbn: str) -> dict[str, Any]:
        """A book as answers show it."""
        book = {"isbn": isbn, **self.books[isbn]}
        if self.fault == "title-lost":
            del book["title"]
        return book

    def listed(self, query: str) -> dict[str, Any]:
        """The list; InvalidError for a filter that cannot be."""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        most, genre = asked.get("most", "50"), asked.get("genre")
        if not (most.isascii() and most.isdigit()) or not 1 <= int(most) <= 50:
            raise InvalidError("most")
        if genre is not None and genre not in GENRES:
            raise InvalidError("genre")
        found = [i for i, book in self.books.items() if genre in (None, book.get("genre"))]
        return {"books": [self.shown(i) for i in found[: int(most)]], "total": len(found)}

    def create(self, book: dict[str, Any]) -> str:
        """Put a book on the shelf; its number is returned."""
        isbn = str(next(self._isbn))
        self.books[isbn] = book
        return isbn


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    traces = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are written apart

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, answer = self._answer(body)
            except InvalidError as error:
                status, answer = 400, _refusal(400, str(error))
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Trace-Id", f"t-{next(traces)}")
            self.send_header("Content-Length", str(len(data)))
            if answer is not None:
                self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(data)

        def _answer(self, body: bytes) -> tuple[int, Any]:
            if self.headers.get("X-Auth-Token") != KEY:
                return 401, _refusal(401, "unknown key")
            url = urlsplit(self.path)
            parts = url.path.strip("/").split("/")
            if parts == ["books"]:
                return self._shelf(url.query, body)
            if len(parts) != 2 or parts[1] not in shop.books:
                status = 400 if shop.fault == "unknown-book-is-400" else 404
                return status, _refusal(status, "no such book")
            return self._book(parts[1], body)

        def _shelf(self, query: str, body: bytes) -> tuple[int, Any]:
            if self.command == "POST":
                return 201, shop.shown(shop.create(shop.checked(body)))
            return 200, shop.listed(query)

        def _book(self, isbn: str, body: bytes) -> tuple[int, Any]:
            if self.command == "DELETE":
                del shop.books[isbn]
                return 204, None
            if self.command == "PUT":
                shop.books[isbn] = shop.checked(body)
            return 200, shop.shown(isbn)

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def _refusal(status: int, detail: str) -> dict[str, str]:
    return {"code": f"BOOK-{status}", "detail": detail}


@contextmanager
def bookshop(fault: str = "", *, stocked: bool = True) -> Iterator[str]:
    """A bookshop on a loopback port; its address is yielded."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(Shop(fault, stocked=stocked)))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
