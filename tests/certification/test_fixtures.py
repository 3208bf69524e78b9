"""The fixtures of the plugin, used as a client's own tests would use them."""

from __future__ import annotations

import urllib.error
import urllib.request

import httpx
import pytest

from conformance.certification.mock import ContractMock
from conformance.certification.testserver import TestServer
from conformance.errors import UsageError

pytest_plugins = ["pytester"]

HEADERS = {"X-Auth-Token": "any", "Content-Type": "application/json"}


def test_the_server_serves_and_judges(sparkrtc_server: TestServer) -> None:
    """A right request is answered and breaks nothing; a wrong one is named."""
    headers = {**HEADERS, "X-Auth-Token": sparkrtc_server.token}
    with httpx.Client(base_url=sparkrtc_server.base_url, headers=headers) as client:
        assert client.get("/v2/apps", params={"limit": 1}).json()["count"] == 2
        assert sparkrtc_server.violations() == []
        client.get("/v2/apps", params={"limit": 0})
    assert [line.split()[0] for line in sparkrtc_server.violations()] == [
        "client/ListApps/query/limit/minimum"
    ]


def test_the_server_has_situations(sparkrtc_server: TestServer) -> None:
    """The next answer of an operation can be chosen; what does not exist is a KeyError."""
    sparkrtc_server.situation("ListApps", "throttled")
    headers = {**HEADERS, "X-Auth-Token": sparkrtc_server.token}
    with httpx.Client(base_url=sparkrtc_server.base_url, headers=headers) as client:
        answer = client.get("/v2/apps")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert client.get("/v2/apps").status_code == 200
    with pytest.raises(KeyError):
        sparkrtc_server.situation("ListApps", "unheard-of")


def test_the_mock_answers_valid_bodies(sparkrtc_mock: ContractMock) -> None:
    """Every answer of the mock is one that the contract allows, with no server running."""
    with httpx.Client(base_url=sparkrtc_mock.base_url, headers=HEADERS) as client:
        app = client.get("/v2/apps/0123456789abcdef").json()
        assert app["app_id"]
        assert client.delete("/v2/apps/0123456789abcdef").status_code == 204
    assert sparkrtc_mock.violations(strict=True) == []


def test_the_mock_answers_what_a_test_plans(sparkrtc_mock: ContractMock) -> None:
    """A situation, or a body of the test's own that the contract allows; any other is refused."""
    sparkrtc_mock.answer("CreateApp", json={"app_id": "mine"})
    sparkrtc_mock.answer("CreateApp", "error-400-RTC.00001020")
    with httpx.Client(base_url=sparkrtc_mock.base_url, headers=HEADERS) as client:
        assert client.post("/v2/apps", json={"app_name": "a"}).json() == {"app_id": "mine"}
        refused = client.post("/v2/apps", json={"app_name": "a"})
        assert refused.json()["error_code"] == "RTC.00001020"
    with pytest.raises(UsageError, match="app_id breaks required"):
        sparkrtc_mock.answer("CreateApp", json={})
    with pytest.raises(UsageError, match="is not a situation"):
        sparkrtc_mock.answer("CreateApp", "unheard-of")


def test_the_mock_fails_the_test_on_a_violation(pytester: pytest.Pytester) -> None:
    """A client that breaks the contract fails its test, and the message names the requirement."""
    pytester.makepyfile(
        """
        import httpx

        def test_client(sparkrtc_mock):
            headers = {"X-Auth-Token": "any", "Content-Type": "application/json"}
            url = sparkrtc_mock.base_url + "/v2/apps"
            assert httpx.post(url, json={"app_name": 7}, headers=headers).status_code == 400
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*client/CreateApp/body/app_name/type (request-1)*"])


def test_the_mock_is_nobody_for_other_clients(sparkrtc_mock: ContractMock) -> None:
    """What is not httpx reaches no server, least of all the vendor's, and is told what to use."""
    host = sparkrtc_mock.base_url.removeprefix("https://")
    assert host.endswith(".invalid")
    request = urllib.request.Request(f"{sparkrtc_mock.base_url}/v2/apps/a", method="DELETE")  # noqa: S310
    with pytest.raises(urllib.error.URLError, match=r"answers httpx only.*sparkrtc_server"):
        urllib.request.urlopen(request, timeout=2)  # noqa: S310


MEANT = {**HEADERS, "X-Conformance-Meant-To-Fail": "too many at once"}


def test_the_server_is_told_of_negative_tests(sparkrtc_server: TestServer) -> None:
    """What a test means to fail is no violation, of no level; the next call is judged again."""
    headers = {**HEADERS, "X-Auth-Token": sparkrtc_server.token}
    with httpx.Client(base_url=sparkrtc_server.base_url, headers=headers) as client:
        sparkrtc_server.meant_to_fail("ShowApp", "unknown application")
        assert client.get("/v2/apps/0123456789abcdef").status_code == 404
        meant = {"X-Conformance-Meant-To-Fail": "too many at once"}
        assert client.get("/v2/apps", params={"limit": 0}, headers=meant).status_code == 400
        assert sparkrtc_server.violations(strict=True) == []
        client.get("/v2/apps/fedcba9876543210")
    (line,) = sparkrtc_server.violations(strict=True)
    assert line.startswith("client/common/resources/made")
    with pytest.raises(KeyError):
        sparkrtc_server.meant_to_fail("Unheard", "of")


def test_the_mock_is_told_of_negative_tests(sparkrtc_mock: ContractMock) -> None:
    """A request that a test means to be refused is refused, and does not fail the test."""
    with httpx.Client(base_url=sparkrtc_mock.base_url, headers=MEANT) as client:
        assert client.get("/v2/apps", params={"limit": 0}).status_code == 400
        assert client.get("/v2/apps", params={"page": 1}).status_code == 200
    assert sparkrtc_mock.violations() == []
    assert len(sparkrtc_mock.violations(strict=True)) == 1
