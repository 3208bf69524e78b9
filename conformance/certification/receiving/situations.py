"""The situations of a receiver: their notices, and the answers that are right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.model.requirement import Basis, Level, Lines, Requirement, Source

PREFIX = "receiver"
Wanted = Literal["taken", "survived", "refused"]
"""Answered with 2xx; answered, with no 5xx; answered with 4xx."""
Manner = Literal["whole", "slowly", "together"]
"""One after the other; in pieces with pauses; all at the same time."""

_JOB = {
    "job_id": "607f87cf00d861eeefffa6c88054cdab",
    "stream_name": "s_607f87cf00d861eeefffa6c88054cdab_room001_user001",
    "app_id": "5ff9701f2346968bb306cb43",
    "room_id": "room001",
}
BEGUN: Mapping[str, Any] = {
    **_JOB,
    "event_type": "RECORD_NEW_FILE_START",
    "record_format": "MP4",
    "detail_message": "",
}
COMPLETE: Mapping[str, Any] = {
    **_JOB,
    "event_type": "RECORD_FILE_COMPLETE",
    "record_format": "MP4",
    "download_url": "https://obsname.obs.cn-north-4.myhuaweicloud.com/Record/a.mp4",
    "record_duration": 60,
    "width": 1280,
    "height": 720,
    "start_time": "2021-04-21T10:51:55Z",
    "end_time": "2021-04-21T10:52:55Z",
    "obs_location": "cn-north-4",
    "obs_bucket": "obsName",
    "obs_object": "Record/a.mp4",
    "detail_message": "",
}
OVER: Mapping[str, Any] = {
    **_JOB,
    "event_type": "CLOUD_RECORD_SERVER_OVER",
    "detail_message": "tenant stop",
}
_BURST = 50
_LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One of our requests: ``body`` as it is sent, ``headers`` besides the content type.

    ``key``: the key that it carries; None for the right one, "" for none.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Some notices, and the one requirement that the answers to them judge.

    ``keyed``: it does not apply to a receiver that was given no key.
    """

    name: str
    level: Level
    text: str
    basis: Basis
    lines: tuple[Lines, ...]
    notices: tuple[Notice, ...]
    wanted: Wanted = "taken"
    manner: Manner = "whole"
    keyed: bool = False
    erratum: str | None = None

    @property
    def id(self) -> str:
        """The id of its requirement."""
        return f"{PREFIX}/{self.name}"

    @property
    def requirement(self) -> Requirement:
        """What it judges."""
        first = self.lines[0][0]
        section = "8.1" if first < 4000 else "14.6"
        return Requirement(
            id=self.id,
            level=self.level,
            operation=None,
            chapter="14",
            source=Source(section),
            text=self.text,
            kind="receiver",
            keyword=self.name.rpartition("/")[2],
            erratum=self.erratum,
            basis=self.basis,
            lines=self.lines,
        )


def _json(body: Mapping[str, Any], **headers: str) -> Notice:
    return Notice(json.dumps(body).encode(), headers)


def _plain(body: Mapping[str, Any]) -> Notice:
    """With characters as they are, in another order, with blanks."""
    shuffled = dict(reversed(list(body.items())))
    return Notice(json.dumps(shuffled, ensure_ascii=False, indent=2).encode())


_CHINESE = {
    **COMPLETE,
    "room_id": "三年二班·语文",
    "stream_name": "s_1_三年二班·语文_小明 🎧",
    "obs_object": "录制/三年二班/小明.mp4",
    "detail_message": "录制正常",
}
_LONG = {**COMPLETE, "room_id": "r" * 64, "stream_name": "s" * 512, "obs_object": "o/" * 511}
_POST: tuple[Lines, ...] = ((3314, 3314),)
_TYPES: tuple[Lines, ...] = ((7904, 7904), (3314, 3314))
_STATES, _IMPLIES = Basis.STATES, Basis.IMPLIES

