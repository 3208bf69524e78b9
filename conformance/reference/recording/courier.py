"""Taking notices to customers: one after the other for an application, a few tries, then no more.

Nothing here is waited for by the API: a thread for each application that has something to be
delivered, which ends when there is nothing left.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from conformance.reference.recording.notices import Notice

State = Literal["waiting", "delivered", "failed", "dropped", "withdrawn"]

ATTEMPTS = 3
PAUSES = (0.2, 1.0)
"""Seconds between the attempts."""
ANSWER_SECONDS = 5.0
MOST_WAITING = 1000
"""Notices that wait for one application; what comes beyond is dropped."""
_KEPT = 1000
"""Deliveries that are remembered."""


@dataclass(slots=True)
class Delivery:
    """How one notice fared; ``status`` is that of the last answer, ``failure`` why none came."""

    number: int
    app_id: str
    url: str
    event: str
    state: State = "waiting"
    attempts: int = 0
    status: int | None = None
    failure: str = ""


class Courier:
    """Delivers the notices of a whole service. ``current`` tells an application's address now."""

    def __init__(self, current: Callable[[str], str | None]) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[tuple[Notice, Delivery]]] = {}
        self._kept: deque[Delivery] = deque(maxlen=_KEPT)
        self._number = 0

    def send(self, notice: Notice) -> None:
        """Queue a notice; returns at once."""
        with self._lock:
            self._number += 1
            delivery = Delivery(self._number, notice.app_id, notice.url, notice.event)
            self._kept.append(delivery)
            queue = self._waiting.get(notice.app_id)
            if queue is not None:
                if len(queue) >= MOST_WAITING:
                    delivery.state = "dropped"
                else:
                    queue.append((notice, delivery))
                return
            self._waiting[notice.app_id] = deque([(notice, delivery)])
        worker = threading.Thread(
            target=self._drain, args=(notice.app_id,), name="courier", daemon=True
        )
        worker.start()

    def deliveries(self, app_id: str | None = None) -> list[dict[str, Any]]:
        """What was delivered, or was not, oldest first."""
        with self._lock:
            return [asdict(one) for one in self._kept if app_id in (None, one.app_id)]

    def _drain(self, app_id: str) -> None:
        import httpx  # the first notice pays for it, not the start of every server

        with httpx.Client(
            timeout=ANSWER_SECONDS, trust_env=False, follow_redirects=False, verify=_trust()
        ) as client:
            while True:
                with self._lock:
                    queue = self._waiting[app_id]
                    if not queue:
                        del self._waiting[app_id]
                        return
                    notice, delivery = queue.popleft()
                self._deliver(client, notice, delivery)

    def _deliver(self, client: httpx.Client, notice: Notice, delivery: Delivery) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSES[attempt - 1])
                if self._current(notice.app_id) != notice.url:
                    delivery.state = "withdrawn"
                    return
            delivery.attempts += 1
            if _attempt(client, notice, delivery):
                delivery.state = "delivered"
                return
        delivery.state = "failed"


def _attempt(client: httpx.Client, notice: Notice, delivery: Delivery) -> bool:
    """Send it once; whether it was taken."""
    import httpx  # known by now

    body = notice.raw if notice.raw is not None else json.dumps(notice.body).encode()
    delivery.status, delivery.failure = None, ""
    try:
        answer = client.request(
            notice.method, notice.url, content=body, headers=dict(notice.headers)
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        delivery.failure = f"{type(error).__name__}: {error}"[:200]
        return False
    delivery.status = answer.status_code
    return answer.is_success


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The authorities that the machine trusts; reading them takes a while."""
    return ssl.create_default_context()
