"""One case, judged: refusals, claims, defaults, and packed requests laid at the right door."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.conventions import Conventions
from conformance.contract.document import Contract
from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.comparing.json_equality import same
from conformance.engine.judging.case_runner import judge
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked
from conformance.model.case import Case
from conformance.model.exchange import Exchange, NetworkFailure, Request, Response
from conformance.model.expectation import Answer, Expectation, refuses, succeeds
from conformance.model.verdict import Outcome
from tests.labs import answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab


CONVENTIONS = Conventions(envelope=("error_code", "error_msg"))


@pytest.fixture(scope="module")
def cases(contract: Contract) -> dict[str, Case]:
    """Every generated case by its id."""
    return {case.id: case for case in generated_cases(contract)}


def _outcomes(lab: Lab, requirement: str) -> set[Outcome]:
    entry = lab.ledger.entries.get(requirement)
    return set(entry.counts) if entry else set()


def _failed(lab: Lab) -> set[str]:
    return {r for r, entry in lab.ledger.entries.items() if Outcome.FAIL in entry.counts}


def _is(request: httpx.Request, method: str, end: str) -> bool:
    return request.method == method and request.url.path.endswith(end)


def _body(request: httpx.Request) -> Any:
    return json.loads(request.content or b"null")


def test_a_right_server(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """An accepted request passes its claims, defaults read back included; a refusal its own."""
    lab, _ = make_lab()
    for name in ("CreateRecordRule/accepts/minimal", "CreateApp/body/app_name/required~missing"):
        judge(lab, cases[next(c for c in cases if c.startswith(name.split("~")[0]))])
    assert not _failed(lab)
    assert _outcomes(lab, "CreateApp/body/app_name/required") == {Outcome.PASS}
    assert _outcomes(lab, "CreateApp/body/app_name/required-code") == {Outcome.PASS}


_PICTURE_OF = "mix_param.user_background_images[].user_id/minLength"


def test_an_answer_that_repeats_what_may_be_taken(
    make_lab: MakeLab, cases: dict[str, Case]
) -> None:
    """A text that no sentence bounds may be taken: its answer repeats it, and breaks nothing more.

    The same answer to a right request is broken.
    """

    def repeating(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not _is(request, "POST", "/mix-stream-jobs") or answer.status_code != 400:
            return answer
        return answer_like(answer, 201, {"job_id": "j1", "mix_param": _body(request)["mix_param"]})

    def emptied(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not _is(request, "POST", "/mix-stream-jobs") or answer.status_code != 201:
            return answer
        pictures = [{"user_id": "", "image_uri": "s3://a/b.jpg"}]
        shown = answer.json()
        mix = {**shown.get("mix_param", {}), "user_background_images": pictures}
        return answer_like(answer, 201, {**shown, "mix_param": mix})

    lab, _ = make_lab(repeating)
    judge(lab, cases[f"CreateMixJob/body/{_PICTURE_OF}~empty"])
    assert _failed(lab) == {f"CreateMixJob/body/{_PICTURE_OF}"}
    lab, _ = make_lab(emptied)
    judge(lab, cases[next(one for one in cases if one.startswith("CreateMixJob/accepts/"))])
    assert f"CreateMixJob/201/{_PICTURE_OF}" in _failed(lab)


def test_what_should_be_refused_and_is_not(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """The requirement that the request breaks fails, with what came back."""

    def lenient(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if _is(request, "POST", "/apps") and answer.status_code == 400:
            return answer_like(answer, 201, {"app_id": "x1"})
        return answer

    lab, _ = make_lab(lenient)
    judge(lab, cases["CreateApp/body/app_name/required~missing"])
    (told,) = lab.ledger.entries["CreateApp/body/app_name/required"].told
    assert "answered 201" in told.message
    assert "400 with error code" in told.expected


def test_what_is_unknown_and_served(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """Where an erratum permits an empty list for what does not exist, that shows no refusal."""

    def empty(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if _is(request, "GET", "/rooms") and answer.status_code in {200, 400, 404}:
            nobody = {"total": 0, "limit": 10, "offset": 0, "room_info_list": []}
            return answer_like(answer, 200, nobody)
        return answer

    lab, _ = make_lab(empty)
    judge(lab, cases["ListRtcRoomList/query/app/known~unknown"])
    (told,) = lab.ledger.entries["ListRtcRoomList/query/app/known"].told
    assert told.outcome is Outcome.NOT_APPLICABLE
    assert told.message == "answered 200, as E-13-no-404 permits: nothing was refused"


def test_the_code_that_fits_best(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """An accepted code that is not the preferred one keeps the MUST and breaks the SHOULD."""

    def other_code(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if _is(request, "POST", "/apps") and answer.status_code == 400:
            return answer_like(answer, 400, {"error_code": "RTC.00001003", "error_msg": "m"})
        return answer

    lab, _ = make_lab(other_code)
    judge(lab, cases["CreateApp/body/app_name/required~missing"])
    assert _outcomes(lab, "CreateApp/body/app_name/required") == {Outcome.PASS}
    assert _outcomes(lab, "CreateApp/body/app_name/required-code") == {Outcome.FAIL}


RULE = "CreateRecordRule/body/mp4_config."


def _refuse_rules(condition: Any) -> Any:
    def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if _is(request, "POST", "/record-rules") and condition(_body(request)):
            return answer_like(answer, 400, {"error_code": "RTC.00001003", "error_msg": "no"})
        return answer

    return change


def _rule_case(cases: dict[str, Case], requirement: str) -> Case:
    return next(
        case
        for case in cases.values()
        if case.kind == "positive" and requirement in {c.requirement for c in case.claims}
    )


def test_a_packed_refusal_is_laid_at_the_right_door(
    make_lab: MakeLab, cases: dict[str, Case]
) -> None:
    """One value of many is not taken: that one fails, the others pass."""
    requirement = f"{RULE}record_cycle/maximum"
    case = _rule_case(cases, requirement)
    lab, _ = make_lab(
        _refuse_rules(lambda b: (b.get("mp4_config") or {}).get("record_cycle") == 10800)
    )
    judge(lab, case)
    rules = {r for r in _failed(lab) if "/body/" in r}
    assert rules == {requirement}
    others = {c.requirement for c in case.claims} - {requirement}
    assert all(Outcome.PASS in _outcomes(lab, r) for r in others)


def test_a_plain_request_that_is_refused(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """Nothing is taken at all: that no valid request is answered fails, the rest is blocked."""
    lab, _ = make_lab(_refuse_rules(lambda _: True))
    case = _rule_case(cases, f"{RULE}record_cycle/maximum")
    judge(lab, case)
    answered = case.claims[0].requirement
    assert Outcome.FAIL in _outcomes(lab, answered)
    for claim in case.claims[1:]:
        assert _outcomes(lab, claim.requirement) == {Outcome.BLOCKED}


def test_a_plain_request_that_only_lacks_something(
    make_lab: MakeLab, cases: dict[str, Case]
) -> None:
    """The server demands an optional field: its being optional fails, what has it passes."""
    requirement = f"{RULE}record_prefix/optional"
    case = _rule_case(cases, requirement)
    lab, _ = make_lab(
        _refuse_rules(
            lambda b: "record_prefix" not in (b.get("mp4_config") or {"record_prefix": 1})
        )
    )
    judge(lab, case)
    assert Outcome.FAIL in _outcomes(lab, requirement)


def test_choices_that_are_only_refused_together(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """Each alone is fine, all in one are not: that a valid request is answered fails."""
    case = _rule_case(cases, "CreateRecordRule/body/hls_config.record_slice_duration/maximum")
    whole = case.template.body["hls_config"]
    lab, _ = make_lab(_refuse_rules(lambda b: b.get("hls_config") == whole))
    judge(lab, case)
    (told,) = [t for t in lab.ledger.entries[case.claims[0].requirement].told if t.case == case.id]
    assert "but not all of them in one request" in told.message


def _reads(value: Any) -> Any:
    def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not _is(request, "POST", "/record-rules") or answer.status_code != 201:
            return answer
        body = answer.json()
        if value is None:
            body.get("mp4_config", {}).pop("record_max_duration_to_merge_file", None)
        elif "mp4_config" in body:
            body["mp4_config"]["record_max_duration_to_merge_file"] = value
        return answer_like(answer, 201, body)

    return change


@pytest.mark.parametrize(
    ("value", "outcome"), [(7, Outcome.FAIL), (None, Outcome.NOT_APPLICABLE), (0, Outcome.PASS)]
)
def test_defaults_are_read_back(
    make_lab: MakeLab, cases: dict[str, Case], value: Any, outcome: Outcome
) -> None:
    """Another value fails, one that is not shown is not judged, the documented one passes."""
    requirement = f"{RULE}record_max_duration_to_merge_file/default"
    lab, _ = make_lab(_reads(value))
    judge(lab, _rule_case(cases, requirement))
    assert _outcomes(lab, requirement) == {outcome}


def test_no_answer_is_inconclusive(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """A wire that breaks says nothing about any requirement, and says so."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too long", request=request)

    lab, _ = make_lab(handler=broken)
    case = cases["CreateApp/body/app_name/required~missing"]
    judge(lab, case)
    (told,) = lab.ledger.entries["CreateApp/body/app_name/required"].told
    assert told.outcome is Outcome.INCONCLUSIVE
    assert told.message.startswith("network: ")


