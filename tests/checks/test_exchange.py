"""What every exchange is checked for, whoever caused it: one right and several wrong answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks.exchange import ExchangeChecks, every_exchange
from conformance.checks.failures import NO_SERVER_ERROR
from conformance.checks.internals import NO_INTERNALS
from conformance.checks.secrets import NO_SECRETS
from conformance.checks.timestamps import REAL
from conformance.checks.unlisted import CONTENT_TYPE, ENVELOPE
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange, NetworkFailure, Request
from conformance.model.expectation import Answer, Expectation, refuses, succeeds

if TYPE_CHECKING:
    from .conftest import Look

REFUSED = {"error_code": "RTC.00001015", "error_msg": "no such application"}
JSON = ("Content-Type", "application/json")
UNIQUE = "common/header/x-request-id/unique"
ON_EVERY_ANSWER = "common/header/x-request-id/on-every-answer"
CODE = "ShowApp/404/error_code/catalogued"
STATUS = "ShowApp/answer/status/documented"
ID = "ShowApp/404/header/x-request-id/required"
MEDIA = "ShowApp/404/header/content-type/json"


def test_a_right_refusal(look: Look) -> None:
    """Everything holds, and nothing else is said."""
    found = look("ShowApp", 404, REFUSED)
    assert not found.broken
    assert {
        CODE,
        STATUS,
        ID,
        MEDIA,
        UNIQUE,
        NO_INTERNALS,
        NO_SECRETS,
        NO_SERVER_ERROR,
    } <= found.kept


def test_the_common_requirements_exist(contract: Contract) -> None:
    """What every exchange judges is in the contract under the same ids."""
    assert len(every_exchange(contract)) == 8


def test_no_answer_is_no_verdict(contract: Contract) -> None:
    """Without an answer nothing holds and nothing is broken."""
    failure = NetworkFailure("timeout", "nothing in 1 s")
    exchange = Exchange(1, "case", Request("ShowApp", "GET", "http://host/", ()), None, failure)
    found = ExchangeChecks(contract).check(exchange)
    assert not found.kept
    assert not found.broken
    assert (exchange.status, exchange.json) == (0, None)


@pytest.mark.parametrize(
    "ids", [(), ("",), ("  ",), ("one", "two")], ids=["none", "empty", "blank", "twice"]
)
def test_the_request_id(look: Look, ids: tuple[str, ...]) -> None:
    """There, once, with a value."""
    headers = (JSON, *(("x-request-id", value) for value in ids))
    assert ID in look("ShowApp", 404, REFUSED, headers=headers).broken


def test_request_ids_never_come_back(look: Look) -> None:
    """The second answer with the same id breaks the rule and names the first."""
    headers = (JSON, ("X-Request-Id", "same"))
    assert UNIQUE in look("ShowApp", 404, REFUSED, headers=headers).kept
    told = look("ShowApp", 404, REFUSED, headers=headers).broken[UNIQUE]
    assert "exchange 1" in told.message


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ('application/json;charset="utf-8"', True),
        ("application/json; charset=gbk", False),
        ("text/plain", False),
        ("application/json-patch+json", False),
        ("", False),
    ],
)
def test_the_media_type(look: Look, value: str, right: bool) -> None:
    """JSON in UTF-8, however that is written."""
    found = look("ShowApp", 404, REFUSED, headers=(("x-request-id", "a"), ("content-type", value)))
    assert (MEDIA in found.kept) is right
    assert (MEDIA in found.broken) is not right


@pytest.mark.parametrize(
    ("status", "known"), [(200, True), (401, True), (429, True), (302, False), (418, False)]
)
def test_statuses(look: Look, status: int, known: bool) -> None:
    """Listed for the operation, or a general one of table 14-1; no other."""
    found = look("ShowApp", status, {**REFUSED})
    assert (STATUS in found.kept) is known
    assert (STATUS in found.broken) is not known


def test_a_status_that_the_case_accepts(look: Look) -> None:
    """Where a case accepts an answer, it is documented for it."""
    found = look("ShowApp", 409, REFUSED, expectation=refuses(409, "RTC.00001015"))
    assert STATUS in found.kept


@pytest.mark.parametrize(
    ("operation", "status", "code", "right"),
    [
        ("ShowApp", 404, "RTC.00001015", True),
        ("ShowApp", 404, "RTC.00001003", True),
        ("ShowApp", 404, "RTC.00001005", False),
        ("ShowApp", 404, "RTC.99999999", False),
        ("ShowApp", 404, "APIGW.0101", True),
        ("ShowApp", 404, "DATA.100011001", False),
        ("ShowApp", 404, "not found", False),
        ("ListRtcRoomList", 400, "DATA.100011001", True),
        ("ListRtcRoomList", 400, "RTC.00001003", True),
        ("ListRtcRoomList", 400, "RTC.00001015", False),
        ("ListRtcRoomList", 400, "400", False),
        ("ListRtcEvent", 400, "400", True),
        ("ListRtcAbnormalEvent", 400, "400", True),
    ],
)
def test_error_codes(look: Look, operation: str, status: int, code: str, right: bool) -> None:
    """Catalogued with the status that was answered; other services have their own spelling."""
    requirement = f"{operation}/{status}/error_code/catalogued"
    found = look(operation, status, {"error_code": code, "error_msg": "m"})
    assert (requirement in found.kept) is right
    assert (requirement in found.broken) is not right


def test_a_code_that_the_case_accepts(look: Look) -> None:
    """An erratum that accepts a code with a status wins over the catalogue."""
    body = {**REFUSED, "error_code": "RTC.00001003"}
    found = look("ShowApp", 404, body, expectation=refuses(404, "RTC.00001003"))
    assert CODE in found.kept


def test_a_refusal_without_a_code(look: Look) -> None:
    """That is the body's to say, not the catalogue's."""
    found = look("ShowApp", 404, {"error_msg": "m"})
    assert "ShowApp/404/error_code/required" in found.broken
    assert CODE not in found.kept | found.broken.keys()


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last)",
        'File "/srv/app.py", line 3',
        "at com.example.App.run(App.java:42)",
        "java.lang.NullPointerException",
        "goroutine 7 [running]",
        "at Object.<anonymous> (/srv/index.js:3:7)",
        "SQLSTATE[42000]",
        "ORA-00942",
    ],
)
def test_internals(look: Look, text: str) -> None:
    """Stack traces of several languages and messages of databases are seen, in refusals only."""
    body = {**REFUSED, "error_msg": text}
    raw = str(body).replace("'", '"').encode() if '"' not in text else text.encode()
    assert NO_INTERNALS in look("ShowApp", 500, raw).broken
    assert NO_INTERNALS not in look("ShowApp", 200, raw).broken


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("X-Auth-Token", "a-very-secret-token", "a-very-secret-token"),
        ("Authorization", "SDK-HMAC-SHA256 Access=k, Signature=0123456789ab", "0123456789ab"),
    ],
)
def test_secrets_that_come_back(look: Look, name: str, value: str, secret: str) -> None:
    """A token or a signature in the body or in a header of a refusal is told, by its kind."""
    sent = ((name, value),)
    in_body = look("ShowApp", 404, {**REFUSED, "error_msg": f"bad {secret}"}, sent=sent)
    assert NO_SECRETS in in_body.broken
    headers = (JSON, ("x-request-id", "i"), ("x-debug", secret))
    assert NO_SECRETS in look("ShowApp", 404, REFUSED, sent=sent, headers=headers).broken
    assert NO_SECRETS in look("ShowApp", 404, REFUSED, sent=sent).kept
    assert secret not in str(in_body.broken[NO_SECRETS].message)


def test_short_values_may_come_back_by_chance(look: Look) -> None:
    """A token of a few characters could be part of any message."""
    sent = (("X-Auth-Token", "no"), ("Authorization", "Signature=ab"))
    assert NO_SECRETS in look("ShowApp", 404, {**REFUSED, "error_msg": "no ab"}, sent=sent).kept


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("2024-02-29T23:59:59Z", True),
        ("2023-12-31T23:59:60Z", True),
        ("2023-02-29T00:00:00Z", False),
        ("2023-01-01T25:00:00.123Z", False),
        ("2023-13-01T00:00:00+08:00", False),
    ],
)
def test_times_that_no_calendar_has(look: Look, text: str, real: bool) -> None:
    """30 February and 25 o'clock, in whatever field; a 61st second may be."""
    found = look("ShowApp", 200, {"create_time": text})
    assert (REAL in found.kept) is real
    assert (REAL in found.broken) is not real


