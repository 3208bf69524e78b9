"""The time of a run: this machine's clock plus what the target's clock was moved ahead."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from conformance.access.capability import CLOCK
from conformance.access.settings import TargetSettings
from conformance.engine.outcomes import Blocked
from conformance.model.exchange import Request, Response

Post = Callable[[Request], Response | None]


class TargetClock:
    """Tells the time, and moves the target's clock where that is possible.

    ``post`` sends a request that judges nothing, with the credentials of the run.
    """

    def __init__(self, settings: TargetSettings, post: Post) -> None:
        self._settings = settings
        self._post = post
        self._ahead = dt.timedelta()

    def now(self) -> dt.datetime:
        """The time of the run, UTC."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the target's clock (capability ``clock``). Raises Blocked when it does not move."""
        url = self._settings.fixtures.clock_url
        if url is None:
            raise Blocked("the target's clock cannot be moved; set fixtures.clock_url")
        body = json.dumps({"seconds": seconds}).encode()
        headers = (("Content-Type", "application/json"),)
        answer = self._post(Request(None, "POST", url, headers, body))
        if answer is None or answer.status != 200:
            raise Blocked(f"the clock at {url} did not move")
        self._ahead += dt.timedelta(seconds=seconds)

    def hasten(self, seconds: float) -> bool:
        """Move the target's clock a little, if it can be moved; return whether it was."""
        if not self._settings.allows(CLOCK):
            return False
        try:
            self.advance(seconds)
        except Blocked:
            return False
        return True
