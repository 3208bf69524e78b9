"""Explains a wrong signature: our canonical request beside the one that was signed.

A signature does not show what was signed. So the usual mistakes of signers are tried, alone and
together, until one yields the signature that was sent; if none does, only ours is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import combinations, product
from urllib.parse import quote, quote_plus, unquote

from conformance.certification.recording.call import Call
from conformance.reference import signing
from conformance.reference.identities import Identity
from conformance.reference.signing import Canonical, Signature

TOGETHER = 3
"""Slips that are tried at once, each in another part of the request."""
_UNSIGNED = "UNSIGNED-PAYLOAD"

Slip = tuple[str, str, str]
"""The part of the canonical request, what stands there instead, and how that is called."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of a wrong signature."""

    message: str
    expected: str
    actual: str


def explain(
    call: Call, signature: Signature, identity: Identity, keys: Mapping[str, Identity]
) -> Explanation:
    """Find out which request a wrong signature was made over, if possible."""
    names = signature.signed_headers
    if signing.DATE_HEADER not in names:
        return _plain("the signature does not cover X-Sdk-Date", signing.DATE_HEADER, names)
    missing = [name for name in names if name not in call.headers]
    if missing:
        what = f"signed headers are not sent: {', '.join(missing)}"
        return _plain(what, "headers as they were signed", tuple(sorted(call.headers)))
    ours = signing.canonical_request(signed_part(call), names)
    if ours is None:
        named = call.headers[signing.CONTENT_HEADER]
        what = "X-Sdk-Content-Sha256 is not the hash of the body"
        return Explanation(what, sha256(call.body).hexdigest(), named)
    date = call.headers[signing.DATE_HEADER]
    for other in keys.values():
        if _fits(ours, date, signature, other.sk):
            what = "the signature was made with the secret of another access key"
            return Explanation(what, f"the secret of {identity.ak}", f"the secret of {other.ak}")
    tried = 0
    for theirs, slips in _readings(call, ours, names):
        tried += 1
        if _fits(theirs, date, signature, identity.sk):
            what = f"the signature was made over another request: {', '.join(slips)}"
            return Explanation(what, *_beside(ours, theirs, date))
    shown = _shown(ours, date)
    return Explanation(
        "the signature was not made over this request",
        "\n".join(shown),
        f"none of {tried} other readings of the request gives the signature that was sent:"
        " another secret key, or a request that was changed after it was signed",
    )


def signed_part(call: Call) -> signing.Signed:
    """The parts of the request that a signature covers."""
    path = unquote(call.raw_path, errors="surrogateescape")
    method = call.exchange.request.method
    return signing.Signed(method, path, call.query, call.headers, call.body)


def _plain(message: str, expected: str, actual: tuple[str, ...]) -> Explanation:
    return Explanation(message, expected, f"signed or sent: {';'.join(actual)}")


def _fits(canonical: Canonical, date: str, signature: Signature, secret: str) -> bool:
    return signing.sign(signing.string_to_sign(canonical.text, date), secret) == signature.value


def _readings(
    call: Call, ours: Canonical, names: tuple[str, ...]
) -> Iterator[tuple[Canonical, tuple[str, ...]]]:
    """Other canonical requests with the mistakes that lead to them, fewest mistakes first."""
    parts: dict[str, list[Slip]] = {}
    for slip in _slips(call, ours, names):
        if slip[1] != getattr(ours, slip[0]):
            parts.setdefault(slip[0], []).append(slip)
    for count in range(1, TOGETHER + 1):
        for chosen in combinations(parts.values(), count):
            for slips in product(*chosen):
                changed = {part: value for part, value, _ in slips}
                yield replace(ours, **changed), tuple(how for _, _, how in slips)


