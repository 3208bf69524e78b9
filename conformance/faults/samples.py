"""Values of an input: one that is fine, one at each edge, and what tells a value that is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.faults.derived.fields import Place
from conformance.reference.clock import timestamp

if TYPE_CHECKING:
    from conformance.faults.middleware import Turn

_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_NUMBER = re.compile(r"-?\d{1,19}")


def breaks(place: Place, keyword: str, value: Any, *, in_body: bool) -> bool:
    """Whether a value of the field breaks that keyword; texts of a query are read first."""
    schema = place.schema
    if keyword == "type":
        return not of_type(place, value, in_body=in_body)
    if keyword == "null":
        return value is None
    if not of_type(place, value, in_body=in_body):
        return False
    number = int(value) if not in_body and place.kind == "integer" else value
    if keyword == "format":
        return not well_formed(place, value)
    if keyword == "range":
        return bool(0 < number < 60 or number < 0)
    if keyword == "enum":
        return number not in schema["enum"]
    if keyword in {"minLength", "minItems"}:
        return len(value) < int(schema[keyword])
    return bool(number < schema[keyword] if keyword == "minimum" else number > schema[keyword])


def of_type(place: Place, value: Any, *, in_body: bool) -> bool:
    """Whether a value has the JSON type of the field, or a text of a query can be read as it."""
    if not in_body:
        return place.kind != "integer" or bool(_NUMBER.fullmatch(value))
    if isinstance(value, bool) and place.kind != "boolean":
        return False
    return isinstance(value, _JSON_TYPES.get(place.kind, (object,)))


def well_formed(place: Place, value: str) -> bool:
    """Whether a text has the form that the field demands."""
    pattern = place.schema.get("pattern")
    if pattern is None:
        shapes = {"date": r"\d{4}-\d\d-\d\d", "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"}
        pattern = f"^{shapes[place.schema['format']]}$"
    return re.search(pattern, value) is not None


def valid_value(place: Place, turn: Turn) -> Any:
    """A value that the reference accepts for the field, in a body."""
    named = _by_name(place, turn)
    if named is not None:
        return named
    schema = place.schema
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("default") is not None:
        return schema["default"]
    least = schema.get("minimum", 0)
    by_kind: dict[str, Any] = {
        "string": "s3://bucket/object" if "pattern" in schema else "sample",
        "integer": max(least, 0) or 60,
        "number": 0.5,
        "boolean": True,
        "array": [],
        "object": {},
    }
    return by_kind.get(place.kind, "sample")


def _by_name(place: Place, turn: Turn) -> Any:
    """What names something of the server: an own name, a bucket, an application, a moment."""
    world = turn.world
    identity = world.identities[0]
    now = turn.world.clock.now()
    known: dict[str, Any] = {
        "app_name": f"made-up-{world.ids.resource()[:12]}",
        "url": "http://callback.example/rtc",
        "app": next(iter(world.tenant_of(identity).apps), ""),
        "app_id": next(iter(world.tenant_of(identity).apps), ""),
        "bucket": "rtc-records",
        "location": "cn-north-4",
        "project_id": identity.project_id,
        "start_time": timestamp(now)[:10] + "T00:00:00Z",
        "end_time": timestamp(now)[:10] + "T00:30:00Z",
        "time": timestamp(now)[:10] + "T00:00:00Z",
        "start_date": timestamp(now)[:10],
        "end_date": timestamp(now)[:10],
        "record_cycle": 60,
        "record_formats": ["MP4"],
        "obs_addr": {
            "bucket": "rtc-records",
            "location": "cn-north-4",
            "project_id": identity.project_id,
        },
        "mp4_config": {"record_cycle": 60},
        "hls_config": {"record_cycle": 60},
        "user_ids": ["somebody"],
        "mix_param": {"room_id": "room", "encode_template": "audio_only"},
        "image_uri": "s3://bucket/object",
    }
    return known.get(place.name)
