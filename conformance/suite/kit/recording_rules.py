"""Helpers for recording rules: bodies to send, and comparisons with what is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.engine.comparing.round_trip import not_read_back, sent_object, without_nulls
from conformance.engine.scenario import ABSENT, Inconclusive, Rule, Scenario, same
from conformance.model import field_path
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.applications import part
from conformance.suite.kit.paged_lists import rules_of

OTHER_REGIONS = ("cn-north-1", "cn-north-5", "cn-north-6", "cn-south-1", "cn-east-2")
"""Where buckets may be and recording is not offered (tables 6-4 and 12-11)."""

LEAST_HLS = {"hls_config": {"record_cycle": 120}}
"""The least that HLS needs (table 6-5)."""

_PREFIXES = (
    "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}",
    "Record/{publish_domain}/{app}/{record_type}/{record_format}/"
    "{stream}_{file_start_time}/{stream}_{file_start_time}",
)
"""The default of the tables and that of chapter 4 (E-4-record-prefix-default)."""

DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "obs_addr.object": ("",),
    "hls_config.record_prefix": _PREFIXES,
    "hls_config.record_slice_duration": (10,),
    "hls_config.record_max_duration_to_merge_file": (0,),
    "mp4_config.record_prefix": _PREFIXES,
    "mp4_config.record_max_duration_to_merge_file": (0,),
}
"""What an optional field reads when it was left out (tables 6-4 to 6-6)."""


def plain(rule: Any) -> dict[str, Any]:
    """A rule without nulls, its formats sorted. Raises Inconclusive if it is not an object."""
    if not isinstance(rule, dict):
        raise Inconclusive("the recording rule in the answer is not an object")
    known: dict[str, Any] = without_nulls(rule)
    formats = known.get("record_formats")
    if isinstance(formats, list):
        known["record_formats"] = sorted(map(str, formats))
    return known


def show(scenario: Scenario, path: Mapping[str, Any]) -> Exchange:
    """The answer of ShowRecordRule for it. Raises Blocked when it is not shown."""
    return scenario.make("ShowRecordRule", path=path)


def same_rule(rule: Rule, found: Any, wanted: Any, what: str, exchange: Exchange) -> bool:
    """Judge that two views of a recording rule are equal, field for field."""
    return rule.equal(plain(found), plain(wanted), what, exchange)


def listed_as(rule: Rule, scenario: Scenario, app: str, wanted: list[Any], what: str) -> None:
    """Judge that the application's list contains exactly these rules."""
    whole = rules_of(app).whole(scenario)
    found = [plain(row) for row in whole.rows]
    rule.equal(found, [plain(one) for one in wanted], what, whole.exchange)


def read_back(rule: Rule, exchange: Exchange, shown: Exchange | None = None) -> bool:
    """Judge that the answer, or ``shown``, has what the request sent."""
    view = shown or exchange
    lacking = not_read_back(plain(sent_object(exchange)), plain(view.json))
    lacking = [problem for problem in lacking if problem != "obs_addr.object reads None, not ''"]
    return rule.that(
        not lacking,
        f"{exchange.request.operation} was sent other values: {'; '.join(lacking)}",
        expected=sent_object(exchange),
        exchange=view,
    )


def unlike_defaults(exchange: Exchange, view: Any) -> list[str]:
    """Fields that the request left out and that do not have their default."""
    return [f"{place} reads {in_json(value)}" for place, value in _not_default(exchange, view)]


def kept_instead(exchange: Exchange, view: Any, before: Any) -> list[str]:
    """Those of ``unlike_defaults`` that still have the value from before the request."""
    return [
        f"{place} still reads {in_json(value)}"
        for place, value in _not_default(exchange, view)
        if same(value, field_path.read(before, place))
    ]


def _not_default(exchange: Exchange, view: Any) -> Iterator[tuple[str, Any]]:
    body = sent_object(exchange)
    for place, defaults in DEFAULTS.items():
        holder = place.rpartition(".")[0]
        if field_path.read(body, place) is not field_path.MISSING or holder not in body:
            continue
        value = field_path.read(view, place)
        if value is field_path.MISSING or value is None:
            continue
        packed = value.replace(" ", "") if isinstance(value, str) else value
        if not any(same(packed, default) for default in defaults):
            yield place, value


def stale(exchange: Exchange, view: Any, before: Any) -> list[str]:
    """What a rule still shows of formats that the request did not name."""
    formats = sent_object(exchange).get("record_formats", [])
    shown = part(view, "record_formats")
    found = (
        [f"record_formats reads {in_json(shown)}"] if sorted(shown or []) != sorted(formats) else []
    )
    for name, config in (("HLS", "hls_config"), ("MP4", "mp4_config")):
        cycle = part(view, config, "record_cycle")
        if name not in formats and cycle and cycle == part(before, config, "record_cycle"):
            found.append(f"{config} still reads {in_json(part(view, config))}")
    return found


def refused_changes(scenario: Scenario) -> dict[str, list[dict[str, Any]]]:
    """By rule: changes to a valid body that must be refused, and that also move the object."""
    moved = {"obs_addr.object": "Moved/"}
    regions = scenario.lab.random.sample(OTHER_REGIONS, 2)
    return {
        "unsupported-location": [{**moved, "obs_addr.location": region} for region in regions],
        "formats-uppercase": [
            {**moved, "record_formats": ["mp4"]},
            {**moved, "record_formats": ["HLS", "hls"], **LEAST_HLS, "mp4_config": ABSENT},
        ],
    }


def judge_without_cycle(scenario: Scenario, operation: str, path: Mapping[str, Any]) -> Exchange:
    """Send a configuration without record_cycle: refused, or accepted as 7200 seconds."""
    rule = scenario.rule(f"{operation}/rule/mp4-cycle-left-out")
    how: dict[str, Any] = {"mp4_config": {}}
    sent_without = scenario.send(operation, example="minimal", path=path, change=how)
    if rule.permitted(sent_without) and sent_without.status == scenario.success(sent_without):
        cycle = part(sent_without.json, "mp4_config", "record_cycle")
        rule.that(
            same(cycle, 7200),
            "the cycle of an MP4 configuration without record_cycle",
            expected=7200,
            actual=cycle,
            exchange=sent_without,
        )
    return sent_without
