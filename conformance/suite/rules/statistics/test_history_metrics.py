"""Chapter 13, sections 13.8 and 13.9: the metric parameter and the fields that it chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest

from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.daily_samples import judge_days, past_days
from conformance.suite.kit.statistics.days_without_traffic import unexplained
from conformance.suite.kit.statistics.queries import for_each
from conformance.suite.kit.statistics.rows import Row, is_empty, rows_in_words, rows_of

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

QUALITY = "ListRtcHistoryQuality"

FIELDS: Mapping[str, Mapping[str, str]] = {
    "ListRtcHistoryScale": {
        "UserCount": "user_count",
        "SessionCount": "session_count",
        "RoomCount": "room_count",
        "MaxOnlineUserCount": "max_online_user_count",
        "MaxOnlineRoomCount": "max_online_room_count",
        "CommunicationDuration": "communication_duration",
        "VideoCommunicationDuration": "video_communication_duration",
        "AudioCommunicationDuration": "audio_communication_duration",
    },
    "ListRtcHistoryQuality": {
        "JoinSuccessRate": "join_success_rate",
        "JoinSuccess5SecsRate": "join_success_in5secs_rate",
        "VideoFreezeRate": "video_freeze_rate",
        "AudioFreezeRate": "audio_freeze_rate",
        "FirstVideoRecvTime": "first_video_recv_time",
        "FirstAudioRecvTime": "first_audio_recv_time",
        "PullStreamSuccessRate": "pull_stream_success_rate",
        "PushStreamSuccessRate": "push_stream_success_rate",
        "VideoUpstreamExcellentTransRate": "video_upstream_excellent_trans_rate",
        "AudioUpstreamExcellentTransRate": "audio_upstream_excellent_trans_rate",
        "VideoExcellentTransRate": "video_excellent_trans_rate",
        "AudioExcellentTransRate": "audio_excellent_trans_rate",
        "VideoTransDelay": "video_trans_delay",
        "AudioTransDelay": "audio_trans_delay",
    },
}
"""Metrics of tables 13-51 and 13-58, and the fields of tables 13-55 and 13-62 that have them."""


@for_each(
    FIELDS.keys(),
    "step-one-day",
    "every-day-sampled",
    "metric-selects-fields",
    "metric-omits-others",
    "several-equal-each",
)
def test_metrics_choose_what_is_answered(scenario: Scenario, operation: str) -> None:
    """The metrics choose the fields; several at once answer what each answers alone (13.8, 13.9).

    All metrics are asked for at once, one alone, and then in combinations of which no two metrics
    are in the same ones: whatever is mixed up shows, with a fraction of the requests.
    """
    metrics = [*FIELDS[operation]]
    at_once = past_days(scenario, operation, metric=metrics[::-1])
    everything = rows_of(operation, at_once.json)
    if is_empty(everything):
        raise Inconclusive("no data: the past 31 days are empty")
    judge_days(scenario, operation, at_once)
    _judge_fields(scenario, operation, at_once, metrics)
    alone = [scenario.lab.random.choice(metrics)]
    for chosen in (alone, *_combinations(metrics)):
        exchange = past_days(scenario, operation, metric=chosen)
        judge_days(scenario, operation, exchange)
        _judge_fields(scenario, operation, exchange, chosen)
        names = [FIELDS[operation][metric] for metric in chosen]
        found, wanted = _only(names, rows_of(operation, exchange.json)), _only(names, everything)
        unlike = [row for row in found if row not in wanted]
        scenario.rule(f"{operation}/rule/several-equal-each").that(
            found == wanted,
            f"metric={','.join(chosen)} and all metrics at once disagree",
            expected=rows_in_words([row for row in wanted if row not in found] or wanted),
            actual=rows_in_words(unlike or found),
            exchange=exchange,
        )


def _judge_fields(
    scenario: Scenario, operation: str, exchange: Exchange, metrics: Sequence[str]
) -> None:
    """Those that were asked for; or all of them, as the example of 13.8 shows."""
    wanted = {FIELDS[operation][metric] for metric in metrics}
    others = {*FIELDS[operation].values()} - wanted
    rows, asked = rows_of(operation, exchange.json), f"metric={','.join(metrics)}"
    lacking = [row for row in rows if not wanted <= row.keys()]
    if operation == QUALITY and lacking:
        lacking = unexplained(scenario, lacking, wanted)
    scenario.rule(f"{operation}/rule/metric-selects-fields").that(
        bool(rows) and not lacking,
        f"{asked}: a day lacks the field of a metric",
        expected=", ".join(sorted(wanted)),
        actual=rows_in_words(lacking),
        exchange=exchange,
    )
    everything = operation == "ListRtcHistoryScale"
    more = [
        row for row in rows if others & row.keys() and not (everything and others <= row.keys())
    ]
    scenario.rule(f"{operation}/rule/metric-omits-others").that(
        not more,
        f"{asked}: a day has the field of a metric that was not asked for",
        expected=f"no {', no '.join(sorted(others))}",
        actual=rows_in_words(more),
        exchange=exchange,
    )


def _combinations(metrics: Sequence[str]) -> Iterator[list[str]]:
    """Few combinations, such that no two metrics are in the same ones, and each is in some."""
    for bit in range(len(metrics).bit_length()):
        yield [metric for number, metric in enumerate(metrics, 1) if number >> bit & 1]


def _only(fields: Iterable[str], rows: Sequence[Row]) -> list[Row]:
    """These fields of the days; one of which none says anything may be no day at all (13.8)."""
    names = tuple(fields)
    return [
        {name: row.get(name) for name in ("date", *names)}
        for row in rows
        if any(row.get(name) for name in names)
    ]
