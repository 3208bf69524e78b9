"""The ways in which faults deviate: what is done to a request, or to its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.faults import tree
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn

Edit = Callable[[Any, Any], None]


def on_answer(change: Callable[[Turn, Answer], Answer], status: int | None = None) -> Behaviour:
    """Let the request through and change what comes back, if it has that status (or succeeded)."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        concerned = answer.succeeded if status is None else answer.status == status
        return change(turn, answer) if concerned else answer

    return behave


def on_body(change: Callable[[Turn, Any], Any], status: int | None = None) -> Behaviour:
    """Let the request through and change the JSON that comes back."""

    def apply(turn: Turn, answer: Answer) -> Answer:
        return answer.with_json(change(turn, answer.json))

    return on_answer(apply, status)


def on_field(path: str, edit: Edit, status: int | None = None) -> Behaviour:
    """Let the request through and edit every value at ``path`` of the answer."""
    return on_body(lambda _turn, body: tree.change(body, path, edit), status)


def on_request(change: Callable[[Turn], Request | None]) -> Behaviour:
    """Change the request before the reference sees it; None leaves it as it is."""

    async def behave(turn: Turn) -> Answer:
        return await turn.forward(change(turn) or turn.request)

    return behave


def instead(answer: Callable[[Turn], Answer | None]) -> Behaviour:
    """Answer without the reference; None lets the request through."""

    async def behave(turn: Turn) -> Answer:
        made_up = answer(turn)
        return await turn.forward(turn.request) if made_up is None else made_up

    return behave
