"""Chapter 13, sections 13.5 and 13.6: what chooses a series: the kind of client, the metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, for_each, listing
from conformance.suite.kit.statistics.rows import Row, is_empty, number, rows_in_words
from conformance.suite.kit.statistics.time_windows import time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

METRICS: Mapping[str, Sequence[str]] = {
    "ListRtcRealtimeQuality": (
        "JoinSuccessRate",
        "JoinSuccess5SecsRate",
        "VideoFreezeRate",
        "AudioFreezeRate",
    ),
    "ListRtcRealtimeNetwork": (
        "VideoUpstreamExcellentTransRate",
        "AudioUpstreamExcellentTransRate",
        "VideoExcellentTransRate",
        "AudioExcellentTransRate",
    ),
}
"""The metrics of tables 13-30 and 13-37."""
KINDS = ("native", "webrtc")
_SEVERAL = 5
"""So many values that are neither nothing nor all make a series that no other has by chance."""

Asked = tuple[str, str]
"""A metric and a kind of client."""


FAST, RATE = "JoinSuccess5SecsRate", "JoinSuccessRate"


@for_each(
    {"ListRtcRealtimeQuality": ("five-second-rate-not-above-rate",), "ListRtcRealtimeNetwork": ()},
    "sdk-type-selects",
    "metrics-differ",
)
def test_parameters_choose_the_series(scenario: Scenario, operation: str) -> None:
    """13.5, 13.6: another kind of client and another metric have values of their own.

    Only a series of a day that has many values is told apart from another one. Who gets in within
    five seconds has got in, and that may be everybody.
    """
    window = time_window(scenario, operation)
    span = window.query(window.past(scenario.lab.now()))

    def ask(asked: Asked) -> Listing:
        return listing(scenario, operation, {**span, "metric": asked[0], "sdk_type": asked[1]})

    series = {
        (metric, kind): ask((metric, kind)) for metric in METRICS[operation] for kind in KINDS
    }
    for one, other in combinations(series, 2):
        if one[0] == other[0]:
            rule = scenario.rule(f"{operation}/rule/sdk-type-selects")
        elif one[1] == other[1] and {one[0], other[0]} != {FAST, RATE}:
            rule = scenario.rule(f"{operation}/rule/metrics-differ")
        else:
            continue
        if not _varied(series[one].rows):
            continue

        def look(again: bool, one: Asked = one, other: Asked = other) -> Comparison:
            left, right = (ask(it) if again else series[it] for it in (one, other))
            same = left.rows == right.rows
            problem = f"{' of '.join(one)} and {' of '.join(other)} are the same series"
            return Comparison(
                right.exchange,
                problem if same else "",
                "values of its own",
                rows_in_words(right.rows),
            )

        judge(rule, settle(scenario, look))
    if operation == "ListRtcRealtimeQuality":
        _joined_fast(scenario, series)
    for pending in scenario.pending:
        scenario.rule(pending).inconclusive(
            f"no data: no series of the past day has {_SEVERAL} different values besides 0 and 100"
        )


def _joined_fast(scenario: Scenario, series: Mapping[Asked, Listing]) -> None:
    rule = scenario.rule("ListRtcRealtimeQuality/rule/five-second-rate-not-above-rate")
    for kind in KINDS:
        fast, rate = (series[it, kind] for it in (FAST, RATE))
        if is_empty(fast.rows) and is_empty(rate.rows):
            continue
        rates = {row.get("time"): number(row, "value") for row in rate.rows}
        wrong = [
            row for row in fast.rows if number(row, "value") > rates.get(row.get("time"), math.inf)
        ]
        rule.that(
            not wrong,
            f"{kind}: {FAST} is above {RATE} in {len(wrong)} minutes",
            expected="no minute of that kind",
            actual=rows_in_words(wrong, 4),
            exchange=fast.exchange,
        )
    if rule.id in scenario.pending:
        rule.inconclusive("no data: nobody has joined on the past day")


def _varied(rows: Sequence[Row]) -> bool:
    return len({number(row, "value") for row in rows} - {0, 1, 100}) >= _SEVERAL
