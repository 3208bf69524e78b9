"""Chapter 3: a token is given for a user name and password, and serves as credentials."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.access.auth import TokenAuth
from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import (
    ABSENT,
    Answer,
    Inconclusive,
    NotApplicable,
    Scenario,
    rules,
)
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.model.wording import in_json
from conformance.suite.kit.projects import ELSEWHERE, enter_another_project, project_names
from conformance.suite.kit.statistics.rows import lists_something

USER = "auth.identity.password.user"
PROJECT = "auth.scope.project.name"
LIFETIME = dt.timedelta(hours=24)
TOLERANCE = dt.timedelta(minutes=5)


@rules(
    "CreateToken/rule/no-credentials-needed",
    "CreateToken/rule/token-accepted",
    "CreateToken/rule/token-expires-after-24-hours",
    "CreateToken/rule/earlier-token-still-valid",
    "CreateToken/rule/tokens-differ",
    "CreateToken/rule/methods-echoed",
)
def test_a_token_is_given_and_serves(scenario: Scenario) -> None:
    """Without credentials, for 24 hours, and the next one does not end it (3.1, 3.2)."""
    first, second = (scenario.send("CreateToken", credentials="none") for _ in range(2))
    if not scenario.rule("CreateToken/rule/no-credentials-needed").succeeded(first):
        return
    scenario.rule("CreateToken/rule/methods-echoed").equal(
        first.json["token"].get("methods"), ["password"], "methods of the answer", first
    )
    _judge_expiry(scenario, first)
    tokens = [_token(exchange) for exchange in (first, second)]
    if not all(tokens):
        raise Inconclusive("an answer of CreateToken carries no X-Subject-Token")
    known = [scenario.given(kind) for kind in ("username", "password")]
    scenario.rule("CreateToken/rule/tokens-differ").that(
        tokens[0] != tokens[1] and not any(name.startswith(t) for name in known for t in tokens),
        "two tokens given one after the other are the same, or part of the name or password",
        expected="two tokens that cannot be guessed",
        actual="the same token" if tokens[0] == tokens[1] else "a part of what was sent",
        exchange=second,
    )
    for rule, token in (("token-accepted", tokens[1]), ("earlier-token-still-valid", tokens[0])):
        scenario.lab.adopt("issued", TokenAuth(token), token)
        scenario.rule(f"CreateToken/rule/{rule}").succeeded(
            scenario.send("ListApps", query={"limit": 1}, credentials="issued")
        )


def _judge_expiry(scenario: Scenario, exchange: Exchange) -> None:
    """``expires_at`` against the Date of the answer, which a clock moved ahead may not follow."""
    stated = str(exchange.json["token"].get("expires_at"))
    try:
        expires = dt.datetime.fromisoformat(stated)
    except ValueError:
        scenario.rule("CreateToken/rule/token-expires-after-24-hours").inconclusive(
            f"expires_at {in_json(stated)} is not a time"
        )
        return
    date = exchange.response.header("date") if exchange.response else None
    expires = expires if expires.tzinfo else expires.replace(tzinfo=dt.UTC)
    moments = [scenario.lab.now(), *([parsedate_to_datetime(date)] if date else [])]
    scenario.rule("CreateToken/rule/token-expires-after-24-hours").that(
        any(abs(expires - moment - LIFETIME) <= TOLERANCE for moment in moments),
        "the token does not expire 24 hours after it was issued",
        expected=f"{(moments[-1] + LIFETIME).isoformat()}, give or take five minutes",
        actual=stated,
        exchange=exchange,
    )


@rules(
    "CreateToken/rule/wrong-password-refused",
    "CreateToken/rule/unknown-user-refused",
    "CreateToken/rule/unknown-project-refused",
    "CreateToken/rule/password-not-echoed",
)
def test_no_token_for_who_is_not_known(scenario: Scenario) -> None:
    """A wrong password, user, account or project: refused, no token, nothing repeated (14.1)."""
    wrong = scenario.name("wrong")
    other_case = scenario.given("password").swapcase()
    refused = {
        "wrong-password": {f"{USER}.password": wrong},
        "wrong-password in other case": {f"{USER}.password": other_case},
        "unknown-user": {f"{USER}.name": scenario.name("nobody")},
        "unknown-account": {f"{USER}.domain.name": scenario.name("no-account")},
        "unknown-project": {PROJECT: scenario.name("no-project")},
    }
    if other_case == scenario.given("password"):
        del refused["wrong-password in other case"]
    answers = {name: _ask(scenario, change) for name, change in refused.items()}
    for name, exchange in answers.items():
        rule = f"CreateToken/rule/{name.partition(' ')[0].replace('account', 'user')}-refused"
        accepted = scenario.lab.contract.answers_of(rule)
        if scenario.rule(rule).answered(exchange, *accepted.answers):
            scenario.rule(rule).that(
                not _token(exchange),
                f"the refusal ({name}) comes with a token",
                expected="no X-Subject-Token",
                actual="a token",
                exchange=exchange,
            )
    scenario.rule("CreateToken/rule/unknown-user-refused").equal(
        _said(answers["unknown-user"]),
        _said(answers["wrong-password"]),
        "the refusal of a user who does not exist, against that of a wrong password",
        answers["unknown-user"],
    )
    _judge_echo(scenario, wrong, answers["wrong-password"])


def _judge_echo(scenario: Scenario, wrong: str, refusal: Exchange) -> None:
    """Neither the answer that gives a token nor a refusal says the password back."""
    given = _ask(scenario, {})
    for exchange, password in ((given, scenario.given("password")), (refusal, wrong)):
        body = exchange.response.body if exchange.response else b""
        scenario.rule("CreateToken/rule/password-not-echoed").that(
            password.encode() not in body,
            f"the answer {exchange.status} repeats the password",
            expected="an answer without it",
            actual="it is in the body",
            exchange=exchange,
        )


@rules("CreateToken/rule/scope-limits-token")
def test_a_token_reaches_its_own_project_alone(scenario: Scenario) -> None:
    """Served in its project, refused in the path of another project (3.1)."""
    second = scenario.lab.reach.second
    if second is None:
        raise Blocked("no second project is known; set SPARKRTC_SECOND_PROJECT_ID")
    token = _token(_ask(scenario, {}))
    scenario.lab.adopt("issued", TokenAuth(token), token)
    query = {"app": scenario.given("populated_app")}
    own = scenario.send("ListRtcRoomList", query=query, credentials="issued")
    rule = scenario.rule("CreateToken/rule/scope-limits-token")
    if not rule.succeeded(own):
        return
    rooms = scenario.lab.contract.operation("ListRtcRoomList")
    refusal = scenario.lab.contract.refusal(rooms, "unknown-project")
    foreign = {"project_id": second.project_id}
    exchange = scenario.send(
        "ListRtcRoomList", path=foreign, query=query, credentials="issued", accept=refusal
    )
    rule.answered(exchange, *(refusal.answers if refusal else ()))


@rules("CreateToken/rule/project-of-another-tenant")
def test_a_project_of_another_tenant_is_refused(scenario: Scenario) -> None:
    """3.1: the project of a token is one of the account that its user belongs to."""
    rule = scenario.rule("CreateToken/rule/project-of-another-tenant")
    second = scenario.lab.reach.second
    if second is None:
        raise Blocked("no second project is known; set SPARKRTC_SECOND_PROJECT_ID")
    theirs, ours = (project_names(scenario, caller) for caller in ("second", "valid"))
    name = theirs.get(second.project_id)
    if name is None or name in ours.values():
        raise NotApplicable("the other tenant's project has no name that ours lacks")
    rule.refused(_ask(scenario, {PROJECT: name}))


@rules("common/auth/token-of-another-project")
def test_a_token_for_another_project_does_not_serve_here(scenario: Scenario) -> None:
    """3.1: a token reaches its own project alone, though user and tenant are the same.

    Every operation with the project in its path is asked; to show nothing is as good as a refusal.
    """
    rule = scenario.rule("common/auth/token-of-another-project")
    if not enter_another_project(scenario):
        raise NotApplicable("the user gets a token for one project alone")
    accepted = scenario.lab.contract.answers_of("common/auth/token-of-another-project")
    here = {"project_id": scenario.given("project")}
    for operation in scenario.lab.contract.operations.values():
        if "{project_id}" not in operation.path or not scenario.offers(operation.id):
            continue
        own = scenario.lab.contract.refusal(operation, "unknown-project")
        taken = Expectation((*accepted.answers, *(own.answers if own else ())))
        answer = scenario.send(operation.id, path=here, credentials=ELSEWHERE, accept=taken)
        if rule.answered(answer, *taken.answers):
            rule.that(
                not answer.succeeded or not lists_something(answer),
                f"{operation.id} shows this project to a caller whose token is for another one",
                expected="a refusal, or nothing",
                exchange=answer,
            )


@rules("common/auth/unscoped-token-refused")
def test_a_token_without_a_project_does_not_serve(scenario: Scenario) -> None:
    """Whether it is given is open (E-3-token-scope); that it serves is not (3.2)."""
    rule = "common/auth/unscoped-token-refused"
    exchange = _ask(scenario, {"auth.scope": ABSENT})
    token = _token(exchange)
    if not token:
        scenario.rule(rule).answered(exchange, *(Answer(s, ("*",)) for s in (400, 401, 403)))
        return
    scenario.lab.adopt("unscoped", TokenAuth(token), token)
    answers = scenario.lab.contract.answers_of(rule)
    used = scenario.send("ListApps", credentials="unscoped", accept=answers)
    scenario.rule(rule).answered(used, *answers.answers)


def _ask(scenario: Scenario, change: dict[str, Any]) -> Exchange:
    return scenario.send("CreateToken", credentials="none", change=change)


def _token(exchange: Exchange) -> str:
    return (exchange.response.header("x-subject-token") or "") if exchange.response else ""


def _said(exchange: Exchange) -> tuple[int, Any]:
    """What tells one refusal from another, by whatever name."""
    body = exchange.json if isinstance(exchange.json, dict) else {}
    return exchange.status, {name: body.get(name) for name in ("error_code", "error_msg", "error")}
