"""Judges how a client keeps its token: fetched once (3.2), and given up after 401 (14.1)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON
from conformance.certification.judges.in_flight import is_parallel, on_its_way
from conformance.certification.judges.sameness import identity
from conformance.certification.recording.call import Call

TOKEN, ISSUED = "x-auth-token", "X-Subject-Token"
MANY = 3
"""Tokens fetched, each for one call at most, until that is taken for a habit."""
UNAUTHENTICATED = 401
_MASKED = re.compile(r"[\W_]*(redacted|removed|masked|hidden|x+)?[\W_]*", re.IGNORECASE)
"""What exports write in place of a secret: two of them may stand for two tokens."""


class TokenJudge:
    """Judges the tokens of a whole recording, in the order of arrival."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger

    def judge(self, calls: Sequence[Call]) -> None:
        """Judge caching and renewal."""
        self.renewed(calls)
        self.cached(calls)

    def renewed(self, calls: Sequence[Call]) -> None:
        """Judge that a refused token is not used again.

        A token that the client was given from outside cannot be replaced by it, and a staged
        refusal is a test of one call: there only the same call counts.
        """
        parallel = is_parallel(calls)
        issued = {token for call in calls if (token := _issued(call))}
        refused: dict[str, Call] = {}
        for call in calls:
            token = _sent(call)
            if not token or call.unreadable:
                continue
            earlier = refused.get(token)
            if earlier is not None and not on_its_way(call, earlier, parallel=parallel):
                staged = earlier.scripted is not None and token not in issued
                if not staged or identity(call) == identity(earlier):
                    self._broke_renewed(call, earlier)
            if call.status == UNAUTHENTICATED:
                refused.setdefault(token, call)
                self._ledger.passed(f"{COMMON}/credentials/renewed", call.case)

    def _broke_renewed(self, call: Call, earlier: Call) -> None:
        self._ledger.broke(
            f"{COMMON}/credentials/renewed",
            call,
            f"{earlier.case} was answered 401, and its token is used again",
            "a new token",
            "the same token",
        )

    def cached(self, calls: Iterable[Call]) -> None:
        """Judge that tokens are not fetched again and again with the same credentials."""
        used: dict[str, int] = defaultdict(int)
        fetched: dict[bytes, list[tuple[str, Call]]] = defaultdict(list)
        for call in calls:
            token = _issued(call)
            if token:
                fetched[call.body].append((token, call))
            elif _sent(call):
                used[_sent(call)] += 1
                if call.status == UNAUTHENTICATED:
                    used[_sent(call)] += MANY
        for made in fetched.values():
            wasted = [call for token, call in made[:-1] if used[token] <= 1]
            if len(made) >= MANY and len(wasted) == len(made) - 1:
                self._ledger.broke(
                    f"{COMMON}/credentials/cached",
                    made[-1][1],
                    f"{len(made)} tokens were fetched with the same credentials, for a call each",
                    "one token, used until it expires",
                    f"{len(made)} tokens",
                )
            else:
                self._ledger.passed(f"{COMMON}/credentials/cached", made[0][1].case)


def _sent(call: Call) -> str:
    return _plain(call.headers.get(TOKEN, ""))


def _issued(call: Call) -> str:
    """The token in an answer; empty for none."""
    answer = call.exchange.response
    if answer is None or not 200 <= answer.status < 300:
        return ""
    return _plain(answer.header(ISSUED) or "")


def _plain(token: str) -> str:
    return "" if _MASKED.fullmatch(token) else token
