"""Servers whose octets are hostile: slow, endless, cut, broken, or no HTTP at all."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterable

from tests.attack.wire import Answer, Behaviour, Headers, Hostile, Turn

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: 1\r\n"
_FOR_EVER = 100_000


def raw(*pieces: bytes, pause: float = 0.0, cut: bool = True) -> Behaviour:
    """The same octets to everybody, then the end of the connection."""

    async def behave(turn: Turn) -> None:
        for piece in pieces:
            await turn.say(piece)
            await asyncio.sleep(pause)
        if cut:
            turn.hang_up()

    return behave


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Behaviour:
    """A beginning, and then a piece again and again."""

    async def behave(turn: Turn) -> None:
        await turn.say(head)
        for _ in range(_FOR_EVER):
            await turn.say(piece)
            await asyncio.sleep(pause)
        turn.hang_up()

    return behave


def silent(seconds: float) -> Behaviour:
    """Nothing at all for so long."""

    async def behave(turn: Turn) -> None:
        await asyncio.sleep(seconds)
        turn.hang_up()

    return behave


def reset_after(share: float) -> Behaviour:
    """The honest answer up to a share of its octets, then a reset."""

    async def behave(turn: Turn) -> None:
        octets = (await turn.honest()).octets()
        await turn.say(octets[: int(len(octets) * share)])
        await asyncio.sleep(0.01)
        turn.reset()

    return behave


def length(off: int) -> Behaviour:
    """The honest answer with a length that is off by so much."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        await turn.say(answer.octets(max(0, len(answer.body) + off)))
        turn.hang_up()

    return behave


