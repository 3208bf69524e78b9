"""What is worth another try, and for how long.

- The gateway turned the request away (429, its throttling code, 503 with Retry-After): it never
  reached the service, so any method may be sent again. Waited out and counted, never a finding.
- The network failed before the request left: any method.
- The network failed later: only what is idempotent.
"""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from conformance.model.exchange import NetworkFailure, Response

#: The gateway's "throttling threshold has been reached", with and without its newer prefix.
_THROTTLED = re.compile(rb'"error_code"\s*:\s*"APIGW?\.0308"')
#: Stages before a byte of the request is out.
_NEVER_LEFT = frozenset({"dns", "connect", "tls", "pool"})
#: Stages that cannot end differently on another try.
_FINAL = frozenset({"request", "tls", "size", "protocol"})


class Answered(Protocol):
    """An answer, or the failure in its place."""

    @property
    def response(self) -> Response | None:
        """The answer, if there is one."""
        ...

    @property
    def failure(self) -> NetworkFailure | None:
        """Why there is no answer."""
        ...


A = TypeVar("A", bound=Answered)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Limits: tries after network failures, and seconds of waiting in all."""

    network_attempts: int = 3
    deadline: float = 180.0
    first_pause: float = 0.5
    longest_pause: float = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Counts of one exchange: tries, and seconds of waiting."""

    attempts: int = 1
    throttled: int = 0
    network: int = 0
    waited: float = 0.0


def throttle_pause(response: Response, now: Callable[[], float] = time.time) -> float | None:
    """Seconds that the gateway asks to wait: 0 if it names none, None if it does not throttle."""
    asked = _retry_after(response.header("Retry-After"), now)
    if response.status == 429 or _THROTTLED.search(response.body):
        return asked or 0.0
    if response.status == 503 and asked is not None:
        return asked
    return None


def may_repeat(failure: NetworkFailure, *, idempotent: bool) -> bool:
    """Whether a request may be sent again after this failure."""
    if failure.stage in _FINAL:
        return False
    return idempotent or failure.stage in _NEVER_LEFT


@dataclass(frozen=True, slots=True)
class Retry:
    """Sends again until there is an answer to judge, within a policy.

    ``hold`` is called with the seconds that a flow group must pause, so that others wait too;
    ``sleep`` and ``clock`` are for tests.
    """

    policy: RetryPolicy = RetryPolicy()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time

    def send(
        self,
        send: Callable[[], A],
        *,
        idempotent: bool,
        hold: Callable[[float], None] | None = None,
    ) -> tuple[A, Patience]:
        """Return the last answer or failure, and the tries and waiting that it took.

        ``send`` takes its own slot in the flow gate, so that every try is counted there.
        """
        until = self.clock() + self.policy.deadline
        spent = Patience()
        while True:
            sent = send()
            pause = self._pause(sent, spent, idempotent)
            if pause is None or self.clock() + pause > until:
                return sent, self._noted(sent, spent, 0.0, again=False)
            if sent.response is not None and hold is not None:
                hold(pause)
            self.sleep(pause)
            spent = self._noted(sent, spent, pause, again=True)

    def _pause(self, sent: Answered, spent: Patience, idempotent: bool) -> float | None:
        """Seconds until the next try; None when there is none."""
        if sent.response is not None:
            asked = throttle_pause(sent.response, self.wall)
            return None if asked is None else asked or self._backoff(spent.throttled)
        if sent.failure is None or not may_repeat(sent.failure, idempotent=idempotent):
            return None
        if spent.network + 1 >= self.policy.network_attempts:
            return None
        return self._backoff(spent.network)

    def _backoff(self, failures: int) -> float:
        pause = self.policy.first_pause * math.pow(2, min(failures, 16))
        return float(min(self.policy.longest_pause, pause))

    def _noted(self, sent: Answered, spent: Patience, pause: float, *, again: bool) -> Patience:
        throttled = sent.response is not None and throttle_pause(sent.response) is not None
        return Patience(
            attempts=spent.attempts + again,
            throttled=spent.throttled + throttled,
            network=spent.network + (sent.response is None),
            waited=spent.waited + pause,
        )


def _retry_after(value: str | None, now: Callable[[], float]) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
        return max(0.0, moment.timestamp() - now())
    except (ValueError, OverflowError, TypeError, OSError):
        return None
