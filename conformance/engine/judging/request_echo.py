"""What an accepted request has sent, where the answer to it shows the same field.

The tables of an answer describe what the request set; what the answer leaves out is left to the
rules on reading back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from conformance.engine.comparing.round_trip import alike, sent
from conformance.model.exchange import Exchange

_BENEATH: Final[Mapping[str, str]] = {
    "UpdateAutoRecord": "auto_record_mode",
    "UpdateRecordCallback": "record_callback",
}
"""Operations whose answers have beneath a field what their requests have at the top."""

_SOUND: Final = frozenset({"room_id", "encode_template", "max_idle_time"})
"""What a mix of audio alone does not ignore (9.1)."""


def shown_otherwise(exchange: Exchange) -> dict[str, str]:
    """By field of the body: how the answer shows a value that the request sent otherwise."""
    if exchange.response is None or exchange.status >= 300 or not exchange.request.body:
        return {}
    body, answer = sent(exchange), exchange.json
    beneath = _BENEATH.get(exchange.request.operation or "")
    if beneath is not None and isinstance(answer, dict):
        answer = answer.get(beneath)
    return dict(_differing(_heeded(body), answer, ""))


def requirement_of(operation: str, place: str, known: Iterable[str]) -> str | None:
    """The first of the requirements that are about a field of an operation's body."""
    prefix = f"{operation}/body/{place}/"
    return next((one for one in known if one.startswith(prefix)), None)


def _heeded(body: dict[str, Any]) -> dict[str, Any]:
    """A body without what its operation is to ignore."""
    mix = body.get("mix_param")
    if not isinstance(mix, dict) or mix.get("encode_template") != "audio_only":
        return body
    return {**body, "mix_param": {name: mix[name] for name in mix.keys() & _SOUND}}


def _differing(wanted: Any, found: Any, place: str) -> Iterator[tuple[str, str]]:
    if found is None:
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in wanted:
            yield from _differing(wanted[name], found.get(name), f"{place}.{name}".lstrip("."))
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _of_lists(wanted, found, place)
    elif not isinstance(wanted, dict | list) and not _as_sent(wanted, found, place):
        yield place, f"{place} was sent as {wanted!r} and is shown as {found!r}"


def _of_lists(wanted: list[Any], found: list[Any], place: str) -> Iterator[tuple[str, str]]:
    """Objects one by one; simple values in any order. Lists of another length are the rules'."""
    if any(isinstance(one, dict) for one in (*wanted, *found)):
        if len(wanted) == len(found):
            for left, right in zip(wanted, found, strict=True):
                yield from _differing(left, right, f"{place}[]")
    elif sorted(map(str, wanted)) != sorted(map(str, found)):
        yield place, f"{place} was sent as {wanted!r} and is shown as {found!r}"


def _as_sent(wanted: Any, found: Any, place: str) -> bool:
    """A job may show an idle time of 0, whatever it has (E-9-max-idle-time-zero)."""
    return alike(wanted, found, place) or (place == "mix_param.max_idle_time" and found == 0)