def test_what_a_case_needs_and_cannot_have(make_lab: MakeLab, cases: dict[str, Case]) -> None:
    """Without an application no rule can be refused for its own faults: blocked, with a reason."""

    def nothing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, json={"error_code": "RTC.00000001", "error_msg": "m"})

    lab, _ = make_lab(handler=nothing)
    with pytest.raises(Blocked, match="no app could be created: CreateApp answered 500"):
        judge(lab, cases["CreateRecordRule/body/obs_addr/required~missing"])
    case = _rule_case(cases, f"{RULE}record_cycle/maximum")
    judge(lab, case)
    assert _outcomes(lab, f"{RULE}record_cycle/maximum") == {Outcome.BLOCKED}


def _exchange(status: int, body: bytes = b"") -> Exchange:
    request = Request("ShowApp", "GET", "http://host/", ())
    return Exchange(1, "case", request, Response(status, (), body, 0.0))


def test_problems_of_refusals() -> None:
    """Another status, another code, no code; a success needs none."""
    expectation = Expectation((Answer(404, ("RTC.00001015",)), Answer(200)))
    right = b'{"error_code": "RTC.00001015"}'
    assert refusal_problem(CONVENTIONS, expectation, _exchange(404, right)) is None
    assert refusal_problem(CONVENTIONS, expectation, _exchange(200)) is None
    assert refusal_problem(CONVENTIONS, expectation, _exchange(400)) == "answered 400"
    assert (
        refusal_problem(CONVENTIONS, expectation, _exchange(404))
        == "answered 404 with error code missing"
    )
    wrong = _exchange(404, b'{"error_code": "RTC.00001003"}')
    assert "RTC.00001003" in str(refusal_problem(CONVENTIONS, refuses(404, "RTC.00001015"), wrong))
    assert refusal_problem(CONVENTIONS, succeeds(201), wrong) == "answered 404"
    assert CONVENTIONS.error_code({"error_code": 7}) is None


