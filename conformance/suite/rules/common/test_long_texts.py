"""Across everything: a text whose length no table bounds is kept whole, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from conformance.engine.scenario import Answer, NotApplicable, Scenario, rules
from conformance.model import field_path
from conformance.model.field_path import MISSING
from conformance.suite.kit.applications import callback_address, part
from conformance.suite.kit.jobs import INDIVIDUAL, MIX
from conformance.suite.kit.raw_requests import is_offered

pytestmark = pytest.mark.sparkrtc_phase("hostile")

LENGTHS = (300, 120)
"""Characters; the shorter one is tried where the longer one is refused."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a request stores, and what shows it.

    ``example`` is the request of the contract that is changed, ``texts`` are paths of its body and
    the beginning of each text; ``id`` is the field of the answer that the showing operation needs
    besides the application's, ``within`` the object of its answer that holds the texts.
    """

    store: str
    show: str
    example: str
    texts: Mapping[str, str]
    id: str = ""
    within: str = ""


STORED = (
    Stored("CreateApp", "ShowApp", "minimal", {"app_name": ""}, "app_id"),
    Stored(
        "UpdateRecordCallback",
        "ShowRecordCallback",
        "full",
        {"url": "", "auth_key": "key"},
        within="record_callback.",
    ),
    Stored(
        "CreateRecordRule",
        "ShowRecordRule",
        "full",
        {
            "obs_addr.object": "folder/",
            "hls_config.record_prefix": "{app_id}/",
            "mp4_config.record_prefix": "{app_id}/",
        },
        "rule_id",
    ),
    Stored("CreateMixJob", "ShowMixJob", MIX.plain, {MIX.room: "room"}, "job_id"),
    Stored(
        "CreateIndividualStreamJob",
        "ShowIndividualStreamJob",
        INDIVIDUAL.plain,
        {INDIVIDUAL.room: "room", "user_id": "user"},
        "job_id",
    ),
)


@rules("common/text/long-kept")
def test_a_long_text_is_kept_whole_or_refused(scenario: Scenario) -> None:
    """No table bounds these texts (5-2, 6-2, 8-2, 9-4, 10-2): none comes back cut."""
    offered = [one for one in STORED if is_offered(scenario, one.store)]
    own = scenario.fresh("app") if scenario.offers("CreateApp") else scenario.given("app")
    taken = [_is_kept(scenario, one, own) for one in offered if scenario.offers(one.show)]
    if not any(taken):
        raise NotApplicable(f"no text of {LENGTHS[-1]} characters is taken")


def _is_kept(scenario: Scenario, stored: Stored, app: str) -> bool:
    """Judge the longest texts that are taken; return whether any are."""
    rule = scenario.rule("common/text/long-kept")
    for length in LENGTHS:
        sent = _texts(scenario, stored, length)
        path = {"app_id": app} if stored.store != "CreateApp" else {}
        made = scenario.send(stored.store, example=stored.example, path=path, change=sent)
        refused = (Answer(status, ("*",)) for status in (400, 404))
        rule.answered(made, Answer(scenario.success(made)), *refused)
        if made.succeeded:
            ids = {stored.id: part(made.json, stored.id)} if stored.id else {}
            shown = scenario.send(stored.show, path={**path, **ids})
            found = {place: field_path.read(shown.json, stored.within + place) for place in sent}
            what = f"a text of {length} characters that {stored.store} took"
            rule.that(
                found == sent,
                f"{what} comes back as another one",
                expected=sent,
                actual={place: None if text is MISSING else text for place, text in found.items()},
                exchange=shown,
            )
            return True
    return False


def _texts(scenario: Scenario, stored: Stored, length: int) -> dict[str, str]:
    """Texts of that length."""
    starts = {**stored.texts}
    if "url" in starts:
        starts["url"] = callback_address(scenario, path="/")
    if "app_name" in starts:
        starts["app_name"] = scenario.name("long")
    return {
        place: f"{start}{'x' * length}"[: length - 4] + "-end" for place, start in starts.items()
    }
