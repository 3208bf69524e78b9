"""Judges what only several requests together show: repeats, strangers, flow control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from urllib.parse import unquote

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON
from conformance.certification.judges.placeholders import is_blank
from conformance.certification.recording.call import Call

NO_SUCH = frozenset({"RTC.00001008", "RTC.00001011", "RTC.00001014", "RTC.00001015"})
"""Section 14.2: job, recording rule, bucket, application do not exist."""
NOT_USABLE = frozenset({"RTC.00001009", "RTC.00001016"})
"""Section 14.2: the job is over; the application is disabled."""
PASSING = frozenset(
    {
        "RTC.00001006",
        "RTC.00001007",
        "RTC.00001013",
        "RTC.00001016",
        "RTC.00001017",
        "RTC.00001018",
        "RTC.00001022",
    }
)
"""Section 14.2: refusals that time or another request may lift."""
FINAL = frozenset({400, 403, 404, 405})
"""Table 14-1: these say to change the request before it is sent again."""
THROTTLED = 429
IN_FLIGHT_SECONDS = 0.25
"""How long a request of a busy client may take from its decision to us."""


class ConductJudge:
    """Judges a whole recording, in the order of arrival."""

    def __init__(
        self, ledger: ClientLedger, flow_groups: Mapping[str, tuple[int, float]], scale: float = 1.0
    ) -> None:
        self._ledger = ledger
        self._groups = flow_groups
        self._scale = scale

    def judge(self, calls: Iterable[Call]) -> None:
        """Judge every request in the light of those before it."""
        ordered = sorted(calls, key=lambda call: call.exchange.number)
        self._resources(ordered)
        self._repeats(ordered)
        self._creates(ordered)
        for group in self._groups:
            self._flow(group, [call for call in ordered if _group(call) == group])

    def judge_step(self, calls: Sequence[Call]) -> None:
        """Judge what a client made of one order: how fast orders come is not its doing."""
        self._repeats(calls)
        self._creates(calls)
        self._retry_after(calls)

    def _resources(self, calls: list[Call]) -> None:
        deleted: set[str] = set()
        for call in calls:
            if call.operation is None or call.scripted or not call.route.path:
                continue
            named = [unquote(value) for _, value in call.route.path]
            if any(map(is_blank, named)):
                continue
            if call.status < 400:
                if call.operation.effect == "delete":
                    deleted.add(named[-1])
                for name in ("made", "kept", "usable"):
                    self._ledger.passed(f"{COMMON}/resources/{name}", call.case)
            elif call.code in NO_SUCH:
                gone = [value for value in named if value in deleted]
                name = "kept" if gone else "made"
                what = f"{', '.join(gone)} was deleted before" if gone else "it was never made"
                self._ledger.broke(
                    f"{COMMON}/resources/{name}",
                    call,
                    f"the request names what does not exist: {what}",
                    "something that exists",
                    f"{', '.join(named)}, answered {call.code}",
                )
            elif call.code in NOT_USABLE:
                self._ledger.broke(
                    f"{COMMON}/resources/usable",
                    call,
                    "the request can have no effect any more",
                    "a running job, an enabled application",
                    f"answered {call.code}",
                )

    def _repeats(self, calls: Sequence[Call]) -> None:
        """A refused request comes again, and nothing was changed in between."""
        refused: dict[tuple[object, ...], Call] = {}
        for call in calls:
            key = _identity(call)
            earlier = refused.get(key)
            if earlier is not None:
                self._ledger.broke(
                    f"{COMMON}/repeats/refused",
                    call,
                    f"{earlier.case} was refused with {earlier.status}, and is sent again as it"
                    " was",
                    "a changed request",
                    "the same request",
                )
            if call.status in FINAL and call.code not in PASSING:
                refused[key] = call
                self._ledger.passed(f"{COMMON}/repeats/refused", call.case)
            elif call.status < 400 and call.operation and not call.operation.reads_only:
                refused.clear()
            else:
                refused.pop(key, None)

    def _creates(self, calls: Sequence[Call]) -> None:
        failed: dict[tuple[object, ...], Call] = {}
        for call in calls:
            if call.operation is None or call.operation.effect != "create":
                continue
            key = _identity(call)
            earlier = failed.pop(key, None)
            if earlier is not None:
                how = f"answered {earlier.status}" if earlier.status else "not answered"
                self._ledger.broke(
                    f"{COMMON}/repeats/create",
                    call,
                    f"{earlier.case} was {how}, and is repeated",
                    "a look at what there is before creating again",
                    "the same request",
                )
            if call.status >= 500 or not call.status:
                failed[key] = call
                self._ledger.passed(f"{COMMON}/repeats/create", call.case)

    def _flow(self, group: str, calls: list[Call]) -> None:
        limit, seconds = self._groups[group]
        limit = max(1, round(limit * self._scale))
        for position, call in enumerate(calls):
            first = position - limit
            if first >= 0 and call.moment - calls[first].moment < seconds:
                taken = call.moment - calls[first].moment
                self._ledger.broke(
                    f"{COMMON}/flow/{group}",
                    call,
                    f"too many requests of the group {group}",
                    f"at most {limit} in {seconds:g} s",
                    f"{limit + 1} in {taken:.2f} s",
                )
            else:
                self._ledger.passed(f"{COMMON}/flow/{group}", call.case)
        self._retry_after(calls)

    def _retry_after(self, calls: Sequence[Call]) -> None:
        """After 429 its group rests; what was on its way before that was known is excused."""
        parallel = _is_parallel(calls)
        refusal: Call | None = None
        until = 0.0
        for call in calls:
            early = refusal is not None and call.moment < until
            if refusal is not None and early and not _on_its_way(call, refusal, parallel=parallel):
                self._ledger.broke(
                    f"{COMMON}/flow/retry-after",
                    call,
                    "the pause that 429 asks for is not kept",
                    f"nothing of the group for {_seconds(refusal):g} s",
                    f"a request {until - call.moment:.2f} s too early",
                )
            if call.status == THROTTLED:
                self._ledger.passed(f"{COMMON}/flow/retry-after", call.case)
                refusal = refusal if early else call
                until = max(until, call.answered + _seconds(call))


def _is_parallel(calls: Sequence[Call]) -> bool:
    """Whether the client ever had two requests under way at once."""
    return any(after.moment < call.answered for call, after in pairwise(calls))


def _on_its_way(call: Call, refusal: Call, *, parallel: bool) -> bool:
    """Whether a request was sent before the client can have read the refusal.

    One that arrived before the refusal went out was. Beside it, a client with several requests
    at once may have one under way on another connection.
    """
    if call.moment < refusal.answered:
        return True
    other = not call.connection or call.connection != refusal.connection
    return parallel and other and call.moment < refusal.answered + IN_FLIGHT_SECONDS


def _seconds(call: Call) -> float:
    answer = call.exchange.response
    value = answer.header("Retry-After") if answer else None
    return float(value) if value and value.isdigit() else 0.0


def _group(call: Call) -> str:
    return call.operation.flow_group if call.operation else ""


def _identity(call: Call) -> tuple[object, ...]:
    """What makes two requests the same: method, address and body, and the token that was used."""
    token = call.headers.get("x-auth-token", "")
    content = call.headers.get("content-type", "")
    signed = bool(call.headers.get("authorization"))
    request = call.exchange.request
    return request.method, request.url, call.body, token, content, signed
