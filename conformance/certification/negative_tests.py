"""Calls that a client's tests expect to fail: marked by the client, not judged, reported.

There are three ways: a header of the request, a plan made beforehand, or an option of the
certification (``--meant-to-fail``, ``SPARKRTC_MEANT_TO_FAIL``). A call that was meant to fail but
succeeds is judged like any other, and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from conformance.certification.recording.call import Call
from conformance.contract.document import Contract
from conformance.errors import UsageError
from conformance.model.requirement import glob_to_pattern

OPTION = "--meant-to-fail"
VARIABLE = "SPARKRTC_MEANT_TO_FAIL"
_NAMED_AT_MOST = 10
_RULE = re.compile(r"([A-Za-z*?]+)(?::([1-5]\d\d))?(?:=(.+))?")


@dataclass(frozen=True, slots=True)
class MeantToFail:
    """Calls of these operations with this status (None: any error), and their test's name."""

    text: str
    operations: re.Pattern[str]
    status: int | None
    name: str

    def holds(self, call: Call) -> bool:
        """Whether the rule matches this call."""
        if call.operation is None or not self.operations.match(call.operation.id):
            return False
        return call.is_failed and self.status in {None, call.status}


def read_meant(texts: Iterable[str], contract: Contract) -> tuple[MeantToFail, ...]:
    """Read ``OPERATION[:STATUS][=NAME]``. Raises UsageError for anything else."""
    found = []
    for text in texts:
        match = _RULE.fullmatch(text)
        if match is None:
            raise UsageError(OPTION, f"{text!r} cannot be read", "give OPERATION[:STATUS][=NAME]")
        pattern = glob_to_pattern(match[1])
        if not any(pattern.match(name) for name in contract.operations):
            raise UsageError(OPTION, f"{match[1]!r} is not an operation", "name one, or use a glob")
        status = int(match[2]) if match[2] else None
        found.append(MeantToFail(text, pattern, status, match[3] or text))
    return tuple(found)


def mark_meant_to_fail(calls: Sequence[Call], rules: Iterable[MeantToFail]) -> tuple[Call, ...]:
    """The calls, with those marked that a rule matches."""
    known = tuple(rules)

    def mark(call: Call) -> Call:
        rule = next((rule for rule in known if not call.meant and rule.holds(call)), None)
        return replace(call, planned=rule.name) if rule else call

    return tuple(map(mark, calls))


def remarks_on(calls: Sequence[Call], rules: Iterable[MeantToFail]) -> list[str]:
    """Remarks on the calls left out, those that did not fail, and rules without a match."""
    failed: dict[str, list[str]] = {}
    served: dict[str, list[str]] = {}
    for call in calls:
        if call.meant:
            there = failed if call.is_meant_failure else served
            there.setdefault(call.meant, []).append(call.case)
    said = [f"meant to fail, not judged: {name} ({_list(them)})" for name, them in failed.items()]
    said += [
        f"meant to fail, and did not, so judged as ever: {name} ({_list(them)})"
        for name, them in served.items()
    ]
    idle = [rule.text for rule in rules if not any(rule.holds(call) for call in calls)]
    return said + [f"{OPTION} {text} fits no call" for text in idle]


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
    return f"{', '.join(names[:_NAMED_AT_MOST])}{more}"