def test_answers_for_people() -> None:
    """Status and start of the body, or what failed."""
    assert answer_excerpt(_exchange(404, b'{"a": 1}')) == '404 {"a": 1}'
    assert answer_excerpt(_exchange(200, b"x" * 1000)) == f"200 {'x' * 300}"
    silent = Exchange(1, "case", _exchange(1).request, None)
    assert answer_excerpt(silent) == "nothing"
    failure = NetworkFailure("read", "timed out")
    assert answer_excerpt(replace(silent, failure=failure)) == "nothing (read: timed out)"


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [(1, 1.0, True), (1, True, False), (0, False, False), ("1", 1, False), ([1], [1], True)],
)
def test_equality_of_json(left: Any, right: Any, equal: bool) -> None:
    """True is not 1; 1.0 is."""
    assert same(left, right) is equal


@pytest.mark.parametrize(
    ("breaks", "outcome"), [(99, Outcome.FAIL), (1, Outcome.INCONCLUSIVE)], ids=["always", "once"]
)
def test_a_connection_that_breaks(
    make_lab: MakeLab, cases: dict[str, Case], breaks: int, outcome: Outcome
) -> None:
    """A server that falls over at one request each time fails; a network that did so once not."""
    left = [breaks]

    def broken(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if _is(request, "POST", "/apps") and left[0]:
            left[0] -= 1
            raise httpx.RemoteProtocolError("server disconnected", request=request)
        return answer

    lab, _ = make_lab(broken)
    judge(lab, cases["CreateApp/body/app_name/required~missing"])
    assert _outcomes(lab, "CreateApp/body/app_name/required") == {outcome}
