"""Chapter 9, changing a mixed-stream job: only from one custom layout to another (9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.engine.comparing.round_trip import (
    changed_fields,
    not_read_back,
    sent_object,
    without_nulls,
)
from conformance.engine.comparing.timestamps import earlier
from conformance.engine.scenario import Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.jobs import IDENTITY, MIX, PANE, Job, Jobs, value

_PICTURE = "s3://rtc-bucket-cn-north-4/img/another.jpg"
_ONE_PANE = [PANE]
"""A layout with fewer panes than the one before it: none of those is left."""
_EXTRA = {"background_image": _PICTURE, "max_idle_time": 4242}
"""Valid fields of a request that is refused for another one: none of them may be taken over."""


@rules(
    "UpdateMixJob/rule/custom-to-custom",
    "UpdateMixJob/rule/update-is-read-back",
    "UpdateMixJob/rule/identity-is-kept",
    "UpdateMixJob/rule/update-time-not-earlier",
)
def test_another_custom_layout(scenario: Scenario) -> None:
    """A custom layout is exchanged for another: it is read back, the rest stays (9.3)."""
    jobs = Jobs(scenario, MIX)
    job = jobs.running(example="custom")
    before = jobs.show(job)
    update = jobs.update(job, example="custom")
    if not scenario.rule("UpdateMixJob/rule/custom-to-custom").succeeded(update):
        return
    after = jobs.show(job)
    for where, reading in (("the answer", update), ("ShowMixJob", after)):
        _reads_back(scenario, where, update, reading)
        _is_the_same_job(scenario, where, before, reading)
        late = earlier(value(reading, "update_time"), value(before, "update_time"))
        scenario.rule("UpdateMixJob/rule/update-time-not-earlier").that(
            not late,
            "update_time went back with an update",
            expected=f"not before {value(before, 'update_time')}",
            actual=value(reading, "update_time"),
            exchange=reading,
        )
    fewer = {"mix_param.layout_panes": _ONE_PANE}
    update = jobs.update(job, example="custom", change=fewer)
    if scenario.rule("UpdateMixJob/rule/custom-to-custom").succeeded(update):
        for where, reading in (("the answer", update), ("ShowMixJob", jobs.show(job))):
            _reads_back(scenario, where, update, reading)


def _reads_back(scenario: Scenario, where: str, update: Exchange, reading: Exchange) -> None:
    wrong = not_read_back(sent_object(update), reading.json)
    scenario.rule("UpdateMixJob/rule/update-is-read-back").that(
        not wrong,
        f"{where} does not have what the update sent",
        expected=sent_object(update),
        actual="; ".join(wrong),
        exchange=reading,
    )


def _is_the_same_job(scenario: Scenario, where: str, before: Exchange, after: Exchange) -> None:
    spoilt = changed_fields(before.json, after.json, (*IDENTITY, "record_param"))
    spoilt += changed_fields(
        value(before, "mix_param"), value(after, "mix_param"), ("room_id", "encode_template")
    )
    scenario.rule("UpdateMixJob/rule/identity-is-kept").that(
        not spoilt,
        f"{where} shows that the update changed what it cannot name",
        expected="as before the update",
        actual="; ".join(spoilt),
        exchange=after,
    )


@rules("UpdateMixJob/rule/unsent-fields-are-kept", "UpdateMixJob/rule/empty-update")
def test_what_an_update_does_not_name(scenario: Scenario) -> None:
    """A field that is not sent keeps its value; nothing sent, nothing changed (table 9-35)."""
    jobs = Jobs(scenario, MIX)
    job = jobs.running(example="custom")
    for fields in ({"background_image": _PICTURE}, {"max_idle_time": 5000}):
        before = jobs.show(job)
        update = scenario.make("UpdateMixJob", path=job.path, body={"mix_param": fields})
        sent = sent_object(update)["mix_param"]
        _all_but(scenario, "unsent-fields-are-kept", before, jobs.show(job), sent)
    before = jobs.show(job)
    empty = scenario.rule("UpdateMixJob/rule/empty-update")
    update = jobs.update(job, body={"mix_param": {}})
    if empty.permitted(update):
        _all_but(scenario, "empty-update", before, jobs.show(job), {})


def _all_but(
    scenario: Scenario, name: str, before: Exchange, after: Exchange, fields: dict[str, Any]
) -> None:
    """Whatever the update did not name is as before; an idle time of 30 is E-9-update-default."""
    old = without_nulls({**(value(before, "mix_param") or {}), **fields})
    new = without_nulls(value(after, "mix_param") or {})
    if "max_idle_time" not in fields and new.get("max_idle_time") == 30:
        old["max_idle_time"] = 30
    spoilt = changed_fields(old, new, {**old, **new})
    scenario.rule(f"UpdateMixJob/rule/{name}").that(
        not spoilt,
        f"an update with {in_json(fields) if fields else 'no field'} changed something else",
        expected=old,
        actual="; ".join(spoilt),
        exchange=after,
    )


@rules("UpdateMixJob/rule/custom-to-other-layout")
def test_nine_grids_for_a_custom_job(scenario: Scenario) -> None:
    """Served as the example shows, or refused as table 9-35 says: then nothing has changed."""
    jobs = Jobs(scenario, MIX)
    job = jobs.running(example="custom")
    before = jobs.show(job)
    update = jobs.update(job, body={"mix_param": {"layout_template": "nine_grids_view"}})
    rule = scenario.rule("UpdateMixJob/rule/custom-to-other-layout")
    if not rule.permitted(update):
        return
    after = jobs.show(job)
    if update.status == 200:
        for reading in (update, after):
            layout = (value(reading, "mix_param") or {}).get("layout_template")
            rule.equal(layout, "nine_grids_view", "layout_template after the update", reading)
    else:
        _untouched(scenario, "custom-to-other-layout", before, after)


@rules(
    "UpdateMixJob/rule/other-layout-to-custom",
    "UpdateMixJob/rule/unknown-layout",
    "UpdateMixJob/rule/refused-update-changes-nothing",
)
def test_refused_updates(scenario: Scenario) -> None:
    """A layout that is not custom stays; a refused update leaves nothing behind (9.3, 14.2).

    One job runs at a time: a tenant may have no room for more.
    """
    jobs = Jobs(scenario, MIX)
    panes = {"mix_param.layout_panes[].user_id": "someone"}
    extra = {f"mix_param.{name}": field for name, field in _EXTRA.items()} | panes
    unknown = {**extra, "mix_param.layout_template": "ten_grids_view"}
    too_short = {**extra, "mix_param.max_idle_time": 4}
    for started, changes in (
        ("nine_grids", {"other-layout-to-custom": extra}),
        ("screen_share", {"other-layout-to-custom": extra}),
        ("custom", {"unknown-layout": unknown, "": too_short}),
    ):
        job = jobs.running(example=started)
        for name, change in changes.items():
            _refuse_update(scenario, job, name, change)
        jobs.stop(job)


def _refuse_update(scenario: Scenario, job: Job, name: str, change: Mapping[str, Any]) -> None:
    jobs = Jobs(scenario, MIX)
    before = jobs.show(job)
    update = jobs.update(job, example="custom", change=change)
    if name:
        layout = (value(before, "mix_param") or {}).get("layout_template")
        jobs.rule(f"Update/{name}").refused(update, f"an update of a job with {layout}")
    if update.status >= 400:
        _untouched(scenario, "refused-update-changes-nothing", before, jobs.show(job))


def _untouched(scenario: Scenario, name: str, before: Exchange, after: Exchange) -> None:
    """A refused update has left the job as it was, its update_time included."""
    fields = (*IDENTITY, "state", "update_time", *MIX.settings)
    spoilt = changed_fields(before.json, after.json, fields)
    scenario.rule(f"UpdateMixJob/rule/{name}").that(
        not spoilt,
        "a refused update has changed the job",
        expected="the job as it was before",
        actual="; ".join(spoilt),
        exchange=after,
    )
