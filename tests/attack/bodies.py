"""Servers whose bodies are hostile: to whoever reads them, judges them or reports them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from tests.attack.octets import OK, raw
from tests.attack.wire import Answer, Behaviour, Hostile, Turn

JSON = ((b"content-type", b"application/json"), (b"x-request-id", b"1"))


def said(text: str | bytes) -> Behaviour:
    """The same body to everybody, with status 200."""
    body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return raw(Answer(200, JSON, body).octets(), cut=False)


def changed(change: Callable[[bytes], bytes]) -> Behaviour:
    """The honest answer with its body changed, octet by octet."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        await turn.answer(answer.but(change(answer.body)))

    return behave


def walked(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same JSON with every leaf changed."""
    if isinstance(value, dict):
        return {key: walked(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [walked(item, change) for item in value]
    return change(value)


def leaves(change: Callable[[Any], Any]) -> Behaviour:
    """The honest answer with every leaf of its JSON changed."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        if answer.body:
            text = json.dumps(walked(answer.json, change))
            answer = answer.but(text.encode("utf-8", "surrogatepass"))
        await turn.answer(answer)

    return behave


def texts(added: str, *, keys: bool = True) -> Behaviour:
    """A text behind every string of the honest answer, and in a key of its own and its error."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        value = walked(answer.json, lambda v: f"{v}{added}" if isinstance(v, str) else v)
        if isinstance(value, dict) and keys:
            value = {**value, added: added, "error_msg": added, "error_code": added}
        header = added.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
        body = json.dumps(value).encode()
        await turn.answer(
            answer.without(b"x-request-id").but(body, (b"x-request-id", header[:800]))
        )

    return behave


def numbers(text: str) -> Behaviour:
    """A number in place of every number, written as no writer of JSON would."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        mark = "@number@"
        value = walked(answer.json, lambda v: mark if isinstance(v, int | float) else v)
        body = json.dumps(value).replace(f'"{mark}"', text).encode()
        await turn.answer(answer.but(body))

    return behave


async def echoed(turn: Turn) -> None:
    """All that was sent, in every coding, under names that say nothing."""
    answer = await turn.honest()
    heard = "|".join(v.decode("latin-1") for _, v in turn.asked.headers)
    body = turn.asked.body.decode("utf-8", "replace")
    heard += f"|{turn.asked.path}|{body}"
    octets = heard.encode()
    value = {
        "a": heard,
        "b": quote(heard, safe=""),
        "c": [base64.b64encode(bytes(n) + octets).decode() for n in range(3)],
        "d": octets.hex(),
        "e": json.dumps(json.dumps(heard)),
        "f": "".join(f"%{octet:02x}" for octet in octets[:2000]),
        "g": heard.upper(),
        "h": "".join(f"&#{ord(c)};" for c in heard[:2000]),
        "error_msg": heard[-280:],
    }
    merged = {**answer.json, **value} if isinstance(answer.json, dict) else value
    await turn.answer(answer.but(json.dumps(merged).encode(), (b"x-echo", octets[:3000])))


def rows(count: int) -> Behaviour:
    """A list of so many legal rows."""

    async def behave(turn: Turn) -> None:
        answer = await turn.honest()
        value = answer.json
        found = value if isinstance(value, dict) else {}
        lists = [key for key, item in found.items() if isinstance(item, list) and item]
        for key in lists:
            found[key] = found[key][:1] * count
        await turn.answer(answer.but(json.dumps(found).encode()) if lists else answer)

    return behave


def _doubled(body: bytes) -> bytes:
    """Every member twice, the second time as null."""
    value = json.loads(body) if body else None
    if not isinstance(value, dict) or not value:
        return body
    pairs = [f"{json.dumps(k)}: {json.dumps(v)}, {json.dumps(k)}: null" for k, v in value.items()]
    return f"{{{', '.join(pairs)}}}".encode()


DEEP = 200_000
READERS: tuple[Hostile, ...] = (
    Hostile("deep-arrays", "200,000 arrays in each other", said("[" * DEEP + "]" * DEEP)),
    Hostile("deep-objects", "objects in each other", said('{"a":' * DEEP + "1" + "}" * DEEP)),
    Hostile("deep-legal", "900 deep", said('{"a":' * 900 + "1" + "}" * 900)),
    Hostile("deep-unclosed", "arrays that never end", said("[" * DEEP)),
    Hostile("integer-huge", "20,000 digits for every number", numbers("9" * 20_000)),
    Hostile("integer-4300", "as many digits as Python reads", numbers("9" * 4300)),
    Hostile("float-infinite", "1e999 for every number", numbers("1e999")),
    Hostile("float-minus", "-1e999 for every number", numbers("-1e999")),
    Hostile("float-exponent", "1e-99999999999999999999", numbers("1e-99999999999999999999")),
    Hostile("nan", "NaN for every number", numbers("NaN")),
    Hostile("infinity", "Infinity for every number", numbers("-Infinity")),
    Hostile("surrogates", "half a letter in every text", texts("\ud800")),
    Hostile("surrogates-raw", "half a letter as octets", said(b'{"error_msg": "\xed\xa0\x80"}')),
    Hostile("nul-texts", "NUL and other controls in every text", texts("\x00\x01\x1f\x7f\x85")),
    Hostile("duplicated-keys", "each member twice, once as null", changed(_doubled)),
    Hostile("bom", "a mark of byte order", changed(lambda body: b"\xef\xbb\xbf" + body)),
    Hostile("utf-16", "UTF-16", changed(lambda body: body.decode().encode("utf-16"))),
    Hostile("utf-32", "UTF-32", changed(lambda body: body.decode().encode("utf-32-le"))),
    Hostile(
        "latin-1", "octets that are no UTF-8", changed(lambda body: body.replace(b"a", b"\xe4"))
    ),
    Hostile("trailing", "more behind the JSON", changed(lambda body: body + b"}\x00<html>")),
    Hostile("cut-json", "half of the JSON", changed(lambda body: body[: len(body) // 2])),
    Hostile("lists-for-all", "a list for every leaf", leaves(lambda _: [[]])),
    Hostile("null-for-all", "null for every leaf", leaves(lambda _: None)),
    Hostile("objects-for-all", "an object for every leaf", leaves(lambda _: {"": {"": {}}})),
    Hostile("true-for-all", "true for every leaf", leaves(lambda _: True)),
    Hostile("array-on-top", "an array around it", changed(lambda body: b"[" + body + b"]")),
    Hostile("text-on-top", "a text, and nothing else", said('"<b>nothing</b>"')),
    Hostile(
        "keys-many", "200,000 members", said(json.dumps(dict.fromkeys(map(str, range(200_000)))))
    ),
    Hostile(
        "text-long", "a text of 8 MB in every place", said('{"error_msg": "' + "x" * 2**23 + '"}')
    ),
    Hostile("rows-many", "60,000 legal rows in every list", rows(60_000), every=25),
    Hostile(
        "rows-broken", "30,000 broken rows", said(json.dumps({"count": 1, "apps": [{}] * 30_000}))
    ),
)
_MARKUP = "</script><script>owned()</script>\"'><img src=x onerror=owned()>{{7*7}}{%raw%}]]>&owned;"
_SHEET = "=cmd|'/C calc'!A0\t+1\r\n@SUM(1)\n- a: !!python/object:os.system x\n*y: &z [*z]"
_MARKDOWN = "|`[owned](javascript:owned())`\n\n# owned\n"
_MARKDOWN += "<details open ontoggle=owned()>\n```\n::error::owned"
_CSS = "</style><style>*{background:url(http://evil.invalid/)}</style>"
REPORTS: tuple[Hostile, ...] = (
    Hostile(
        "terminal", "escapes in every text", texts("\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b2K\r\x08")
    ),
    Hostile("markup", "HTML and scripts in every text", texts(_MARKUP)),
    Hostile("style", "CSS in every text", texts(_CSS)),
    Hostile("sheet", "CSV and YAML in every text", texts(_SHEET)),
    Hostile("markdown", "Markdown and commands of CI", texts(_MARKDOWN)),
    Hostile("bidi", "letters that turn the line", texts("\u202e\u2066\u200b\ufeff\u2028\u2029")),
    Hostile(
        "rich-markup", "markup of the terminal library", texts("[bold red][/][link=http://x]a[/")
    ),
    Hostile(
        "format-texts", "what formatting would fill", texts("%s%n{0}{0.__class__}${HOME}`id`$(id)")
    ),
    Hostile("regex-backslashes", "600 backslashes", texts("\\" * 600)),
    Hostile("regex-plus", "what backtracks", texts("a" * 3000 + "!" + "+/=" * 1000)),
    Hostile("regex-json", "fields of secrets without end", texts('"token": "' + '\\"' * 2000)),
    Hostile("regex-cookies", "cookies without end", texts("; a=" * 3000)),
    Hostile("echo", "all that was sent, in every coding", echoed, every=1, after=0),
    Hostile("echo-signed", "the same, by signature", echoed, 1, 0, 'auth = "signature"'),
    Hostile(
        "web-page", "a page of a portal", raw(OK + b"\r\n<!doctype html><title>Log in</title>")
    ),
    Hostile(
        "letters-many", "200,000 emoji", said('{"error_msg": "' + "\U0001f4a9" * 200_000 + '"}')
    ),
)


def body_servers() -> Iterable[Hostile]:
    """All of them."""
    return (*READERS, *REPORTS)
