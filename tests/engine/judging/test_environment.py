"""Refusals that speak of the account, and deletions that have conditions: no deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.engine.judging.environment import environmental_reason
from conformance.model.case import Template
from tests.labs import answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab


@pytest.mark.parametrize(
    ("count", "taken", "excused"), [(20, b"room", True), (2, b"one", True), (2, b"room", False)]
)
def test_a_full_account(make_lab: MakeLab, count: int, taken: bytes, excused: bool) -> None:
    """RTC.00001017 is believed of an account with twenty applications.

    Of one that lists two it is believed where the plainest request is refused so too: what is in
    other projects counts, and is not listed here.
    """

    def full(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        refused = request.content == b'{"app_name": "one"}' or taken == b"one"
        if refused and request.method == "POST" and request.url.path == "/v2/apps":
            return answer_like(answer, 400, {"error_code": "RTC.00001017", "error_msg": "m"})
        if request.method == "GET" and request.url.path == "/v2/apps":
            return answer_like(answer, 200, {"count": count, "apps": []})
        return answer

    lab, _ = make_lab(full)
    exchange = lab.send(Template("CreateApp", body={"app_name": "one"}), judge=False)
    assert (environmental_reason(lab, exchange) is not None) is excused


def test_a_refusal_of_the_request_is_no_excuse(make_lab: MakeLab) -> None:
    """Only the codes of 14.2 that speak of the account, at the operation they belong to."""
    lab, _ = make_lab()
    exchange = lab.send(Template("CreateApp", body={}), judge=False)
    assert exchange.status == 400
    assert environmental_reason(lab, exchange) is None


def test_an_application_is_stopped_where_it_must_be(make_lab: MakeLab) -> None:
    """A deletion that is refused is tried again once the application is stopped (5.4)."""
    stopped: set[str] = set()

    def strict(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        path = request.url.path
        if path.endswith("/disable"):
            stopped.add(path.removesuffix("/disable"))
        if request.method == "DELETE" and path not in stopped:
            return answer_like(answer, 400, {"error_code": "RTC.00001003", "error_msg": "m"})
        return answer

    lab, _ = make_lab(strict)
    app = lab.resources.get("app")
    assert lab.resources.clean() == []
    assert stopped == {f"/v2/apps/{app}"}
