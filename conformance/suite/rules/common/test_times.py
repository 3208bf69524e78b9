"""Across everything: the times that answers give to what has just happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from conformance.engine.comparing.timestamps import CLOCKS_DIFFER, date_of, is_never, moment
from conformance.engine.scenario import Inconclusive, Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part
from conformance.suite.kit.jobs import KINDS, Jobs

_QUARTER = dt.timedelta(minutes=15)
_FARTHEST = 14 * 4
"""Quarters of an hour between the zone that is farthest and UTC."""
_PRESENT = dt.timedelta(minutes=1)
"""How old the present of an answer may be; more tells no zone from a time that is stale."""
_HAPPENED = ("create_time", "update_time", "start_time", "stop_time")


@rules("common/answer/times-are-now", "common/answer/times-in-utc")
def test_what_has_just_happened_is_given_the_present(scenario: Scenario) -> None:
    """Times are written in UTC (table 5-13 and its like): none is of another zone or day."""
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = {"app_id": path["app_id"]}
    on = {"record_rule_id": path["rule_id"]}
    answers = [
        scenario.make("UpdateRecordCallback", path=app),
        scenario.make("UpdateAutoRecord", example="full", path=app, change=on),
        scenario.make("UpdateRecordRule", path=path),
        scenario.make("StopApp", path=app),
        scenario.make("ShowApp", path=app),
    ]
    if scenario.lab.settings.allows("jobs"):
        for kind in KINDS:
            jobs = Jobs(scenario, kind)
            answers.append(jobs.show(jobs.stopped()))
    rule = scenario.rule("common/answer/times-are-now")
    zones = scenario.rule("common/answer/times-in-utc")
    seen = [_judge(rule, zones, scenario, answer) for answer in answers]
    if not any(seen):
        raise Inconclusive("no answer shows a time that can be read")


def _judge(rule: Rule, zones: Rule, scenario: Scenario, answer: Exchange) -> bool:
    """Judge every time that an answer shows; whether it shows any."""
    nows = [scenario.lab.now(), *date_of(answer)]
    times = dict(_times(answer.json, ""))
    other = {
        place: text
        for place, text in times.items()
        if (told := moment(text)) and not any(abs(told - now) <= CLOCKS_DIFFER for now in nows)
    }
    rule.that(
        not other,
        f"times in the answer of {answer.request.operation} are not the present",
        expected=f"within five minutes of {nows[-1].isoformat()}",
        actual=other,
        exchange=answer,
    )
    elsewhere = {
        place: text
        for place, text in other.items()
        if (told := moment(text)) and all(_of_another_zone(told - now) for now in nows)
    }
    if times:
        zones.that(
            not elsewhere,
            f"times in the answer of {answer.request.operation} are those of another zone",
            expected=f"the present in UTC, {nows[-1].isoformat()}",
            actual=elsewhere,
            exchange=answer,
        )
    return bool(times)


def _of_another_zone(away: dt.timedelta) -> bool:
    """Whether it lies away as zones do: by whole quarters of an hour, at least two of them."""
    quarters = round(away / _QUARTER)
    odd = abs(away - quarters * _QUARTER)
    return 2 <= abs(quarters) <= _FARTHEST and odd <= _PRESENT


def _times(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every time of something that happened, by its place."""
    if not isinstance(value, dict):
        return
    for name in value:
        inner = part(value, name)
        if name in _HAPPENED and isinstance(inner, str) and not is_never(inner):
            yield f"{place}{name}", inner
        yield from _times(inner, f"{place}{name}.")
