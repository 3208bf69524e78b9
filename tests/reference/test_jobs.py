"""Chapters 9 and 10 on the reference."""

from __future__ import annotations

import pytest

MIX = {
    "mix_param": {
        "room_id": "room001",
        "encode_template": "1280x720_15_2260",
        "layout_template": "custom",
        "layout_panes": [{"id": 1, "user_id": "u1", "x": 0, "y": 0.5, "zorder": 24}],
    }
}
NINE = {
    "mix_param": {
        "room_id": "room001",
        "encode_template": "640*480_30_1500",
        "layout_template": "nine_grids_view",
    }
}
ONE = {"room_id": "room001", "user_id": "user001"}


@pytest.fixture
def start(client, app):
    """Start a job of either kind, and optionally let it get to RUNNING."""

    def start(body, *, seconds=0, clock=None):
        kind = "mix" if "mix_param" in body else "individual"
        answer = client.post(f"{app}/{kind}-stream-jobs", json=body)
        assert answer.status_code == 201, answer.text
        if clock is not None:
            clock.advance(seconds)
        return answer.json(), f"{app}/{kind}-stream-jobs/{answer.json()['job_id']}"

    return start


def test_mix_job_answer(start, app_id):
    """9.1 names the stream, starts in INIT, answers what was sent and the defaults."""
    job, _ = start(MIX)
    assert job["stream_name"] == f"m_{job['job_id']}_room001"
    assert job["app_id"] == app_id
    assert job["room_id"] == "room001"
    assert job["state"] == "INIT"
    assert job["stop_time"] == "0001-01-01T00:00:00Z"
    assert job["create_time"] == job["update_time"] == job["start_time"]
    assert "stop_reason" not in job
    assert "record_param" not in job
    assert job["mix_param"]["max_idle_time"] == 30
    assert job["mix_param"]["encode_template"] == "1280x720_15_2260"
    assert job["mix_param"]["layout_panes"] == [
        {"id": 1, "user_id": "u1", "video_type": "CAMERASTREAM", "x": 0, "y": 0.5, "zorder": 24}
    ]


def test_individual_job_answer(start):
    """10.1 names the stream after the user too, and has its own defaults."""
    job, _ = start(ONE)
    assert job["stream_name"] == f"s_{job['job_id']}_room001_user001"
    expected = {
        **ONE,
        "is_record_audio": True,
        "video_type": "CAMERASTREAM",
        "select_stream_type": "FHD",
        "max_idle_time": 30,
    }
    assert job | expected == job


@pytest.mark.parametrize("body", [MIX, ONE])
def test_states(client, start, clock, refused, body):
    """INIT, RUNNING, STOPPED with TENANT_STOP and a stop time; then the job is over."""
    job, path = start(body)
    assert client.get(path).json() == job
    clock.advance(0.2)
    assert client.get(path).json()["state"] == "RUNNING"
    answer = client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    stopped = client.get(path).json()
    assert (stopped["state"], stopped["stop_reason"]) == ("STOPPED", "TENANT_STOP")
    assert stopped["stop_time"] > stopped["start_time"]
    refused(client.delete(path), 400, "RTC.00001009")
    update = {"mix_param": {}} if "mix_param" in body else {}
    refused(client.put(path, json=update), 400, "RTC.00001009")
    clock.advance(1000)
    assert client.get(path).json() == stopped


@pytest.mark.parametrize("body", [MIX, ONE])
def test_idle_room_ends_the_job(client, start, clock, body):
    """A room without a joiner for longer than the idle time stops the job at that moment."""
    _, path = start(body)
    clock.advance(29.9)
    assert client.get(path).json()["state"] == "RUNNING"
    clock.advance(0.1)
    over = client.get(path).json()
    assert (over["state"], over["stop_reason"]) == ("STOPPED", "EXCEED_MAX_IDLE_TIME")
    assert over["stop_time"] == "2026-03-04T05:06:37.089Z"


