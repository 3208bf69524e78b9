"""What must not leave does not leave, however it is spelled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access.budget import BudgetSpent, RequestBudget
from conformance.access.capability import CAPABILITIES, TOUCHES_OTHERS
from conformance.access.guard import Guard, GuardTransport
from conformance.errors import ConfigurationError, Refused

BASE = "http://target.test"


@pytest.fixture
def reached() -> list[httpx.Request]:
    """Requests that got through to the network."""
    return []


@pytest.fixture
def send(make_settings: Any, reached: list[httpx.Request]) -> Any:
    """Send through a guard with these settings."""

    def send(
        method: str, url: str = "/v2/apps", headers: dict[str, str] | None = None, **changes: Any
    ) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            reached.append(request)
            return httpx.Response(200)

        guard = Guard(make_settings(**changes))
        transport = GuardTransport(httpx.MockTransport(answer), guard)
        with httpx.Client(transport=transport, base_url=BASE) as client:
            client.request(method, url, headers=headers)

    return send


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "LINK", "TRACE"])
def test_read_only_target_is_only_read(send: Any, reached: list[Any], method: str) -> None:
    """Without writes, anything but reading is stopped before the network."""
    with pytest.raises(Refused, match="does not allow writes"):
        send(method, capabilities=frozenset({"obs"}))
    assert reached == []
    send("GET", capabilities=frozenset())
    send("HEAD", capabilities=frozenset())
    assert len(reached) == 2


def test_method_override_is_no_way_around(send: Any, reached: list[Any]) -> None:
    """A GET that asks to be a DELETE counts as a write."""
    with pytest.raises(Refused):
        send("GET", headers={"X-HTTP-Method-Override": "DELETE"}, capabilities=frozenset())
    assert reached == []


DANGEROUS = [
    ("rooms.remove", "POST", "/v2/apps/a/rooms/r/batch-remove-users"),
    ("rooms.remove", "PUT", "/v2/apps/a/rooms/r/Batch-Remove-Users/"),
    ("rooms.dismiss", "POST", "/v2/apps/a/rooms/r/dismiss"),
    ("rooms.dismiss", "POST", "/v2/apps/a/rooms/r/%64ismiss"),
    ("rooms.dismiss", "POST", "/v2/apps/a/rooms/r/%2564ismiss?x=1"),
    ("rooms.dismiss", "POST", "//v2//apps/a/rooms/r//dismiss;v=1"),
    ("obs.authorise", "PUT", "/v2/rtc-ops/buckets/authentication"),
    ("obs.authorise", "POST", "/rtc-ops/buckets//authentication"),
    ("obs.authorise", "PUT", "/v2/rtc-ops/buckets/./authentication"),
]


@pytest.mark.parametrize(("capability", "method", "path"), DANGEROUS)
def test_operation_that_touches_others_needs_its_own_permission(
    send: Any, reached: list[Any], capability: str, method: str, path: str
) -> None:
    """Writes alone, and the permissions of the other operations, are not enough."""
    url = f"{BASE}{path}"
    with pytest.raises(Refused, match=f"does not allow {capability}"):
        send(method, url, capabilities=frozenset(CAPABILITIES) - {capability})
    assert reached == []
    send(method, url, capabilities=frozenset({"writes", capability}))
    assert len(reached) == 1


def test_ordinary_write_needs_no_special_permission(send: Any, reached: list[Any]) -> None:
    """The three permissions are for three operations only."""
    everyday = frozenset(CAPABILITIES) - TOUCHES_OTHERS
    send("POST", "/v2/apps/dismissed", capabilities=everyday)
    send("GET", "/v2/rtc-ops/buckets", capabilities=frozenset())
    assert len(reached) == 2


@pytest.mark.parametrize(
    "url", ["http://other.test/", "https://target.test/", "http://target.test:81/"]
)
def test_other_hosts_are_not_reached(send: Any, reached: list[Any], url: str) -> None:
    """Credentials go to the target and its identity service, to nobody else."""
    with pytest.raises(Refused, match="not the target"):
        send("GET", url)
    assert reached == []


def test_read_only_target_can_be_logged_into(send: Any, reached: list[Any]) -> None:
    """Obtaining a token is no write; anything else at the identity service is."""
    options: dict[str, Any] = {
        "identity_url": "http://iam.test/base",
        "capabilities": frozenset({"obs"}),
    }
    send("POST", "http://iam.test/base/v3/auth/tokens", **options)
    assert len(reached) == 1
    for url in ("http://iam.test/v3/users", "http://target.test/v3/auth/tokens"):
        with pytest.raises(Refused):
            send("POST", url, **options)
    assert len(reached) == 1


def test_production_host_needs_the_yes(send: Any, reached: list[Any]) -> None:
    """Settings made in code get the same treatment as a file."""
    base = "https://rtc-api.myhuaweicloud.com"
    with pytest.raises(Refused, match="production = true"):
        send("GET", base, base_url=base)
    assert reached == []
    send("GET", base, base_url=base, production=True)
    assert len(reached) == 1


def test_budget_stops_the_run(make_settings: Any) -> None:
    """The request after the last is refused; refused requests cost nothing."""
    budget = RequestBudget(2)
    guard = Guard(make_settings(capabilities=frozenset()), budget)
    request = httpx.Request("GET", f"{BASE}/v2/apps")
    with pytest.raises(Refused):
        guard.check(httpx.Request("DELETE", f"{BASE}/v2/apps/1"))
    guard.check(request)
    guard.check(request)
    with pytest.raises(BudgetSpent, match="all 2 requests are spent"):
        guard.check(request)
    assert budget.spent == 2


SPENDER = """
import sys
from pathlib import Path
from conformance.access.budget import RequestBudget
budget = RequestBudget(100, Path(sys.argv[1]))
for _ in range(20):
    budget.take()
"""


def test_budget_is_shared_by_processes(tmp_path: Path, side_by_side: Callable[..., None]) -> None:
    """Workers count into one file and lose no request."""
    path = tmp_path / "budget"
    side_by_side(SPENDER, 3, str(path))
    assert RequestBudget(100, path).spent == 60


def test_broken_budget_file_is_named(tmp_path: Path) -> None:
    """A file that is no count is an error, not a fresh budget."""
    path = tmp_path / "budget"
    path.write_text("many")
    with pytest.raises(ConfigurationError, match="is not a count"):
        RequestBudget(1, path).take()