@pytest.mark.parametrize("status", [500, 501, 505])
def test_failures(look: Look, status: int) -> None:
    """A failure is one whatever was sent, unless the case asked for it."""
    assert NO_SERVER_ERROR in look("ShowApp", status, REFUSED).broken
    asked = look("ShowApp", status, REFUSED, expectation=succeeds(status))
    assert NO_SERVER_ERROR in asked.kept
    assert NO_SERVER_ERROR in look("ShowApp", 503, REFUSED).kept


def test_answers_that_no_table_lists(look: Look) -> None:
    """401 of a gateway: a request id, JSON, and the envelope of section 3.3."""
    right = look("ShowApp", 401, {"error_code": "APIGW.0101", "error_msg": "m"})
    assert {ON_EVERY_ANSWER, CONTENT_TYPE, ENVELOPE} <= right.kept
    wrong = look("ShowApp", 401, b"<html>", headers=(("content-type", "text/html"),))
    assert {ON_EVERY_ANSWER, CONTENT_TYPE, ENVELOPE} <= wrong.broken.keys()
    empty = look(None, 400, b"", headers=())
    assert ENVELOPE in empty.broken
    assert "empty body" in empty.broken[ENVELOPE].actual
    assert ENVELOPE not in look(None, 400, b"", method="HEAD").broken