def headed(*headers: tuple[bytes, bytes], status: int = 0) -> Behaviour:
    """The honest answer with further headers."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        await turn.answer(answer.but(answer.body, *headers, status=status))

    return behave


def coded(coding: bytes, body: Callable[[], bytes]) -> Behaviour:
    """A body that is said to be in a coding; made when it is first asked for."""
    headers: Headers = ((b"content-type", b"application/json"), (b"content-encoding", coding))

    async def behave(turn: Turn) -> None:
        if "octets" not in turn.memory:
            turn.memory["octets"] = Answer(200, headers, body()).octets()
        await turn.say(turn.memory["octets"])

    return behave


def led_to(place: str) -> Behaviour:
    """A redirect; ``{here}`` is the server itself, ``{path}`` what was asked for."""

    async def behave(turn: Turn) -> None:
        where = place.format(here=turn.place, path=turn.asked.path).encode()
        await turn.answer(Answer(307, ((b"location", where),), b""))

    return behave


def interim(status: int, times: int) -> Behaviour:
    """So many interim answers before the honest one."""

    async def behave(turn: Turn) -> None:
        for _ in range(times):
            await turn.say(b"HTTP/1.1 %d Wait\r\nlink: </x>; rel=preload\r\n\r\n" % status)
        await turn.answer(await turn.honest())

    return behave


async def kept_alive_and_closed(turn: Turn) -> None:
    """Promises to keep the connection, and closes it."""
    answer = await turn.honest()
    await turn.answer(answer.but(answer.body, (b"connection", b"keep-alive")))
    turn.hang_up()


async def two_answers(turn: Turn) -> None:
    """A second answer behind the first, for the next request to take for its own."""
    answer = await turn.honest()
    smuggled = Answer(200, ((b"content-type", b"application/json"),), b'{"smuggled": true}')
    await turn.say(answer.octets() + smuggled.octets())


async def both_lengths(turn: Turn) -> None:
    """A length and chunks at once, which disagree."""
    answer = await turn.honest()
    await turn.say(OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n")
    await turn.say(b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body))
    turn.hang_up()


def _bomb(layers: int) -> bytes:
    body = b'{"a": "' + b"0" * 80_000_000 + b'"}'
    for _ in range(layers):
        body = gzip.compress(body, 9)
    return body


CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
SLOW: tuple[Hostile, ...] = (
    Hostile("slow-drip", "an octet every fifth of a second", endless(OK, b"x", 0.2)),
    Hostile("slow-body", "a body an octet at a time", endless(OK + b"\r\n{", b" ", 0.2)),
    Hostile("silence", "takes the request and says nothing", silent(60)),
    Hostile("silence-then-close", "says nothing for a moment, then closes", silent(0.05)),
    Hostile("half-a-head", "stops in the middle of the headers", raw(OK, pause=30)),
    Hostile("endless-body", "a body without length or end", endless(OK + b"\r\n", b"[0," * 20000)),
    Hostile("endless-headers", "header after header", endless(OK, b"x-a: " + b"b" * 900 + b"\r\n")),
    Hostile("endless-status-line", "a first line without end", endless(b"HTTP/1.1 200 ", b"O" * 9)),
    Hostile("endless-chunks", "chunks of one octet", endless(CHUNKED, b"1\r\n \r\n" * 500)),
    Hostile("endless-trailer", "trailers", endless(CHUNKED + b"0\r\n", b"x-t: t\r\n" * 200)),
    Hostile("one-long-header", "8 MB in a header", raw(OK, b"x-a: " + b"b" * 2**23, b"\r\n\r\n")),
)
LENGTHS: tuple[Hostile, ...] = (
    Hostile("length-too-long", "9 octets fewer than announced", length(9)),
    Hostile("length-too-short", "9 octets more than announced", length(-9)),
    Hostile("length-huge", "says 9 EB", raw(OK + b"content-length: 9223372036854775807\r\n\r\n{}")),
    Hostile("length-beyond", "a number of 400 digits", raw(OK + b"content-length: 1" + b"0" * 400)),
    Hostile("length-negative", "less than nothing", raw(OK + b"content-length: -1\r\n\r\n{}")),
    Hostile("length-twice", "two that differ", raw(OK + b"content-length: 2\r\n" * 2 + b"\r\n{}")),
    Hostile("length-and-chunks", "both, and they disagree", both_lengths),
    Hostile("chunk-huge", "a chunk of 2^63", raw(CHUNKED + b"7fffffffffffffff\r\n{}")),
    Hostile("chunk-bomb", "a size of 5,000 digits", raw(CHUNKED + b"f" * 5000 + b"\r\n{}")),
    Hostile("chunk-extension", "1 MB of extension", raw(CHUNKED + b"2;" + b"e" * 2**20 + b"\r\n")),
    Hostile("chunk-no-number", "a size that is none", raw(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n")),
)
CODINGS: tuple[Hostile, ...] = (
    Hostile("gzip-bomb", "80 kB that are 80 MB", coded(b"gzip", lambda: _bomb(1))),
    Hostile("gzip-nested", "three codings at once", coded(b"gzip, gzip, gzip", lambda: _bomb(3))),
    Hostile("gzip-none", "is said to be gzip and is not", coded(b"gzip", lambda: b'{"count": 0}')),
    Hostile("gzip-cut", "half of a gzip", coded(b"gzip", lambda: gzip.compress(b"{}" * 999)[:20])),
    Hostile(
        "deflate-bomb", "a deflate of 80 MB", coded(b"deflate", lambda: zlib.compress(b"0" * 80**4))
    ),
    Hostile(
        "coding-unknown",
        "br, zstd and a made up one",
        coded(b"br, zstd, \x1b[31m", lambda: b"\x00"),
    ),
)
PLACES: tuple[Hostile, ...] = (
    Hostile("redirect-file", "to a file", led_to("file:///etc/passwd"), every=1),
    Hostile("redirect-itself", "to the same address", led_to("http://{here}{path}")),
    Hostile(
        "redirect-link-local", "to metadata", led_to("http://169.254.169.254/latest/meta-data")
    ),
    Hostile("redirect-foreign", "to a name with credentials", led_to("http://a:b@evil.invalid/")),
    Hostile("redirect-nowhere", "to what is no address", led_to("http://[::1/\x7f")),
)
STEPS: tuple[Hostile, ...] = tuple(
    Hostile(f"reset-{int(share * 100)}", f"a reset after {share:.0%} of it", reset_after(share))
    for share in (0.0, 0.02, 0.3, 0.6, 0.99)
)
PROTOCOLS: tuple[Hostile, ...] = (
    Hostile("continue-loop", "5,000 times 100 Continue", interim(100, 5000)),
    Hostile("early-hints", "5,000 times 103", interim(103, 5000)),
    Hostile(
        "switching", "101 and another protocol", raw(b"HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n\x00")
    ),
    Hostile("http-0.9", "a body and nothing else", raw(b'{"count": 0, "apps": []}')),
    Hostile("http-9.9", "a version to come", raw(b"HTTP/9.9 200 OK\r\n\r\n{}")),
    Hostile(
        "http-2", "HTTP/2 to who speaks HTTP/1.1", raw(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    ),
    Hostile("tls-alert", "TLS on the plain port", raw(b"\x15\x03\x03\x00\x02\x02\x46")),
    Hostile("plain-for-tls", "plain HTTP where TLS is spoken", raw(OK), scheme="https"),
    Hostile("status-000", "no status", raw(b"HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n")),
    Hostile("status-999", "one beyond", raw(b"HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n")),
    Hostile("status-text", "no number", raw(b"HTTP/1.1 abc X\r\ncontent-length: 0\r\n\r\n")),
    Hostile("binary", "octets of chance", raw(bytes(range(256)) * 400)),
    Hostile("nul-headers", "NUL in headers", raw(OK + b"x-a: a\x00b\r\ncontent-length: 0\r\n\r\n")),
    Hostile("folded", "headers on several lines", raw(OK + b"x-a: a\r\n  b: c\r\n\r\n")),
    Hostile("nameless-header", "a header without a name", raw(OK + b": b\r\n\r\n{}")),
    Hostile("two-answers", "an answer that nobody asked for", two_answers),
    Hostile("keep-alive-killer", "closes what it keeps", kept_alive_and_closed),
)
HEADERS: tuple[Hostile, ...] = (
    Hostile(
        "retry-after-text", "an absurd date", headed((b"retry-after", b"Fri, 31 Dec 999999 9"))
    ),
    Hostile(
        "retry-after-years",
        "wait for years",
        headed((b"retry-after", b"9" * 30), status=503),
        target="[limits]\nflow_control = true\nscale = 50\n",
    ),
    Hostile("date-absurd", "a date of no calendar", headed((b"date", b"Xxx, 99 Foo -1 99:99:99"))),
    Hostile("date-far", "a clock that jumps by centuries", headed((b"date", b"Mon, 01 Jan 9999"))),
    Hostile(
        "cookie-flood",
        "ninety cookies",
        headed(*[(b"set-cookie", b"a%d=b" % n) for n in range(90)]),
    ),
    Hostile("header-octets", "no letters", headed((b"x-request-id", bytes(range(128, 256))))),
    Hostile("header-escape", "escapes", headed((b"x-request-id", b"\x1b]0;owned\x07\x9b31m"))),
    Hostile("charset-unknown", "no charset", headed((b"content-type", b"a/b;charset=\xff\xfe'\""))),
    Hostile("charset-many", "utf-7", headed((b"content-type", b"application/json; charset=utf-7"))),
    Hostile("type-long", "a type of 30 kB", headed((b"content-type", b"a/" + b"b;" * 15_000))),
)


def octet_servers() -> Iterable[Hostile]:
    """All of them."""
    return (*SLOW, *LENGTHS, *CODINGS, *PLACES, *STEPS, *PROTOCOLS, *HEADERS)
