"""Waiting is not a finding, and nothing is done twice that must be done once."""

from dataclasses import dataclass
from typing import Any

import pytest

from conformance.access.retry import Retry, RetryPolicy, may_repeat, throttle_pause
from conformance.model.exchange import NetworkFailure, Response


@dataclass(frozen=True)
class Sent:
    """What a sender returns."""

    response: Response | None = None
    failure: NetworkFailure | None = None


def answer(status: int, body: bytes = b"{}", **headers: str) -> Sent:
    """An answer with these headers (underscores become hyphens)."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Sent(Response(status, named, body, 0.0))


def failed(stage: str) -> Sent:
    """A failure at this stage."""
    return Sent(failure=NetworkFailure(stage, "why"))


class Clock:
    """Moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.slept.append(seconds)
        self.now += seconds


def run(outcomes: list[Sent], **options: Any) -> tuple[Sent, Any, list[float], list[float]]:
    """Send a script of outcomes; the last one repeats."""
    clock, held = Clock(), list[float]()
    script = iter(outcomes)
    last = [outcomes[-1]]
    policy = options.pop("policy", RetryPolicy())
    retry = Retry(policy, sleep=clock.sleep, clock=lambda: clock.now, wall=lambda: 0.0)
    sent, patience = retry.send(
        lambda: next(script, last[0]), idempotent=options.get("idempotent", False), hold=held.append
    )
    return sent, patience, clock.slept, held


THROTTLED = [
    answer(429, Retry_After="3"),
    answer(429),
    answer(403, b'{"error_code" : "APIGW.0308", "error_msg": "throttled"}'),
    answer(500, b'{"error_code":"APIG.0308"}'),
    answer(503, Retry_After="3"),
    answer(429, Retry_After="Thu, 01 Jan 1970 00:00:03 GMT"),
    answer(429, Retry_After="soon"),
]


@pytest.mark.parametrize("first", THROTTLED)
def test_throttled_request_is_sent_again_whatever_its_method(first: Sent) -> None:
    """The gateway kept it from the service: waiting it out is safe, counted and no finding."""
    sent, patience, slept, held = run([first, first, answer(201)], idempotent=False)
    assert sent.response is not None
    assert sent.response.status == 201
    assert (patience.attempts, patience.throttled, patience.network) == (3, 2, 0)
    assert patience.waited == sum(slept) > 0
    assert held == slept


def test_named_pause_is_kept_and_unnamed_ones_grow() -> None:
    """Retry-After is obeyed to the second; without it the pauses double."""
    assert run([THROTTLED[0], answer(200)])[2] == [3.0]
    assert run([THROTTLED[5], answer(200)])[2] == [3.0]
    assert run([*[answer(429)] * 4, answer(200)])[2] == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500, 503])
def test_other_answers_are_judged_and_not_repeated(status: int) -> None:
    """A 500 is a finding, not a reason to try until it goes away."""
    sent, patience, slept, _ = run([answer(status), answer(200)], idempotent=True)
    assert sent.response is not None
    assert (sent.response.status, patience.attempts, slept) == (status, 1, [])


def test_deadline_ends_the_patience() -> None:
    """A gateway that always throttles does not hold the run for ever."""
    sent, patience, slept, _ = run(
        [answer(429, Retry_After="50")], policy=RetryPolicy(deadline=120)
    )
    assert sent.response is not None
    assert sent.response.status == 429
    assert (slept, patience.throttled, patience.attempts) == ([50.0, 50.0], 3, 3)
    assert run([answer(429, Retry_After="3600")])[2] == []


@pytest.mark.parametrize(
    ("stage", "idempotent", "repeated"),
    [
        ("dns", False, True),
        ("connect", False, True),
        ("pool", False, True),
        ("tls", True, False),
        ("write", False, False),
        ("write", True, True),
        ("read", False, False),
        ("read", True, True),
        ("timeout", False, False),
        ("timeout", True, True),
        ("closed", False, False),
        ("closed", True, True),
        ("size", True, False),
        ("protocol", True, False),
    ],
)
def test_failures_are_repeated_only_where_that_is_safe(
    stage: str, idempotent: bool, repeated: bool
) -> None:
    """What may have been acted upon is not sent twice; what cannot end differently neither."""
    assert may_repeat(NetworkFailure(stage, ""), idempotent=idempotent) is repeated
    sent, patience, _, held = run([failed(stage), answer(200)], idempotent=idempotent)
    assert (sent.response is not None) is repeated
    assert patience.attempts == 1 + repeated
    assert patience.network == 1
    assert held == []


def test_network_attempts_are_limited() -> None:
    """A dead network is given up after a few tries."""
    sent, patience, slept, _ = run([failed("connect")])
    assert sent.failure is not None
    assert (patience.attempts, patience.network, slept) == (3, 3, [0.5, 1.0])


def test_answers_that_only_look_like_throttling_are_judged() -> None:
    """Another gateway code, or 503 without Retry-After, is no throttling."""
    for sent in (answer(401, b'{"error_code":"APIGW.0301"}'), answer(503), answer(200)):
        assert sent.response is not None
        assert throttle_pause(sent.response) is None


@pytest.mark.parametrize(
    "value",
    [
        "Fri, 31 Dec 99999999999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "9" * 400,
        "\ud800",
        "",
    ],
)
def test_an_absurd_date_is_no_reason_to_stop(value: str) -> None:
    """A Retry-After that is no time at all is as good as none; one far away is not waited for."""
    response = Response(429, (("Retry-After", value),), b"", 0.0)
    pause = throttle_pause(response, lambda: 0.0)
    assert pause is not None
    assert pause == 0.0 or pause > RetryPolicy().deadline