@pytest.mark.parametrize(("operation", "status"), [("ShowApp", 405), (None, 404), (None, 502)])
def test_what_stands_in_front_answers_as_it_likes(
    look: Look, operation: str | None, status: int
) -> None:
    """A path or a method that reaches no operation: the status decides (E-14-405-code)."""
    found = look(operation, status, b"<html>", headers=(("content-type", "text/html"),))
    assert not {ON_EVERY_ANSWER, CONTENT_TYPE, ENVELOPE} & (found.kept | found.broken.keys())


@pytest.mark.parametrize("body", [{"error_code": ""}, {"error_code": "A"}, ["error_code"], {}])
def test_envelopes_that_are_not_whole(look: Look, body: object) -> None:
    """Both texts, neither of them empty."""
    assert ENVELOPE in look(None, 400, body).broken


def test_the_identity_service_is_another_one(look: Look) -> None:
    """Its refusals are not those of section 3.3, so they are not held against it."""
    found = look("CreateToken", 418, {"error": {"code": 418}}, method="POST")
    assert ENVELOPE not in found.kept | found.broken.keys()
    refused = look("CreateToken", 401, {"error": {"code": 401}}, method="POST")
    assert "CreateToken/401/error_code/catalogued" not in refused.kept | refused.broken.keys()


def test_answers_in_words() -> None:
    """What was expected is told with its codes; a prefix takes what starts with it."""
    expectation = Expectation((Answer(400, ("RTC.1", "APIGW.*")), Answer(204)))
    assert str(expectation) == "400 with error code RTC.1 or APIGW.*, or 204"
    assert expectation.statuses == {400, 204}
    assert expectation.offers_choice
    (answer,) = expectation.for_status(400)
    assert answer.takes_code("APIGW.0301")
    assert not answer.takes_code(None)
    assert not answer.takes_code("RTC.2")
