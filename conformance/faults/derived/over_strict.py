"""Faults of what is not taken, derived: values of the document refused, defaults changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_request
from conformance.faults.derived.derivation import input_keywords
from conformance.faults.derived.fields import Place
from conformance.faults.derived.inputs import OTHER_CODE, refusing
from conformance.faults.derived.violations import Spotted, holding, lacking
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault

FAMILY = "input-refused-needlessly"
DEFAULTS = "default"
_DOCUMENTED_DEFAULTS = (
    "record_prefix",
    "record_slice_duration",
    "record_max_duration_to_merge_file",
    "max_idle_time",
    "video_type",
    "is_record_audio",
    "select_stream_type",
)
"""Fields of bodies for which the tables give a default; the models fill in more."""
_OTHER_DEFAULTS: dict[Any, Any] = {
    "CAMERASTREAM": "SCREENSTREAM",
    "FHD": "HD",
    True: False,
    30: 31,
    10: 11,
    0: 1,
}


_LOOKED_UP = frozenset({"app_name", "bucket", "project_id", "record_rule_id", "name"})
"""Names of things, which nobody can choose to be one character long."""


_PLAINEST = frozenset({"AUTO_RECORD_OFF", "audio_only"})
"""Values of the plainest request of their operation: where they are refused, nothing is taken."""
_LEFT_OPEN = "UpdateMixJob/body/mix_param.layout_template/enum"
"""Table 9-35 lets custom layouts alone be exchanged, an example goes on to another: what is not
custom may be taken or refused."""
_OUT_OF_PLACE = frozenset(
    {
        "UpdateMixJob/body/mix_param.layout_panes[].filling_policy/enum",
        "ListRtcEvent/query/room_id/optional",
        *(
            f"UpdateMixJob/body/mix_param.layout_panes[].{name}/optional"
            for name in ("x", "y", "width", "height")
        ),
    }
)
"""Only layouts of a shared screen have a filling_policy, and an update knows custom layouts alone
(9.3); a custom layout calls for places and sizes (table 9-5), the error of 13.11 for a room."""
_OWN_CODES = frozenset({"location", "layout_template"})
"""Fields that the document lets be refused as not supported; any other reason is wrong."""


def faults() -> Iterator[Fault]:
    """Every fault of an input that must be taken, and of every default."""
    for endpoint in ENDPOINTS.values():
        for where, place in endpoint.inputs():
            for keyword in input_keywords(where, place):
                if f"{endpoint.name}/{where}/{place.path}/{keyword}" in _OUT_OF_PLACE:
                    continue
                if f"{endpoint.name}/{where}/{place.path}/{keyword}" == _LEFT_OPEN:
                    place = replace(place, schema={**place.schema, "enum": ["custom", "custom"]})
                for deviation, spotted in _refusable(where, place, keyword):
                    yield _refused(endpoint, where, place, keyword, deviation, spotted)
            if where == "body" and place.name in _DOCUMENTED_DEFAULTS:
                yield from _other_default(endpoint, place)


def _refusable(where: str, place: Place, keyword: str) -> Iterator[tuple[str, Spotted]]:
    schema = place.schema
    if keyword == "optional":
        yield "demanded", lacking(where, place)
    elif keyword == "enum" and len(schema["enum"]) > 1:
        for value in dict.fromkeys(schema["enum"]):
            yield f"refuses-{value}", holding(where, place, _equal(value))
    elif keyword in {"minimum", "maximum"}:
        yield "bound-refused", holding(where, place, _equal(schema[keyword]))
    elif keyword == "minLength" and "pattern" not in schema and place.name not in _LOOKED_UP:
        least = schema[keyword]
        yield "shortest-refused", holding(where, place, lambda v: _size(v, str) == least)
    elif keyword == "range":
        yield "zero-refused", holding(where, place, _equal(0))
    elif keyword == "type" and place.kind == "boolean":
        yield "false-refused", holding(where, place, _equal(False))


def _equal(value: object) -> Any:
    return lambda found: type(found) in {type(value), float} and found == value


def _size(value: object, kind: type) -> int | None:
    return len(value) if isinstance(value, kind) and hasattr(value, "__len__") else None


def _refused(
    endpoint: Endpoint, where: str, place: Place, keyword: str, deviation: str, spotted: Spotted
) -> Fault:
    requirement = f"{endpoint.name}/{where}/{place.path}/{keyword}"
    answered = f"{endpoint.name}/{endpoint.status}/status/answered"
    code = "DATA.100011002" if endpoint.family == "data" else "RTC.00001003"
    code = OTHER_CODE if place.name in _OWN_CODES else code
    return Fault(
        f"{requirement}/{deviation}",
        f"{endpoint.name} refuses a valid {place.path} ({deviation.replace('-', ' ')})",
        FAMILY,
        (answered if deviation.removeprefix("refuses-") in _PLAINEST else requirement,),
        (endpoint.name,),
        refusing(spotted, 400, code),
    )


def _other_default(endpoint: Endpoint, place: Place) -> Iterator[Fault]:
    default = place.schema.get("default")
    unsent_is_kept = endpoint.name == "UpdateMixJob" and place.name == "max_idle_time"
    if default is None or unsent_is_kept:
        return
    other = _OTHER_DEFAULTS.get(default, "{app_id}/{stream}")
    absent = lacking("body", place)

    def change(turn: Turn) -> Request:
        if not absent(turn):
            return turn.request

        def edit(holder: tree.Holder, key: object) -> None:
            if not tree.has(holder, key):
                holder[key] = other

        return turn.request.with_json(tree.change(turn.request.json, place.path, edit))

    requirement = f"{endpoint.name}/body/{place.path}/default"
    yield Fault(
        f"{requirement}/other",
        f"{endpoint.name} takes {other} where {place.path} is left out",
        DEFAULTS,
        (requirement,),
        (endpoint.name,),
        on_request(change),
    )
