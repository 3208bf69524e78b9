"""Chapter 13, section 13.10: the quality of single calls, metric by metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import pytest

from conformance.engine.scenario import Inconclusive, Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.calls import QOS, Call, find_call
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import LARGEST_LIMIT, Listing, listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words, rows_not_in, rows_of

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

MIDS = (
    "appcpu",
    "syscpu",
    "abit",
    "vbit",
    "dbit",
    "vfps",
    "dfps",
    "vblock",
    "dblock",
    "aloss",
    "vloss",
    "dloss",
    "vwidth",
    "vheight",
    "dwidth",
    "dheight",
    "ajitter",
    "artt",
    "vjitter",
    "vrtd",
    "djitter",
    "drtt",
)
"""The metrics of table 13-65, but for all."""

_PAIR = 2
OF_DEVICE = ("appcpu", "syscpu")
"""The metrics of a device, which no stream has."""

FILTERS = (("user_id", "uid", "filter-user-subset"), ("peer_id", "peerid", "filter-peer-subset"))
"""A parameter of table 13-65, the field of table 13-69 that it is about, and its rule."""

Reading = Callable[[Row, str, str], bool]
"""Whether a sample is of what a parameter of ``FILTERS`` names by that value."""

DIRECTIONS = ("up", "down")
"""The document lists no values; any of them may be refused (E-13-direction-values)."""


@rules(
    "ListRtcClientQosDetails/rule/room-echoed",
    "ListRtcClientQosDetails/rule/series-unique",
    "ListRtcClientQosDetails/rule/mid-selects-series",
    "ListRtcClientQosDetails/rule/several-equal-each",
    "ListRtcClientQosDetails/rule/mid-all-is-union",
)
def test_mid_chooses_the_series(scenario: Scenario) -> None:
    """A series is one metric of one user towards one peer; mid chooses the metrics (13.10).

    Two metrics are asked for one by one and together, the other ones in two halves: all of them
    together are what all answers.
    """
    call = find_call(scenario)
    _judge_series(scenario, call)
    measured = _measured(scenario, call)
    if measured and not call.all.rows:
        scenario.rule(f"{QOS}/rule/mid-all-is-union").that(
            False,
            "mid=all answers nothing, where metrics by name are answered",
            expected="every metric",
            exchange=call.all.exchange,
        )
    if len(measured) < 2:
        raise Inconclusive(f"no data: only {measured} was measured in room {call.room}")
    pair = scenario.lab.random.sample(measured, 2)
    rest = [mid for mid in MIDS if mid not in pair]

    def several(_: bool) -> Comparison:
        both = _ask_for(scenario, call, pair)
        each = [row for mid in pair for row in _ask_for(scenario, call, [mid]).rows]
        return _compare(both, each, f"mid={','.join(pair)} and each of the two alone")

    def everything(anew: bool) -> Comparison:
        whole = _ask(scenario, call, mid=["all"]) if anew else call.all
        parts = [_ask_for(scenario, call, mids) for mids in (pair, rest[::2], rest[1::2])]
        return _compare(
            whole, [row for part in parts for row in part.rows], "mid=all and the metrics by name"
        )

    judge(scenario.rule(f"{QOS}/rule/several-equal-each"), settle(scenario, several))
    judge(scenario.rule(f"{QOS}/rule/mid-all-is-union"), settle(scenario, everything))


@rules(
    "ListRtcClientQosDetails/rule/filter-user-subset",
    "ListRtcClientQosDetails/rule/filter-peer-subset",
    "ListRtcClientQosDetails/rule/filter-stream-subset",
    "ListRtcClientQosDetails/rule/filter-direction-subset",
    "ListRtcClientQosDetails/rule/filters-combine",
    "ListRtcClientQosDetails/rule/default-time-type",
)
def test_series_are_narrowed_down(scenario: Scenario) -> None:
    """Each filter answers the series that it is about, as they are without it (13.10)."""
    call = find_call(scenario)
    for parameter, field, name in FILTERS:
        _judge_filter(scenario, call, parameter, field, scenario.rule(f"{QOS}/rule/{name}"))
    stream = scenario.rule(f"{QOS}/rule/filter-stream-subset")
    nowhere = _judge_part(scenario, call, stream, stream_id=scenario.name("stream"))
    if nowhere.status == 200:
        measured = [row for row in rows_of(QOS, nowhere.json) if row.get("mid") not in OF_DEVICE]
        stream.that(
            not measured,
            "a stream_id that no stream has returns what was measured of streams",
            expected=f"nothing, or only {' and '.join(OF_DEVICE)}",
            actual=rows_in_words(measured),
            exchange=nowhere,
        )
    for value in DIRECTIONS:
        direction = scenario.rule(f"{QOS}/rule/filter-direction-subset")
        part = _judge_part(scenario, call, direction, direction=value)
        if part.status == 200:
            _judge_both(scenario, call, rows_of(QOS, part.json), direction=value)
    _judge_both(scenario, call, call.all.rows)

    def by_default(anew: bool) -> Comparison:
        without = _ask(scenario, call, mid=["all"]) if anew else call.all
        ctime = _ask(scenario, call, mid=["all"], time_type="ctime")
        return _compare(without, ctime.rows, "no time_type and time_type=ctime")

    judge(scenario.rule(f"{QOS}/rule/default-time-type"), settle(scenario, by_default))


def _ask(scenario: Scenario, call: Call, **query: Any) -> Listing:
    return listing(scenario, QOS, {**call.query, **query})


def _ask_for(scenario: Scenario, call: Call, mids: Sequence[str]) -> Listing:
    """The series of some metrics, and of no other ones."""
    answered = _ask(scenario, call, mid=mids)
    others = [row for row in answered.rows if row.get("mid") not in mids]
    scenario.rule(f"{QOS}/rule/mid-selects-series").that(
        not others,
        f"mid={','.join(mids)} answers series of another metric",
        expected=f"only {', '.join(mids)}",
        actual=rows_in_words(others),
        exchange=answered.exchange,
    )
    return answered


def _measured(scenario: Scenario, call: Call) -> list[str]:
    """The metrics that a call has; one that only its own name answers, where all shows too few."""
    found = {str(row["mid"]) for row in call.all.rows}
    if len(found) < _PAIR:
        hidden = (mid for mid in MIDS if mid not in found)
        found |= set(islice((m for m in hidden if _ask_for(scenario, call, [m]).rows), 1))
    return sorted(found)


def _judge_series(scenario: Scenario, call: Call) -> None:
    exchange = call.all.exchange
    scenario.rule(f"{QOS}/rule/room-echoed").equal(
        exchange.json.get("room_id"), call.room, "room_id of the answer", exchange
    )
    names = Counter(
        tuple(str(series.get(name)) for name in ("uid", "peerid", "mid"))
        for series in exchange.json["data"]
        if isinstance(series, dict)
    )
    twice = [name for name, count in names.items() if count > 1]
    scenario.rule(f"{QOS}/rule/series-unique").that(
        not twice,
        "a metric of a user towards a peer is more than one series",
        expected="one series",
        actual=twice[:3],
        exchange=exchange,
    )


def _judge_filter(scenario: Scenario, call: Call, parameter: str, field: str, rule: Rule) -> None:
    """The value that the fewest samples have answers those samples and nothing else."""
    values = Counter(str(row[field]) for row in call.all.rows if row.get(field) not in ("0", ""))
    if not values or len({row.get(field) for row in call.all.rows}) < 2:
        rule.inconclusive(f"no data: every series of room {call.room} has the same {field}")
        return
    value = min(values, key=lambda it: (values[it], it))

    def look(anew: bool) -> Comparison:
        whole = _ask(scenario, call, mid=["all"]) if anew else call.all
        part = _ask(scenario, call, mid=["all"], **{parameter: value})
        what = f"{parameter}={value} and what has that {field} without it"
        return _by_some_reading(part, whole.rows, {parameter: value}, what)

    judge(rule, settle(scenario, look))


def _judge_both(scenario: Scenario, call: Call, given: Sequence[Row], **first: str) -> None:
    """With a sender or a receiver, what another filter leaves is narrowed down further.

    Without another filter both are given; ``given`` is what the one filter leaves by itself.
    """
    rule = scenario.rule(f"{QOS}/rule/filters-combine")
    peers = sorted({str(row[field]) for row in call.all.rows if (field := "peerid") in row} - {"0"})
    if not peers:
        rule.inconclusive(f"no data: nobody received anything in room {call.room}")
        return
    peer = scenario.lab.random.choice(peers)
    senders = sorted({str(row["uid"]) for row in call.all.rows})
    wanted = (
        {"peer_id": peer}
        if first
        else {"peer_id": peer, "user_id": scenario.lab.random.choice(senders)}
    )

    def look(anew: bool) -> Comparison:
        before = _ask(scenario, call, mid=["all"], **first).rows if anew else given
        both = _ask(scenario, call, mid=["all"], **first, **wanted)
        what = f"{ {**first, **wanted} } together and one after the other"
        return _by_some_reading(both, before, wanted, what)

    judge(rule, settle(scenario, look))


def _by_some_reading(
    found: Listing, whole: Sequence[Row], asked: Mapping[str, str], what: str
) -> Comparison:
    """What is asked for, and nothing else, by one of the readings (E-13-sender-receiver)."""
    compared = [
        _compare(
            found, [row for row in whole if all(fits(row, *one) for one in asked.items())], what
        )
        for fits in (_has, _streams)
    ]
    return next((one for one in compared if not one.problem), compared[0])


def _has(row: Row, parameter: str, value: str) -> bool:
    """The series has the value in the field that the parameter is taken for (table 13-69)."""
    return any(row.get(field) == value for name, field, _ in FILTERS if name == parameter)


def _streams(row: Row, parameter: str, value: str) -> bool:
    """The stream that was measured comes from that sender, or goes to that receiver (table 13-65).

    Of the own upstream the user is the sender, of anything else the receiver.
    """
    user, peer = row.get("uid"), row.get("peerid")
    sender, receiver = (user, None) if peer in ("0", "", user) else (peer, user)
    return value == (sender if parameter == "user_id" else receiver)


def _judge_part(scenario: Scenario, call: Call, rule: Rule, **query: Any) -> Exchange:
    """What a filter answers, if its value is accepted, is part of the unfiltered answer."""
    asked = {**call.query, "mid": ["all"], "limit": LARGEST_LIMIT, "offset": 0, **query}
    exchange = scenario.send(QOS, query=asked)
    if exchange.status == 400:
        rule.refused(exchange)
    elif rule.succeeded(exchange):
        more = rows_not_in(rows_of(QOS, exchange.json), call.all.rows)
        rule.that(
            not more,
            f"{query} answers what is not there without it",
            expected="a part of the unfiltered answer",
            actual=rows_in_words(more),
            exchange=exchange,
        )
    return exchange


def _compare(found: Listing, wanted: Sequence[Row], what: str) -> Comparison:
    """Two answers have the same samples, in whichever order of series."""
    more, less = rows_not_in(found.rows, wanted), rows_not_in(wanted, found.rows)
    if not more and not less:
        return Comparison(found.exchange)
    return Comparison(
        found.exchange,
        f"{what} disagree",
        expected=f"missing: {rows_in_words(less)}",
        actual=f"too many: {rows_in_words(more)}",
    )