def test_occupied_room_keeps_the_job(client, world, clock):
    """A job in a room with users runs on; dismissing the room starts its idle time."""
    tenant = world.tenants["demo-domain"]
    app_id, room_id = next(
        (app_id, session.room_id)
        for app_id in tenant.apps
        for session in world.statistics.app(app_id).sessions
        if world.statistics.room_users(app_id, session.room_id)
    )
    path = f"/v2/apps/{app_id}/individual-stream-jobs"
    job = client.post(path, json={**ONE, "room_id": room_id, "max_idle_time": 5}).json()
    clock.advance(600)
    assert client.get(f"{path}/{job['job_id']}").json()["state"] == "RUNNING"
    assert client.post(f"/v2/apps/{app_id}/rooms/{room_id}/dismiss").status_code == 202
    clock.advance(5)
    over = client.get(f"{path}/{job['job_id']}").json()
    assert over["stop_reason"] == "EXCEED_MAX_IDLE_TIME"


@pytest.mark.parametrize("body", [MIX, ONE])
def test_unprepared_job_cannot_be_updated(client, start, refused, body):
    """An update before initialisation ends is RTC.00001022."""
    _, path = start(body)
    update = {"mix_param": {}} if "mix_param" in body else {}
    refused(client.put(path, json=update), 400, "RTC.00001022")


def test_unknown_jobs(client, app, start, refused):
    """A job of the other kind, of another application or of nobody is not found."""
    job, _ = start(ONE)
    other = client.post("/v2/apps", json={"app_name": "other"}).json()["app_id"]
    for path in (
        f"{app}/mix-stream-jobs/{job['job_id']}",
        f"{app}/individual-stream-jobs/nope",
        f"/v2/apps/{other}/individual-stream-jobs/{job['job_id']}",
    ):
        refused(client.get(path), 404, "RTC.00001008")
        refused(client.delete(path), 404, "RTC.00001008")
        refused(client.put(path, json={}), 404, "RTC.00001008")


@pytest.mark.parametrize("body", [MIX, ONE])
def test_rules_of_jobs(client, app, start, clock, rule_id, refused, body):
    """A job's rule must exist, is shown, and cannot be deleted while the job runs."""
    kind = "mix" if "mix_param" in body else "individual"
    unknown = {**body, "record_param": {"record_rule_id": "nope"}}
    refused(client.post(f"{app}/{kind}-stream-jobs", json=unknown), 404, "RTC.00001011")
    job, path = start({**body, "record_param": {"record_rule_id": rule_id}})
    assert job["record_param"] == {"record_rule_id": rule_id}
    refused(client.delete(f"{app}/record-rules/{rule_id}"), 400, "RTC.00001013")
    client.delete(path)
    assert client.delete(f"{app}/record-rules/{rule_id}").status_code == 204


@pytest.mark.parametrize("body", [MIX, ONE])
def test_disabled_application_refuses_jobs(client, app, start, refused, body):
    """RTC.00001016 for both kinds while disabled; running jobs go on; enabled, it serves again."""
    _, running = start(body)
    client.post(f"{app}/disable")
    kind = "mix" if "mix_param" in body else "individual"
    refused(client.post(f"{app}/{kind}-stream-jobs", json=body), 400, "RTC.00001016")
    assert client.get(running).status_code == 200
    client.post(f"{app}/enable")
    start(body)


def test_job_quota(client, app, world, start, refused):
    """Unfinished jobs are limited (RTC.00001007); a stopped one makes room."""
    limit = world.policies.max_open_jobs
    jobs = [start(ONE) for _ in range(limit)]
    refused(client.post(f"{app}/individual-stream-jobs", json=ONE), 400, "RTC.00001007")
    client.delete(jobs[0][1])
    start(ONE)


@pytest.mark.parametrize("separator", ["*", "x"])
@pytest.mark.parametrize(
    "template",
    [
        "1920 1080_30_4620",
        "1920 1080_30_3150",
        "1920 1080_15_3460",
        "1920 1080_15_2080",
        "1280 720_30_3420",
        "1280 720_30_1710",
        "1280 720_15_2260",
        "1280 720_15_1130",
        "640 480_30_1500",
        "640 480_15_500",
        "640 480_30_1000",
        "480 360_30_490",
        "480 360_15_320",
    ],
)
def test_encode_templates(start, template, separator):
    """Every template of table 9-4 in both spellings, echoed as sent."""
    name = template.replace(" ", separator)
    job, _ = start({"mix_param": {**NINE["mix_param"], "encode_template": name}})
    assert job["mix_param"]["encode_template"] == name


