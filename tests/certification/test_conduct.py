"""What several requests together show, call by call: times, connections and answers as given."""

from __future__ import annotations

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import requirements_on_requests
from conformance.certification.judges.sequences import SequenceJudge
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.recording.call import Call, Router
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange, Request, Response
from tests.certification.conftest import broken

RETRY_AFTER = "client/common/flow/retry-after"


def call(
    contract: Contract,
    number: int,
    moment: float,
    status: int = 200,
    *,
    elapsed: float = 0.01,
    port: int = 0,
) -> Call:
    """One call of ListApps."""
    request = Request("ListApps", "GET", "http://localhost/v2/apps", (), None)
    headers = (("Retry-After", "1"),) if status == 429 else ()
    exchange = Exchange(
        number, f"request-{number}", request, Response(status, headers, b"", elapsed)
    )
    return Call(
        exchange, Router(contract)("GET", "/v2/apps"), moment, connection=f"c:{port or number}"
    )


@pytest.mark.parametrize(
    ("following", "early"),
    [
        ((0.005, 2, 0.01), False),  # arrived before the 429 was answered
        ((0.10, 2, 0.01), False),  # on another connection, beside other requests
        ((0.10, 1, 0.01), True),  # on the connection that the 429 came back on
        ((0.50, 2, 0.01), True),  # long after it could be known
    ],
)
def test_what_was_on_its_way_is_not_too_early(
    following: tuple[float, int, float], early: bool, contract: Contract
) -> None:
    """A client with several requests at once cannot call back those that it has sent."""
    moment, port, elapsed = following
    ledger = ClientLedger(requirements_on_requests(contract))
    calls = [
        call(contract, 1, 10.0, 429, elapsed=0.02, port=1),
        call(contract, 2, 10.001, port=3),
        call(contract, 3, 10.0 + moment, elapsed=elapsed, port=port),
    ]
    SequenceJudge(ledger, contract.flow_groups, 1000).judge(calls)
    assert (RETRY_AFTER in broken(ledger)) is early


def test_one_request_at_a_time_is_never_on_its_way(contract: Contract) -> None:
    """A client that waits for each answer knows of the 429, on whatever connection it goes on."""
    ledger = ClientLedger(requirements_on_requests(contract))
    calls = [call(contract, 1, 10.0, 429), call(contract, 2, 10.02)]
    SequenceJudge(ledger, contract.flow_groups, 1000).judge(calls)
    assert broken(ledger) == [RETRY_AFTER]


def test_a_refusal_that_nothing_explains_is_named(contract: Contract) -> None:
    """Not a word of the judges, and 400: that is listed, and is not green."""
    ledger = ClientLedger(requirements_on_requests(contract))
    calls = [call(contract, 1, 10.0, 400), call(contract, 2, 11.0, 400), call(contract, 3, 12.0)]
    ledger.broke("client/ListApps/query/limit/maximum", calls[1], "too many")
    assert unexplained_refusals(calls, ledger) == [
        "refused, not explained: request-1, ListApps, was answered 400"
    ]