def _slips(call: Call, ours: Canonical, names: tuple[str, ...]) -> Iterator[Slip]:
    """The usual mistakes of signers."""
    bare = ours.path.rstrip("/")
    plain = unquote(call.raw_path, errors="replace")
    for path, how in (
        (bare, "its path has no slash at the end"),
        (f"{call.raw_path}/", "its path is as sent"),
        (call.raw_path, "its path is as sent, without a slash at the end"),
        (f"{plain}/", "its path is not encoded"),
        (plain, "its path is not encoded, without a slash at the end"),
        (f"{quote(bare, safe='/~')}/", "its path is encoded twice"),
        (f"{call.raw_path}?{call.raw_query}", "its path has the query in it"),
        ("/", "its path is /"),
    ):
        yield "path", path, how
    as_sent = [(quote(k, safe="~"), quote(v, safe="~")) for k, v in call.query]
    for query, how in (
        ("&".join(f"{k}={v}" for k, v in as_sent), "its query is not sorted"),
        (call.raw_query, "its query is as sent"),
        ("&".join(sorted(call.raw_query.split("&"))), "its query is sorted, and encoded as sent"),
        ("", "its query is left out"),
        (_form(call), "its query is encoded as a form, with + for a space"),
        ("&".join(f"{k}={v}" for k, v in sorted(call.query)), "its query is not encoded"),
    ):
        yield "query", query, how
    yield from _header_slips(call, ours, names)
    yield from _body_slips(call)
    for method in ("GET", "PUT", "POST", "DELETE", ours.method.lower()):
        yield "method", method, f"its method is {method}"


def _header_slips(call: Call, ours: Canonical, names: tuple[str, ...]) -> Iterator[Slip]:
    written = {name.lower(): name for name, _ in call.exchange.request.headers}
    lines = ours.headers.splitlines()
    yield "headers", "\n".join(lines), "no empty line follows its headers"
    yield "headers", "".join(f"{line}\n" for line in sorted(lines)), "its headers are sorted"
    cased = "".join(f"{written[name]}:{call.headers[name].strip()}\n" for name in names)
    yield "headers", cased, "the names of its headers are not in lower case"
    spaced = "".join(f"{name}: {call.headers[name].strip()}\n" for name in names)
    yield "headers", spaced, "a space follows the names of its headers"
    host = call.headers.get("host", "")
    for other in (host.partition(":")[0], "rtc-api.myhuaweicloud.com"):
        changed = ours.headers.replace(f"host:{host}\n", f"host:{other}\n")
        yield "headers", changed, f"its host is {other}"
    for kind in ("application/json", "application/json;charset=utf8"):
        sent = call.headers.get("content-type", "")
        changed = ours.headers.replace(f"content-type:{sent}\n", f"content-type:{kind}\n")
        yield "headers", changed, f"its Content-Type is {kind}"
    yield "names", ";".join(sorted(names)), "the list of its headers is sorted"
    yield "names", ";".join(written[name] for name in names), "its list of headers has capitals"


def _body_slips(call: Call) -> Iterator[Slip]:
    yield "payload", sha256(b"").hexdigest(), "its body is empty"
    yield "payload", _UNSIGNED, f"its body is {_UNSIGNED}"
    yield "payload", sha256(call.body).hexdigest().upper(), "the hash of its body has capitals"
    yield "payload", "", "it has no hash of its body"
    try:
        data = json.loads(call.body)
    except (ValueError, RecursionError):
        return
    for separators in ((",", ":"), (", ", ": ")):
        for is_ascii in (True, False):
            for is_sorted in (False, True):
                text = json.dumps(
                    data, separators=separators, ensure_ascii=is_ascii, sort_keys=is_sorted
                )
                hashed = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
                yield "payload", hashed, f"its body is written as {text[:80]}"


def _form(call: Call) -> str:
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in sorted(call.query))


def _shown(canonical: Canonical, date: str) -> list[str]:
    to_sign = signing.string_to_sign(canonical.text, date)
    return [
        "canonical request:",
        *canonical.text.split("\n"),
        "string to sign:",
        *to_sign.split("\n"),
    ]


def _beside(ours: Canonical, theirs: Canonical, date: str) -> tuple[str, str]:
    """Both canonical requests, with the first differing line marked », the place in it ▸.

    That line comes first as well, for places that show only a few lines.
    """
    left, right = _shown(ours, date), _shown(theirs, date)
    pairs = zip(left, right, strict=False)
    at = next(number for number, (one, other) in enumerate(pairs) if one != other)
    signs = zip(left[at], right[at], strict=False)
    shorter = min(len(left[at]), len(right[at]))
    place = next((n for n, (one, other) in enumerate(signs) if one != other), shorter)
    return _marked(left, at, place), _marked(right, at, place)


def _marked(lines: list[str], at: int, place: int) -> str:
    marked = f"» {lines[at][:place]}▸{lines[at][place:]}"
    return "\n".join([marked, *lines[:at], marked, *lines[at + 1 :]])