def test_audio_only_ignores_video(start):
    """With audio_only every video field is dropped, layout included (9.1)."""
    job, _ = start(
        {
            "mix_param": {
                **MIX["mix_param"],
                "encode_template": "audio_only",
                "background_image": "s3://b/o",
                "max_idle_time": 43200,
            }
        }
    )
    assert job["mix_param"] == {
        "room_id": "room001",
        "encode_template": "audio_only",
        "max_idle_time": 43200,
    }
    bare, _ = start({"mix_param": {"room_id": "r", "encode_template": "audio_only"}})
    assert bare["mix_param"]["max_idle_time"] == 30


PANES = "mix_param.layout_panes"


def _mix(changes=None, pane=None, drop=()):
    param = {**MIX["mix_param"], **(changes or {})}
    if pane is not None:
        param["layout_panes"] = [pane]
    return {"mix_param": {name: value for name, value in param.items() if name not in drop}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "RTC.00001005"),
        ({"mix_param": None}, "RTC.00001005"),
        ({"mix_param": 1}, "RTC.00001003"),
        ({**MIX, "record_param": None}, "RTC.00001003"),
        ({**MIX, "record_param": {}}, "RTC.00001005"),
        ({**MIX, "record_param": {"record_rule_id": ""}}, "RTC.00001003"),
        (_mix(drop=["room_id"]), "RTC.00001005"),
        (_mix({"room_id": ""}), "RTC.00001003"),
        (_mix({"room_id": 100}), "RTC.00001003"),
        (_mix(drop=["encode_template"]), "RTC.00001005"),
        (_mix({"encode_template": "1*1_1_1"}), "RTC.00001003"),
        (_mix({"max_idle_time": 4}), "RTC.00001003"),
        (_mix({"max_idle_time": 43201}), "RTC.00001003"),
        (_mix({"layout_template": "mosaic"}), "RTC.00001010"),
        (_mix({"layout_template": 3}), "RTC.00001003"),
        (_mix(drop=["layout_template"]), "RTC.00001004"),
        (_mix(drop=["layout_panes"]), "RTC.00001004"),
        (_mix({"layout_panes": []}), "RTC.00001004"),
        (_mix({"layout_panes": [{}] * 26}), "RTC.00001003"),
        (
            _mix({"layout_template": "screen_share_left", "layout_panes": [{}] * 18}),
            "RTC.00001003",
        ),
        (_mix({"background_image": "http://b/o"}), "RTC.00001003"),
        (_mix({"screen_background_image": "s3://b"}), "RTC.00001003"),
        (_mix({"user_background_images": [{"user_id": "u"}]}), "RTC.00001005"),
        (_mix({"user_background_images": [{"user_id": "u", "image_uri": ""}]}), "RTC.00001003"),
        (_mix(pane={"id": 0}), "RTC.00001003"),
        (_mix(pane={"x": -0.001}), "RTC.00001003"),
        (_mix(pane={"x": 1.001}), "RTC.00001003"),
        (_mix(pane={"y": "0"}), "RTC.00001003"),
        (_mix(pane={"width": 1.5}), "RTC.00001003"),
        (_mix(pane={"height": True}), "RTC.00001003"),
        (_mix(pane={"zorder": -1}), "RTC.00001003"),
        (_mix(pane={"zorder": 25}), "RTC.00001003"),
        (_mix(pane={"video_type": "AUDIO"}), "RTC.00001003"),
        (_mix(pane={"crop_mode": ""}), "RTC.00001003"),
        (_mix(pane={"filling_policy": "NOBODY"}), "RTC.00001003"),
        (_mix(pane={"filling_policy": None}), "RTC.00001003"),
    ],
)
def test_bad_mixes(client, app, refused, state, body, code):
    """Each statement of tables 9-3 to 9-7 is enforced, and a refusal changes nothing."""
    before = state()
    refused(client.post(f"{app}/mix-stream-jobs", json=body), 400, code)
    assert state() == before