SITUATIONS: tuple[Situation, ...] = (
    Situation(
        "accepts/file-begun",
        Level.MUST,
        "A notice that a file is begun is answered with 2xx.",
        _STATES,
        _TYPES,
        (_json(BEGUN),),
    ),
    Situation(
        "accepts/file-complete",
        Level.MUST,
        "A notice that a file is complete is answered with 2xx.",
        _STATES,
        _TYPES,
        (_json(COMPLETE), _json({**COMPLETE, "record_format": "HLS"})),
    ),
    Situation(
        "accepts/recording-over",
        Level.MUST,
        "A notice that a recording is over is answered with 2xx.",
        _STATES,
        _TYPES,
        (_json(OVER),),
    ),
    Situation(
        "accepts/optional-left-out",
        Level.MUST,
        "A notice without fields that table 14-3 calls optional is answered with 2xx.",
        _STATES,
        ((7898, 7917),),
        (
            _json({"event_type": OVER["event_type"]}),
            _json({**_JOB, "event_type": "RECORD_NEW_FILE_START"}),
        ),
    ),
    Situation(
        "accepts/long-duration",
        Level.MUST,
        "A duration of more than 32 bits is taken: record_duration is a Long.",
        _STATES,
        ((7909, 7909),),
        (_json({**COMPLETE, "record_duration": 2**40}),),
    ),
    Situation(
        "accepts/end-of-chapter-4",
        Level.SHOULD,
        "The end in the spelling of chapter 4, CLOUD_RECORD_OVER, is answered with 2xx.",
        _IMPLIES,
        ((650, 650), (7904, 7904)),
        (_json({**OVER, "event_type": "CLOUD_RECORD_OVER"}),),
        erratum="E-4-event-types",
    ),
    Situation(
        "accepts/unknown-event",
        Level.SHOULD,
        "An event that the document does not know yet is answered with 2xx.",
        _IMPLIES,
        ((7904, 7904),),
        (_json({**BEGUN, "event_type": "RTC_USER_ROLE_CHANGED"}),),
    ),
    Situation(
        "accepts/unknown-field",
        Level.SHOULD,
        "A field that the document does not know yet is passed over.",
        _IMPLIES,
        ((7897, 7917),),
        (_json({**COMPLETE, "codec": "H265", "tracks": [{"id": 1, "more": None}]}),),
    ),
    Situation(
        "accepts/sound-alone",
        Level.SHOULD,
        "A file of sound alone, whose picture has no size, is answered with 2xx.",
        _IMPLIES,
        ((7910, 7911),),
        (_json({**COMPLETE, "width": 0, "height": 0, "record_duration": 0}),),
    ),
    Situation(
        "accepts/chinese",
        Level.SHOULD,
        "Chinese names are taken, escaped or as they are.",
        _IMPLIES,
        ((7901, 7903),),
        (_json(_CHINESE), _plain(_CHINESE)),
    ),
    Situation(
        "accepts/long-names",
        Level.SHOULD,
        "Long names of rooms, streams and objects are taken.",
        _IMPLIES,
        ((7901, 7903), (7916, 7916)),
        (_json(_LONG),),
    ),
    Situation(
        "accepts/charset",
        Level.SHOULD,
        "A content type with a charset is taken.",
        _IMPLIES,
        _POST,
        (_json(BEGUN, **{"Content-Type": "application/json; charset=UTF-8"}),),
        erratum="E-14-notification-method",
    ),
    Situation(
        "accepts/repeated",
        Level.SHOULD,
        "A notice that comes again, as after a lost answer, is answered with 2xx again.",
        _IMPLIES,
        ((3285, 3285),),
        (_json(COMPLETE), _json(COMPLETE), _json(OVER), _json(OVER)),
    ),
    Situation(
        "accepts/reordered",
        Level.SHOULD,
        "Notices that come in another order are answered with 2xx.",
        _IMPLIES,
        ((3285, 3285),),
        tuple(
            _json({**one, "job_id": "other", "stream_name": "s_other_r_u"})
            for one in (OVER, COMPLETE, BEGUN)
        ),
    ),
    Situation(
        "accepts/slowly",
        Level.SHOULD,
        "A notice whose body comes in pieces is answered with 2xx.",
        _IMPLIES,
        _POST,
        (_json(COMPLETE),),
        manner="slowly",
    ),
    Situation(
        "accepts/burst",
        Level.SHOULD,
        f"{_BURST} notices at the same time are all answered with 2xx.",
        _IMPLIES,
        ((3285, 3285),),
        tuple(_json({**COMPLETE, "job_id": f"burst-{number}"}) for number in range(_BURST)),
        manner="together",
    ),
    Situation(
        "survives/malformed",
        Level.SHOULD,
        "What is no notice is answered, and not with 5xx.",
        _IMPLIES,
        _POST,
        (
            Notice(b""),
            Notice(b"{"),
            Notice(b"[]"),
            Notice(b"null"),
            Notice(b"\xff\xfe"),
            Notice(b'{"event_type": null}'),
            Notice(b'{"event_type": 7, "job_id": {}, "record_duration": "x"}'),
        ),
        wanted="survived",
    ),
    Situation(
        "survives/large",
        Level.SHOULD,
        "A body that is far too large is answered, and not with 5xx.",
        _IMPLIES,
        _POST,
        (_json({**BEGUN, "detail_message": "x" * _LARGE}),),
        wanted="survived",
    ),
    Situation(
        "survives/other-method",
        Level.SHOULD,
        "Another method than POST is answered, and not with 5xx.",
        _IMPLIES,
        _POST,
        (Notice(b"", method="GET"), Notice(b"{}", method="PUT")),
        wanted="survived",
    ),
    Situation(
        "refuses/wrong-key",
        Level.SHOULD,
        "A notice with a wrong key is refused with 4xx.",
        _IMPLIES,
        ((3315, 3315), (3338, 3338)),
        (Notice(json.dumps(BEGUN).encode(), key="wrong" * 6),),
        wanted="refused",
        keyed=True,
        erratum="E-14-notification-key",
    ),
    Situation(
        "refuses/no-key",
        Level.SHOULD,
        "A notice without the key is refused with 4xx.",
        _IMPLIES,
        ((3315, 3315), (3338, 3338)),
        (Notice(json.dumps(BEGUN).encode(), key=""),),
        wanted="refused",
        keyed=True,
        erratum="E-14-notification-key",
    ),
    Situation(
        "survives/goes-on",
        Level.SHOULD,
        "After all of that, a notice is answered with 2xx as before.",
        _IMPLIES,
        _POST,
        (_json(BEGUN), _json(COMPLETE), _json(OVER)),
    ),
)

IN_TIME = Requirement(
    id=f"{PREFIX}/answers/in-time",
    level=Level.SHOULD,
    operation=None,
    chapter="14",
    source=Source("8.1"),
    text="Every notice is answered in time: a service that waits for an answer has others to send.",
    kind="receiver",
    keyword="in-time",
    basis=Basis.IMPLIES,
    lines=((3285, 3285),),
)


def receiver_requirements() -> dict[str, Requirement]:
    """Every requirement on receivers, by id."""
    found = {one.id: one.requirement for one in SITUATIONS}
    return {**found, IN_TIME.id: IN_TIME}
