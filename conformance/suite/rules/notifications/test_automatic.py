"""Section 7.1: what automatic recording does to rooms that are made while it is on."""

from __future__ import annotations

import pytest

from conformance.engine.scenario import Scenario, rules
from conformance.engine.wire.listener import Listener
from conformance.suite.kit.notifications.notification import BEGUN
from conformance.suite.kit.notifications.recording import Recording

pytestmark = pytest.mark.sparkrtc_phase("last")

_STREAMS = ("AUDIO", "CAMERASTREAM", "SCREENSTREAM")
_OFF = {"mode": "AUTO_RECORD_OFF"}


@rules(
    "UpdateAutoRecord/rule/records-new-rooms",
    "UpdateAutoRecord/rule/older-rooms-not-recorded",
    "UpdateAutoRecord/rule/automatic-stream-name",
)
def test_new_rooms_are_recorded(scenario: Scenario) -> None:
    """One room is there before, one comes after; camera and screen are recorded by themselves."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener, ("MP4",))
        address = recording.called()
        app = {"app_id": recording.app}
        old, new, user = scenario.name("old"), scenario.name("new"), scenario.name("user")
        recording.join(old, user, *_STREAMS)
        body = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": recording.rule}
        scenario.make("UpdateAutoRecord", path=app, body=body)
        recording.join(old, scenario.name("user"), *_STREAMS)
        recording.join(new, user, *_STREAMS)
        recording.pass_time(1)
        names = {f"{recording.app}_{new}_{user}_{ending}" for ending in ("av_m", "v_a")}
        told = recording.wait(
            address, lambda seen: names <= {one.says("stream_name") for one in seen}
        )
        scenario.send("UpdateAutoRecord", path=app, body=_OFF)
        recording.leave(new, user)
        recording.stop_all({one.job for one in told if one.job})
    begun = [one for one in told if one.event == BEGUN]
    found = {one.says("stream_name") for one in begun if one.says("room_id") == new}
    scenario.rule("UpdateAutoRecord/rule/records-new-rooms").that(
        len(found) >= len(names),
        "camera and screen of a new room are not both recorded",
        expected=f"{BEGUN} of two streams",
        actual=", ".join(sorted(found)) or "nothing",
    )
    scenario.rule("UpdateAutoRecord/rule/older-rooms-not-recorded").that(
        all(one.says("room_id") != old for one in told),
        "a room that was there before is recorded",
        expected="events of the new room alone",
        actual=", ".join(sorted({one.says("room_id") for one in told})),
    )
    scenario.rule("UpdateAutoRecord/rule/automatic-stream-name").that(
        not found or found == names,
        "automatic recordings do not have the documented names",
        expected=", ".join(sorted(names)),
        actual=", ".join(sorted(found)),
    )
