"""Judges sequences of requests: repetitions, unknown resources, flow control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON
from conformance.certification.judges.in_flight import is_parallel, on_its_way
from conformance.certification.judges.paging import PagingJudge
from conformance.certification.judges.placeholders import is_blank
from conformance.certification.judges.sameness import identity
from conformance.certification.judges.tokens import TokenJudge
from conformance.certification.recording.call import Call, Lost

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


class SequenceJudge:
    """Judges a whole recording, in the order of arrival."""

    def __init__(
        self, ledger: ClientLedger, flow_groups: Mapping[str, tuple[int, float]], scale: float = 1.0
    ) -> None:
        self._ledger = ledger
        self._groups = flow_groups
        self._scale = scale
        self._tokens = TokenJudge(ledger)
        self._paging = PagingJudge(ledger)

    def judge(self, calls: Iterable[Call]) -> None:
        """Judge every request in the light of those before it, in order of arrival.

        Calls that were meant to fail matter only where requests are counted.
        """
        everything = list(calls)
        ordered = [call for call in everything if not call.is_meant_failure]
        self._resources(ordered)
        self._repeats(ordered)
        self._creates(ordered)
        self._tokens.judge(ordered)
        self._paging.judge(ordered)
        if any(Lost.TIME in call.lost for call in ordered):
            return
        for group in self._groups:
            self._flow(group, [call for call in everything if _group(call) == group])
            self._retry_after([call for call in ordered if _group(call) == group])

    def judge_step(self, calls: Sequence[Call]) -> None:
        """Judge the requests for one driven call; the pace of the calls is not the client's."""
        self._repeats(calls)
        self._creates(calls)
        self._tokens.renewed(calls)
        self._retry_after(calls)

    def judge_driven(self, calls: Sequence[Call]) -> None:
        """Judge what only all driven calls together show."""
        self._tokens.cached(calls)

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
                what = f"{', '.join(gone)} was deleted before" if gone else "it was never created"
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
                    "the request can no longer have an effect",
                    "a running job, an enabled application",
                    f"answered {call.code}",
                )

    def _repeats(self, calls: Sequence[Call]) -> None:
        """A refused request is repeated though nothing was changed in between."""
        refused: dict[tuple[object, ...], Call] = {}
        for call in calls:
            key = identity(call)
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
        """A create is repeated though its result is unknown and nobody has looked."""
        open_: dict[tuple[object, ...], Call] = {}
        for call in calls:
            if call.operation is None:
                continue
            if call.operation.reads_only and 200 <= call.status < 300:
                chapter = call.operation.chapter
                open_ = {k: c for k, c in open_.items() if _chapter(c) != chapter}
            if call.operation.effect != "create":
                continue
            key = identity(call)
            earlier = open_.pop(key, None)
            if earlier is not None:
                self._ledger.broke(
                    f"{COMMON}/repeats/create",
                    call,
                    f"{earlier.case} was {_fate(earlier)}, and is repeated",
                    "a look at what there is before creating again",
                    "the same request",
                )
            if _fate(call):
                open_[key] = call
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

    def _retry_after(self, calls: Sequence[Call]) -> None:
        """After 429 the group must pause; requests that were under way are excused."""
        parallel = is_parallel(calls)
        refusal: Call | None = None
        until = 0.0
        for call in calls:
            early = refusal is not None and call.moment < until
            if refusal is not None and early and not on_its_way(call, refusal, parallel=parallel):
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


def _chapter(call: Call) -> str:
    return call.operation.chapter if call.operation else ""


def _fate(call: Call) -> str:
    """How an answer leaves the effect of the request unknown; empty where it is known."""
    if not call.status:
        return "not answered"
    if call.status >= 500:
        return f"answered {call.status}"
    if not call.is_heard:
        return "not answered to the end"
    success = call.operation.success if call.operation else None
    if (
        success is not None
        and Lost.ANSWER not in call.lost
        and call.status == success.status
        and success.schema is not None
    ):
        answer = call.exchange.response
        return "answered with what is not JSON" if answer and answer.parsed[1] else ""
    return ""


def _seconds(call: Call) -> float:
    answer = call.exchange.response
    value = answer.header("Retry-After") if answer else None
    return float(value) if value and value.isdigit() else 0.0


def _group(call: Call) -> str:
    return call.operation.flow_group if call.operation else ""
