"""The way of a request: its turn where there is flow control, patience where it is throttled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access.gateway import Gateway
from conformance.access.retry import Retry, RetryPolicy
from conformance.access.settings import Limits, TargetSettings
from conformance.access.transport import TargetClient
from conformance.model.exchange import Request

from .conftest import Maker

LIMITS = {"management": (60, 60.0)}
THROTTLED = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached."}


class Pauses(list[float]):
    """What would have been slept."""

    def __call__(self, seconds: float) -> None:
        """Sleep."""
        self.append(seconds)


def _gateway(
    settings: TargetSettings,
    answers: list[httpx.Response],
    store: Path | None = None,
    **policy: Any,
) -> tuple[Gateway, list[httpx.Request], Pauses]:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answers.pop(0)

    client = TargetClient(settings, transport=httpx.MockTransport(handle))
    pauses = Pauses()
    retry = Retry(RetryPolicy(**policy), sleep=pauses, clock=lambda: sum(pauses))
    return Gateway(settings, client, LIMITS, store, retry), sent, pauses


def _request(settings: TargetSettings, method: str = "GET") -> Request:
    return Request("ListApps", method, f"{settings.base_url}/v2/apps", ())


@pytest.mark.parametrize("shared", [False, True])
def test_throttling_is_waited_out(make_settings: Maker, tmp_path: Path, shared: bool) -> None:
    """The gateway turned it away, so it is sent again; a throttled answer is never judged."""
    settings = make_settings(limits=Limits(flow_control=True))
    answers = [httpx.Response(429, json=THROTTLED), httpx.Response(200)]
    store = tmp_path / "flow.sqlite" if shared else None
    gateway, sent, pauses = _gateway(settings, answers, store, longest_pause=0.01)
    found = gateway.send(_request(settings, "POST"), None, "management")
    gateway.close()
    assert found.response is not None
    assert found.response.status == 200
    assert len(sent) == 2
    assert pauses == [0.01]
    assert gateway.patience == {"throttled": 1, "network": 0}
    assert (tmp_path / "flow.sqlite").exists() is shared


def test_an_emulator_that_throttles_is_judged(make_settings: Maker) -> None:
    """Where nobody has flow control, a 429 is an answer like any other."""
    settings = make_settings(limits=Limits(flow_control=False))
    gateway, sent, pauses = _gateway(settings, [httpx.Response(429, json=THROTTLED)])
    found = gateway.send(_request(settings), None, "management")
    gateway.close()
    assert found.response is not None
    assert found.response.status == 429
    assert (len(sent), pauses) == (1, [])


def test_what_no_table_limits_does_not_wait(make_settings: Maker) -> None:
    """Identity and clock have no flow group; nothing of theirs is tried again."""
    settings = make_settings(limits=Limits(flow_control=True))
    gateway, sent, _ = _gateway(settings, [httpx.Response(429, json=THROTTLED)])
    found = gateway.send(_request(settings), None, "clock")
    gateway.close()
    assert found.response is not None
    assert (found.response.status, len(sent)) == (429, 1)


def test_patience_ends(make_settings: Maker) -> None:
    """A target that throttles for ever is given up; the last answer is told."""
    settings = make_settings(limits=Limits(flow_control=True))
    answers = [httpx.Response(429, json=THROTTLED) for _ in range(9)]
    gateway, sent, pauses = _gateway(settings, answers, deadline=0.025, longest_pause=0.01)
    found = gateway.send(_request(settings), None, "management")
    gateway.close()
    assert found.response is not None
    assert found.response.status == 429
    assert len(sent) == 3
    assert pauses == [0.01, 0.01]
