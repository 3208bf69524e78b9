"""Nothing is changed or deleted that is not proved to be the run's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.engine.outcomes import Blocked
from conformance.model.case import Given, Template
from conformance.model.exchange import Request
from conformance.model.verdict import Outcome
from tests.labs import answer_like

if TYPE_CHECKING:
    from conformance.engine.lab import Lab
    from tests.labs import MakeLab

RULE = "CreateApp/rule/ids-differ"


def _theirs(lab: Lab) -> str:
    rows = lab.send(Template("ListApps"), judge=False).json["apps"]
    return str(rows[0]["app_id"])


def _changes(requests: list[httpx.Request], identifier: str) -> list[str]:
    return [
        f"{r.method} {r.url.path}"
        for r in requests
        if r.method != "GET" and identifier in r.url.path
    ]


class Caching:
    """A gateway that answers every creation with an application that was there before."""

    theirs: str | None = None

    def __call__(self, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        """Change the answers to creations alone."""
        if request.method == "POST" and request.url.path.endswith("/apps") and self.theirs:
            return answer_like(answer, 201, {**answer.json(), "app_id": self.theirs})
        return answer


def test_a_creation_that_answers_a_foreign_id(make_lab: MakeLab) -> None:
    """It is a finding; the application is never changed nor deleted, and nothing is lent of it."""
    gateway = Caching()
    lab, requests = make_lab(gateway)
    gateway.theirs = _theirs(lab)
    lab.begin("case")
    with pytest.raises(Blocked, match="was there before"):
        lab.resources.get("app")
    for operation in ("DeleteApp", "StopApp"):
        with pytest.raises(Blocked, match="not proved"):
            lab.send(Template(operation, path={"app_id": gateway.theirs}))
    with pytest.raises(Blocked):
        lab.send(Template("CreateRecordRule", path={"app_id": gateway.theirs}, body={}))
    url = f"{lab.settings.base_url}/v2/apps/{gateway.theirs}"
    with pytest.raises(Blocked):
        lab.send_raw(Request(None, "PATCH", url, (), b"{}"))
    lab.resources.clean()
    assert _changes(requests, gateway.theirs) == []
    assert [told.outcome for told in lab.ledger.entries[RULE].told] == [Outcome.FAIL]


def test_a_name_that_was_taken_already(make_lab: MakeLab) -> None:
    """A service that creates by name only once answers another's application of that name."""

    def idempotent(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/apps") and foreign:
            return answer_like(answer, 201, {"app_id": foreign, "app_name": "长"})
        return answer

    foreign = ""
    lab, requests = make_lab(idempotent)
    foreign = _theirs(lab)
    lab.send(Template("CreateApp", body={"app_name": "长"}), judge=False)
    lab.resources.clean()
    assert _changes(requests, foreign) == []


def test_an_id_that_came_up_meanwhile(make_lab: MakeLab) -> None:
    """Created by others after the survey: its name is neither ours nor the one that was sent."""

    def wrong(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and foreign:
            return answer_like(answer, 201, {**answer.json(), "app_id": foreign})
        return answer

    foreign = ""
    lab, requests = make_lab(wrong)
    lab.ownership.survey(lab.contract.operation("CreateApp"))
    made = lab.send(Template("CreateApp", body={"app_name": "precious"}), judge=False)
    lab.ownership._sent.clear()  # somebody else has created it
    foreign = str(made.json["app_id"])
    lab.send(Template("CreateApp", body={"app_name": f"{lab.prefix}one"}), judge=False)
    with pytest.raises(Blocked, match="not proved"):
        lab.send(Template("DeleteApp", path={"app_id": foreign}))
    assert lab.resources.clean() == [f"app {foreign}"]
    assert _changes(requests, foreign) == []


def test_what_is_ours_is_looked_at_once(make_lab: MakeLab) -> None:
    """One request proves an application, whatever is done to it afterwards."""
    lab, requests = make_lab()
    app = lab.resources.get("app")
    for operation in ("StopApp", "StartApp"):
        lab.send(Template(operation, path={"app_id": Given("app")}))
    assert sum(r.method == "GET" and r.url.path.endswith(app) for r in requests) == 1
    assert lab.resources.clean() == []


def test_where_the_list_is_refused_only_the_prefix_proves(make_lab: MakeLab) -> None:
    """Without a list, a name that anybody could have given proves nothing."""

    def no_list(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/apps"):
            return answer_like(answer, 403, {"error_code": "APIGW.0302", "error_msg": "m"})
        return answer

    lab, requests = make_lab(no_list)
    short = lab.send(Template("CreateApp", body={"app_name": "长"}), judge=False).json["app_id"]
    app = lab.resources.get("app")
    assert lab.resources.clean() == [f"app {short}"]
    assert _changes(requests, app) == [f"DELETE /v2/apps/{app}"]


@pytest.mark.parametrize("odd", ["..", "a\x00", "a\r\nHost: b", "a" * 5000, ""])
def test_what_can_be_no_id_is_used_for_none(make_lab: MakeLab, odd: str) -> None:
    """Nothing is sent to it; what was made is found by its name, and deleted."""

    def strange(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/apps"):
            return answer_like(answer, 201, {**answer.json(), "app_id": odd})
        return answer

    lab, requests = make_lab(strange)
    lab.begin("case")
    with pytest.raises(Blocked, match="no app could be created"):
        lab.resources.get("app")
    if odd:
        with pytest.raises(Blocked, match="not proved"):
            lab.send(Template("DeleteApp", path={"app_id": odd}))
    assert lab.resources.clean() == []
    assert {request.method for request in requests} <= {"GET", "POST"}


def _not_utf8(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """Show names as bytes of which the last ones are no UTF-8, as a server stores what it gets."""
    if request.method == "POST" or "/apps" not in request.url.path:
        return answer
    content = re.sub(rb'("app_name": ?"[^"]*)', b"\\1\xed\xa0\x80", answer.content)
    headers = {"X-request-Id": answer.headers["X-request-Id"]}
    return httpx.Response(answer.status_code, headers=headers, content=content)


def test_what_is_shown_in_no_utf8_is_deleted_all_the_same(make_lab: MakeLab) -> None:
    """A server that took a name in broken bytes kept the application for good."""
    lab, requests = make_lab(_not_utf8)
    lab.begin("case")
    app = lab.resources.fresh("app")
    assert lab.send(Template("ListApps"), judge=False).json is None
    assert lab.resources.clean() == []
    assert f"DELETE /v2/apps/{app}" in _changes(requests, app)
