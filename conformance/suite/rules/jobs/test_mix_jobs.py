"""Chapter 9, starting a mixed-stream job: encoding templates, layouts and panes (9.1)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.comparing.round_trip import not_read_back, sent_object
from conformance.engine.scenario import ABSENT, Scenario, rules, same
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.jobs import MIX, PANE, Jobs, value

_TEMPLATES = (
    "1920*1080_30_4620",
    "1920*1080_30_3150",
    "1920*1080_15_3460",
    "1920*1080_15_2080",
    "1280*720_30_3420",
    "1280*720_30_1710",
    "1280*720_15_2260",
    "1280*720_15_1130",
    "640*480_30_1500",
    "640*480_15_500",
    "640*480_30_1000",
    "480*360_30_490",
    "480*360_15_320",
)
"""Table 9-4. The text of 9.1 has one more, ``audio_only``."""
_ONE_OF_EACH_SIZE = ("1920*1080_30_3150", "1280*720_15_1130", "640*480_15_500", "480*360_30_490")
_LAYOUTS = {
    "nine_grids_view": "nine_grids",
    "screen_share_left": "screen_share_camera",
    "screen_share_right": "screen_share",
    "custom": "custom",
}
"""Each layout of table 9-4, and the example of a start that has it with what goes with it."""
_TEMPLATE = "mix_param.encode_template"
_FRACTIONS = {"x": 0.125, "y": 0.0625, "width": 0.3125, "height": 0.4375}
"""Parts of the canvas that any float holds exactly."""
_PICTURE = "s3://rtc-bucket-cn-north-4/img/testImg.jpg"
_IMAGES = [{"user_id": one, "image_uri": _PICTURE} for one in ("user1", "User2")]
"""Pictures of users belong to a job, whether it has panes or not (table 9-4)."""


@rules("CreateMixJob/rule/every-template-accepted", "CreateMixJob/rule/both-template-spellings")
def test_encoding_templates(scenario: Scenario) -> None:
    """Each template of table 9-4 makes a job, with a star or with an x, and so does audio_only."""
    jobs = Jobs(scenario, MIX)
    every = scenario.rule("CreateMixJob/rule/every-template-accepted")
    spelt = scenario.rule("CreateMixJob/rule/both-template-spellings")
    for template in _TEMPLATES:
        mark = scenario.lab.resources.mark
        made = jobs.ask(change={_TEMPLATE: template})
        every.succeeded(made)
        if template in _ONE_OF_EACH_SIZE and made.status == 201:
            other = jobs.ask(change={_TEMPLATE: template.replace("*", "x")})
            if spelt.succeeded(other):
                _shows_template(jobs, "Create/both-template-spellings", other)
        scenario.lab.resources.release(mark, spares=False)  # a tenant may have few jobs at a time
    every.succeeded(jobs.ask(example="audio_only"))


def _shows_template(jobs: Jobs, name: str, made: Exchange) -> None:
    wanted = {"mix_param": {"encode_template": sent_object(made)["mix_param"]["encode_template"]}}
    wrong = not_read_back(wanted, made.json)
    jobs.rule(name).that(
        not wrong,
        "another template is answered than the one that was sent",
        expected=f"{wanted}, in either spelling",
        actual="; ".join(wrong),
        exchange=made,
    )


@rules(
    "CreateMixJob/rule/every-layout-accepted",
    "CreateMixJob/rule/nine-grids-needs-no-panes",
    "CreateMixJob/rule/reads-back-what-was-sent",
)
def test_layouts(scenario: Scenario) -> None:
    """Each layout makes a job that reads back as it was sent; nine grids need no panes (9.1)."""
    jobs = Jobs(scenario, MIX)
    for number, (layout, example) in enumerate(_LAYOUTS.items()):
        own: dict[str, Any] = {
            "mix_param.max_idle_time": 4000 + number,
            "mix_param.room_id": f"0{scenario.lab.random.randrange(10**9):09}",
        }
        if layout == "nine_grids_view":
            own["mix_param.user_background_images"] = _IMAGES
        if layout == "custom":
            own["mix_param.layout_panes"] = [{**PANE, **_FRACTIONS}]
        made = jobs.ask(example=example, change=own)
        scenario.rule("CreateMixJob/rule/every-layout-accepted").succeeded(made)
        if layout == "nine_grids_view":
            scenario.rule("CreateMixJob/rule/nine-grids-needs-no-panes").succeeded(made)
        if made.status != 201:
            continue
        path = {"app_id": scenario.given("app"), "job_id": value(made, "job_id")}
        for where, reading in (("the answer", made), ("ShowMixJob", jobs.call("Show", path))):
            wrong = not_read_back(sent_object(made), reading.json)
            scenario.rule("CreateMixJob/rule/reads-back-what-was-sent").that(
                not wrong,
                f"{where} does not have what a start with {layout} sent",
                expected=sent_object(made),
                actual="; ".join(wrong),
                exchange=reading,
            )


@rules("CreateMixJob/rule/idle-time-default", "CreateMixJob/rule/pane-video-type-default")
def test_defaults(scenario: Scenario) -> None:
    """Left out, the idle time is 30 and a pane shows the camera (tables 9-4 and 9-5)."""
    jobs = Jobs(scenario, MIX)
    half = {"y": 0, "width": 0.5, "height": 1, "zorder": 0}
    panes = [{"id": n + 1, "user_id": f"user{n + 1}", "x": n / 2, **half} for n in range(2)]
    job = jobs.start(
        example="custom",
        lasting=False,
        change={"mix_param.max_idle_time": ABSENT, "mix_param.layout_panes": panes},
    )
    shown = jobs.show(job)
    for exchange in (job.start, shown):
        mix = value(exchange, "mix_param") or {}
        idle = mix.get("max_idle_time")
        scenario.rule("CreateMixJob/rule/idle-time-default").that(
            any(same(idle, known) for known in (30, 0, None)),
            f"mix_param.max_idle_time, not sent, reads {in_json(idle)}",
            expected="30, or 0 as in the examples",
            exchange=exchange,
        )
        found = [pane.get("video_type") for pane in mix.get("layout_panes") or [{}]]
        scenario.rule("CreateMixJob/rule/pane-video-type-default").equal(
            found, ["CAMERASTREAM"] * 2, "video_type of panes sent without it", exchange
        )


@rules("CreateMixJob/rule/audio-only-without-layout", "CreateMixJob/rule/audio-only-ignores-video")
def test_audio_only(scenario: Scenario) -> None:
    """Sound alone needs no video field, and whichever is sent is ignored (9.1)."""
    jobs = Jobs(scenario, MIX)
    plain = jobs.ask(example="audio_only")
    without = scenario.rule("CreateMixJob/rule/audio-only-without-layout")
    if without.succeeded(plain):
        _shows_template(jobs, "Create/audio-only-without-layout", plain)
    panes = [{"id": number, "user_id": f"user{number}"} for number in range(1, 27)]
    ignored: tuple[dict[str, Any], ...] = (
        {"layout_template": "custom", "background_image": _PICTURE},
        {"layout_template": "custom", "layout_panes": []},
        {"layout_template": "screen_share_left", "layout_panes": panes[:2]},
        {"layout_panes": panes[:1], "screen_background_image": _PICTURE},
        {"layout_template": "nine_grids_view", "layout_panes": panes},
        {"layout_template": "ten_grids_view"},
    )
    for fields in ignored:
        change = {f"mix_param.{name}": field for name, field in fields.items()}
        made = jobs.ask(example="audio_only", change=change)
        scenario.rule("CreateMixJob/rule/audio-only-ignores-video").succeeded(made)


@pytest.mark.parametrize(
    ("name", "example", "change"),
    [
        pytest.param(
            name,
            example,
            {f"mix_param.{field}": new for field, new in change.items()},
            id=name,
            marks=pytest.mark.sparkrtc_rules(f"CreateMixJob/rule/{name}", effort="standard"),
        )
        for name, example, change in (
            (
                "screen-share-without-panes",
                "screen_share",
                {"layout_panes": ABSENT},
            ),
            ("custom-empty-panes", "custom", {"layout_panes": []}),
            (
                "unknown-layout",
                "nine_grids",
                {"layout_template": "ten_grids_view"},
            ),
        )
    ],
)
def test_an_incomplete_or_unknown_layout(
    scenario: Scenario, name: str, example: str, change: dict[str, Any]
) -> None:
    """Panes that are missing, and a layout that does not exist (9.1, 14.2)."""
    started = Jobs(scenario, MIX).ask(example=example, change=change)
    scenario.rule(f"CreateMixJob/rule/{name}").permitted(started)


@rules("CreateMixJob/rule/zorder-25")
def test_the_highest_layer(scenario: Scenario) -> None:
    """Layers count from 0, at most 25 of them: 24 is one, 25 may be, 26 is none (table 9-5)."""
    jobs = Jobs(scenario, MIX)
    highest = scenario.rule("CreateMixJob/rule/zorder-25")
    judged = {0: highest.succeeded, 24: highest.succeeded, 25: highest.permitted}
    for layer, judge in (*judged.items(), (26, highest.refused)):
        change = {"mix_param.layout_panes[].zorder": layer}
        judge(jobs.ask(example="custom", change=change))
