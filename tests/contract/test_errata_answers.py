"""Errata are true of the checks: what each reading answers is accepted by them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.checks.exchange import ExchangeChecks
from conformance.contract.document import Contract, load_contract
from conformance.contract.files import read_yaml
from conformance.contract.pins import load_pinned, pinnable
from conformance.engine.judging.refusals import refusal_problem
from conformance.model import field_path
from conformance.model.exchange import Exchange, Request, Response
from conformance.model.expectation import Expectation
from tests.sampling import a_part

CONTRACT = load_contract()
EXAMPLES = read_yaml(Path(__file__).parents[1] / "data" / "examples.yaml")
_JOB = {
    "job_id": "607f87cf00d861eeefffa6c88054cdab",
    "app_id": "5ff9701f2346968bb306cb43",
    "room_id": "100",
    "stream_name": "s_607f87cf00d861eeefffa6c88054cdab_100_user001",
    "update_time": "2006-01-02T15:04:05.075Z",
    "state": "RUNNING",
}
MENDED: Mapping[str, Mapping[str, Any]] = {
    "CreateIndividualStreamJob": _JOB,
    "ShowIndividualStreamJob": _JOB,
    "UpdateIndividualStreamJob": _JOB,
    "ListObsBuckets": {
        "buckets": [
            {
                "bucket": "rtctest",
                "location": "cn-north-4",
                "creation_date": "20230808112928",
                "is_authorized": True,
            }
        ]
    },
    "ListRtcEvent": {
        "data": [{"ctime": "2021-03-18T02:50:34Z", "event_id": "18", "event_info": "{}"}]
    },
    "ListRtcRoomList": {"room_info_list[].duration": 60},
}
"""What has to be changed of printed answers that break what the tables state (errata of theirs)."""
ANSWERS = [
    pytest.param(erratum.id, answer, id=f"{erratum.id}-{reading['name']}-{number}")
    for erratum in CONTRACT.errata.values()
    for reading in erratum.readings
    for number, answer in enumerate(reading.get("answers", ()))
]


def _example(contract: Contract, operation: str, status: int) -> Any:
    """The answer that the operation's own section prints, mended where it has to be."""
    section = contract.operation(operation).section
    printed = [
        example
        for example in EXAMPLES
        if (example["operationId"], example.get("status")) == (operation, status)
    ]
    printed.sort(key=lambda example: example["section"] != section)
    value = copy.deepcopy(printed[0]["value"]) if printed else None
    for place, mended in MENDED.get(operation, {}).items() if status < 400 else ():
        value = field_path.write(value, place, mended)
    return value


def _body(contract: Contract, answer: Mapping[str, Any]) -> bytes:
    if "code" in answer:
        return json.dumps({"error_code": answer["code"], "error_msg": "text"}).encode()
    body = answer.get("body", _example(contract, answer["operation"], answer["status"]))
    for place, value in answer.get("change", {}).items():
        body = field_path.write(body, place, value)
    for place in answer.get("absent", ()):
        if "[]" in place or field_path.read(body, place) is not field_path.MISSING:
            body = field_path.remove(body, place)
    return b"" if body is None else json.dumps(body).encode()


def _expectation(contract: Contract, answer: Mapping[str, Any]) -> Expectation | None:
    name = answer.get("of")
    if name is None:
        return None
    if "/" in name:
        return contract.answers_of(name)
    found = contract.refusal(contract.operation(answer["operation"]), name)
    assert found is not None, f"{name} is no kind of refusal of {answer['operation']}"
    return found


def _exchange(contract: Contract, answer: Mapping[str, Any]) -> Exchange:
    body = _body(contract, answer)
    headers = [("X-Request-Id", "0123456789abcdef"), ("X-Subject-Token", "MII" + "a" * 40)]
    headers += [("Content-Type", "application/json")] if body else []
    method = contract.operation(answer["operation"]).method
    request = Request(answer["operation"], method, "http://host/v2", ())
    response = Response(answer["status"], tuple(headers), body, 0.01)
    return Exchange(1, "errata", request, response)


def problems(contract: Contract, loosened: tuple[str, ...], answer: Mapping[str, Any]) -> list[str]:
    """What the checks, and the rule or kind that it belongs to, have against an answer."""
    exchange = _exchange(contract, answer)
    expectation = _expectation(contract, answer)
    broken = ExchangeChecks(contract).check(exchange, expectation).broken
    found = [f"{name}: {told.message}" for name, told in broken.items() if name not in loosened]
    if expectation is not None:
        problem = refusal_problem(contract.conventions, expectation, exchange)
        found += [f"{answer['of']}: {problem}"] if problem else []
    return found


@pytest.mark.parametrize(("erratum", "answer"), ANSWERS)
def test_what_a_reading_answers_is_accepted(erratum: str, answer: Mapping[str, Any]) -> None:
    """By every check of an exchange, but for what the erratum loosens, and by its own rule."""
    loosened = CONTRACT.errata[erratum].loosens
    assert problems(CONTRACT, loosened, answer) == []


@pytest.mark.parametrize(
    "answer",
    [
        {"operation": "ShowApp", "status": 200, "change": {"create_time": "2020-04-23 06:35:29"}},
        {"operation": "ShowApp", "status": 404, "of": "unknown-app", "code": "RTC.00001011"},
        {"operation": "ShowMixJob", "status": 200, "change": {"mix_param.max_idle_time": 1}},
        {
            "operation": "ListApps",
            "status": 200,
            "change": {"apps[].callbacks.push_callback": {"url": "http://a", "update_time": ""}},
        },
    ],
    ids=["blank", "another-thing", "idle-time", "empty-time-beside-an-address"],
)
def test_what_no_reading_has_is_not(answer: Mapping[str, Any]) -> None:
    """The consequences that errata state are drawn."""
    assert problems(CONTRACT, (), answer) != []


def test_every_reading_that_is_accepted_has_an_answer() -> None:
    """Of those that a target may pin; or it is said why one answer cannot show them."""
    lacking = [
        f"{erratum.id} {reading['name']}"
        for erratum in CONTRACT.errata.values()
        if erratum.reading == "any-of"
        for reading in erratum.readings
        if reading["name"] in erratum.pins
        and bool(reading.get("answers")) is bool(erratum.why_no_answer)
    ]
    assert lacking == []


PINS = pinnable()


@pytest.mark.parametrize("erratum", a_part(PINS, every=5))
def test_a_pinned_reading_is_told_from_the_others(erratum: str) -> None:
    """With one of them pinned its answers are accepted, and not all of the others' are."""
    known = CONTRACT.errata[erratum]
    answers = {reading["name"]: reading["answers"] for reading in known.readings}
    for pinned in PINS[erratum]:
        contract = load_pinned(None, {erratum: pinned})
        for name in PINS[erratum]:
            found = [problems(contract, known.loosens, answer) for answer in answers[name]]
            assert any(found) is (name != pinned), f"{pinned} is pinned, {name} answers: {found}"


def test_what_cannot_be_pinned_says_why() -> None:
    """Each any-of erratum is pinned by actions, or has a sentence in their place."""
    any_of = {one.id for one in CONTRACT.errata.values() if one.reading == "any-of"}
    told = {one.id for one in CONTRACT.errata.values() if one.why_not_pinnable}
    assert any_of - PINS.keys() == told