@pytest.mark.parametrize(
    "body",
    [
        _mix({"layout_panes": [{"x": 1, "y": 1.0, "width": 0, "height": 1}] * 25}),
        _mix({"layout_template": "screen_share_right", "layout_panes": [{}] * 17}),
        _mix({"layout_template": "screen_share_left"}, drop=["layout_panes"]),
        _mix(pane={"id": 1, "user_id": "", "filling_policy": "SHARED_SCREEN"}),
        _mix({"max_idle_time": 5, "background_image": "s3://b/o/p.jpg"}),
        _mix({"user_background_images": [{"user_id": "u", "image_uri": "s3://b/o"}]}),
        {**MIX, "push_param": {"rtmp_urls": None}},
    ],
)
def test_good_mixes(start, body):
    """Bounds belong to their ranges, and what no table has is let through."""
    job, _ = start(body)
    shown = job["mix_param"]
    for name, sent in body["mix_param"].items():
        if name == "layout_panes":
            for pane, answered in zip(sent, shown[name], strict=True):
                assert answered | pane == answered
        else:
            assert shown[name] == sent


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"room_id": None}, "RTC.00001005"),
        ({"room_id": 100}, "RTC.00001003"),
        ({"user_id": ""}, "RTC.00001003"),
        ({"is_record_audio": "true"}, "RTC.00001003"),
        ({"is_record_audio": 1}, "RTC.00001003"),
        ({"video_type": ""}, "RTC.00001003"),
        ({"select_stream_type": "UHD"}, "RTC.00001003"),
        ({"max_idle_time": 4}, "RTC.00001003"),
        ({"max_idle_time": 43201}, "RTC.00001003"),
        ({"record_param": []}, "RTC.00001003"),
    ],
)
def test_bad_individual_jobs(client, app, refused, changes, code):
    """Each statement of tables 10-3 and 10-4 is enforced."""
    answer = client.post(f"{app}/individual-stream-jobs", json={**ONE, **changes})
    refused(answer, 400, code)


def test_custom_layout_update(client, start, clock):
    """9.3 changes what was sent, keeps the rest, and moves the update time."""
    job, path = start(MIX, seconds=1, clock=clock)
    panes = [{"id": 2, "x": 0.25}]
    param = {"layout_template": "custom", "layout_panes": panes, "max_idle_time": 60}
    answer = client.put(path, json={"mix_param": param})
    assert answer.status_code == 200
    after = answer.json()
    assert after["mix_param"]["layout_panes"] == [{**panes[0], "video_type": "CAMERASTREAM"}]
    assert after["mix_param"]["max_idle_time"] == 60
    assert after["mix_param"]["encode_template"] == job["mix_param"]["encode_template"]
    assert after["update_time"] > job["update_time"]
    assert after["create_time"] == job["create_time"]
    assert client.get(path).json() == after


@pytest.mark.parametrize(
    ("body", "template", "code"),
    [
        (MIX, "nine_grids_view", "RTC.00001004"),
        (NINE, "custom", "RTC.00001004"),
        (NINE, "nine_grids_view", "RTC.00001004"),
        (MIX, "mosaic", "RTC.00001010"),
    ],
)
def test_refused_layout_updates(client, start, clock, refused, state, body, template, code):
    """Only custom to custom; a refused update changes nothing."""
    _, path = start(body, seconds=1, clock=clock)
    before = state()
    update = {"mix_param": {"layout_template": template, "layout_panes": [{"id": 1}]}}
    refused(client.put(path, json=update), 400, code)
    assert state() == before


def test_update_of_an_audio_mix(client, start, clock):
    """A mix of audio alone ignores video fields in an update as well, and takes an idle time."""
    audio = {"mix_param": {"room_id": "r", "encode_template": "audio_only"}}
    _, path = start(audio, seconds=1, clock=clock)
    update = {"layout_template": "custom", "layout_panes": [{"id": 1}], "max_idle_time": 99}
    shown = client.put(path, json={"mix_param": update}).json()["mix_param"]
    assert shown == {**audio["mix_param"], "max_idle_time": 99}


def test_update_without_a_layout(client, start, clock):
    """What 9.3 does not carry stays; a background changes in any layout."""
    job, path = start(NINE, seconds=1, clock=clock)
    update = {"mix_param": {"background_image": "s3://b/o"}}
    shown = client.put(path, json=update).json()["mix_param"]
    assert shown == {**job["mix_param"], "background_image": "s3://b/o"}


def test_individual_update(client, start, clock, rule_id, refused):
    """10.4 gives a running job another rule, one that exists."""
    _, path = start(ONE, seconds=1, clock=clock)
    bad = {"record_param": {"record_rule_id": "nope"}}
    refused(client.put(path, json=bad), 404, "RTC.00001011")
    answer = client.put(path, json={"record_param": {"record_rule_id": rule_id}})
    assert answer.status_code == 200
    assert answer.json()["record_param"] == {"record_rule_id": rule_id}
    assert client.put(path, json={}).status_code == 200
