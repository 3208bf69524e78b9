"""The ways in which variants choose otherwise, over those of the faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import on_answer
from conformance.faults.messages import Answer
from conformance.faults.middleware import Behaviour, Turn

Change = Callable[[dict[str, Any]], dict[str, Any]]


def recoded(status: int, codes: Mapping[str, str], new_status: int | None = None) -> Behaviour:
    """Refusals of a status carry other codes (old to new), perhaps with another status."""

    def change(_turn: Turn, answer: Answer) -> Answer:
        body, code = answer.json, answer.code
        if code is None or code not in codes:
            return answer
        changed = answer.with_json({**body, "error_code": codes[code]})
        return changed if new_status is None else changed.with_status(new_status)

    return on_answer(change, status)


def each_text(change: Callable[[str], str]) -> Behaviour:
    """Every text of an answer of success goes through ``change``."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return change(value) if isinstance(value, str) else value

    return answered(walk)


def each_object(key: str, change: Change) -> Behaviour:
    """Every object of an answer of success that has the key goes through ``change``."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        value = {name: walk(item) for name, item in value.items()}
        return change(value) if key in value else value

    return answered(walk)


def answered(change: Callable[[Any], Any]) -> Behaviour:
    """The JSON of answers of success goes through ``change``; those without any do not."""

    def apply(_turn: Turn, answer: Answer) -> Answer:
        body = answer.json
        return answer if body is None else answer.with_json(change(body))

    return on_answer(apply)


def of_every_answer(change: Callable[[Answer], Answer]) -> Behaviour:
    """Whatever is answered, refusals too, goes through ``change``."""

    async def behave(turn: Turn) -> Answer:
        return change(await turn.forward(turn.request))

    return behave


def with_headers(added: Mapping[str, str]) -> Behaviour:
    """Every answer carries these headers beside its own."""
    more = tuple((name.encode(), value.encode()) for name, value in added.items())
    return of_every_answer(lambda answer: replace(answer, headers=(*answer.headers, *more)))
