"""What a receiver has understood: files are told, each twice, and a driver of its is asked of them.

One JSON line each: ``{"id": 1, "op": "recordEvent", "arguments": {"obs_object": "…"}}``. The reply
is ``{"id": 1, "files": […]}``: what the receiver keeps of that object, with the fields of the
notice under their names; fields that it has no use for may be left out.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from conformance.certification.receiving.calling import Caller
from conformance.certification.receiving.situations import (
    COMPLETE,
    PREFIX,
    Notice,
    Situation,
)
from conformance.certification.scripted.driver import Driver
from conformance.model.exchange import Exchange
from conformance.model.requirement import Basis, Level, Requirement, Source
from conformance.model.verdict import Judgement, Outcome
from conformance.verdicts.ledger import Ledger

CASE = "understood"
_TOLD: tuple[dict[str, Any], ...] = (
    {},
    {"record_duration": 2**40, "width": 0, "height": 0},
    {"room_id": "三年二班", "stream_name": "s_1_三年二班_小明 🎧", "detail_message": "录制正常"},
)


def _requirement(name: str, text: str) -> Requirement:
    return Requirement(
        id=f"{PREFIX}/{CASE}/{name}",
        level=Level.SHOULD,
        operation=None,
        chapter="14",
        source=Source("14.6", ("14-3",)),
        text=text,
        kind="receiver",
        keyword=name,
        basis=Basis.IMPLIES,
        lines=((7897, 7917),),
    )


AS_SENT = _requirement("as-sent", "What is kept of a complete file is what was sent of it.")
ONCE = _requirement("once", "A file that is told twice is kept once.")


def judge_understanding(ledger: Ledger, caller: Caller, driver: Driver) -> list[Exchange]:
    """Send some files, each twice, and ask the driver what is stored. Raises DriverError."""
    run = secrets.token_hex(4)
    heard: list[Exchange] = []
    for number, change in enumerate(_TOLD):
        name = f"Record/{run}/{number}-小明.mp4"
        told = {**COMPLETE, **change, "job_id": f"{run}-{number}", "obs_object": name}
        notice = Notice(json.dumps(told).encode())
        exchanges = caller.put_into(
            Situation(CASE, Level.SHOULD, "", Basis.IMPLIES, AS_SENT.lines, (notice, notice))
        )
        heard += exchanges
        reply = driver.ask(number + 1, "recordEvent", {"obs_object": name})
        _judge(ledger, told, reply.get("files"), exchanges)
    return heard


def _judge(ledger: Ledger, told: dict[str, Any], files: Any, exchanges: Sequence[Exchange]) -> None:
    kept = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    number = exchanges[-1].number
    wrong = {
        name: one.get(name)
        for one in kept
        for name, value in told.items()
        if name in one and (one[name] != value or isinstance(one[name], bool))
    }
    for requirement, ok, message, expected, actual in (
        (ONCE.id, len(kept) == 1, "a file is not stored exactly once", "1", str(len(kept))),
        (
            AS_SENT.id,
            bool(kept) and not wrong,
            "a file is not stored as it was sent",
            str({name: told[name] for name in wrong} or "the file"),
            str(wrong or "nothing"),
        ),
    ):
        if ok:
            ledger.passed(requirement, CASE)
            continue
        ledger.record(Judgement(requirement, Outcome.FAIL, CASE, message, expected, actual, number))
