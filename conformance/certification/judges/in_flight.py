"""Finds requests that were under way when an answer was sent: they could not react to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conformance.certification.recording.call import Call

IN_FLIGHT_SECONDS = 0.25
"""How long a request of a busy client may take from its decision to us."""


def is_parallel(calls: Sequence[Call]) -> bool:
    """Whether the client ever had two requests under way at once."""
    return any(after.moment < call.answered for call, after in pairwise(calls))


def on_its_way(call: Call, refusal: Call, *, parallel: bool) -> bool:
    """Whether a request was sent before the client can have read the refusal.

    That is so if it arrived before the refusal was sent. A client with several requests at once may
    also have had one under way on another connection.
    """
    if call.moment < refusal.answered:
        return True
    other = not call.connection or call.connection != refusal.connection
    return parallel and other and call.moment < refusal.answered + IN_FLIGHT_SECONDS
