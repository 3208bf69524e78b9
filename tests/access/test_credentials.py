"""Credentials: found, complete, renewed in time, and never in a message."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access.auth import Account, PasswordAuth, SignatureAuth, TokenAuth
from conformance.access.credentials import credentials_from
from conformance.errors import ConfigurationError, TargetError

ROOT = Path(__file__).parents[2]
PASSWORD = {
    "SPARKRTC_USERNAME": "user",
    "SPARKRTC_PASSWORD": "canary-password",
    "SPARKRTC_DOMAIN": "account",
}
KEYS = {"HUAWEICLOUD_SDK_AK": "canary-ak", "HUAWEICLOUD_SDK_SK": "canary-sk"}


class Identity:
    """An identity service and an API behind one transport; counts tokens."""

    def __init__(self, status: int = 201) -> None:
        self.status = status
        self.tokens = 0
        self.bodies: list[bytes] = []
        self.used: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer both services."""
        if request.url.path == "/v3/auth/tokens":
            self.tokens += 1
            self.bodies.append(request.content)
            headers = {"X-Subject-Token": f"token-{self.tokens}"} if self.status == 201 else {}
            return httpx.Response(self.status, headers=headers, json={"token": {}})
        self.used.append(request.headers["X-Auth-Token"])
        return httpx.Response(200)


def test_token_is_cached_and_renewed_before_it_dies() -> None:
    """One token for many requests, a new one before 24 hours are over (3.2)."""
    service, now, heard = Identity(), [0.0], list[str]()
    auth = PasswordAuth(
        "http://iam.test/",
        Account("user", "pass", "account"),
        {"name": "cn-north-4"},
        heard=heard.append,
        clock=lambda: now[0],
    )
    with httpx.Client(transport=httpx.MockTransport(service), auth=auth) as client:
        for seconds in (0.0, 10.0, 22.9 * 3600, 23.5 * 3600):
            now[0] = seconds
            client.get("http://rtc.test/v2/apps")
    assert service.used == ["token-1", "token-1", "token-1", "token-2"]
    assert heard == ["token-1", "token-2"]


def test_token_request_is_the_one_of_the_document() -> None:
    """Section 3.1 shows the body; the scope is a project."""
    request = PasswordAuth(
        "http://iam.test", Account("u", "p", "d"), {"name": "cn-north-4"}
    ).token_request()
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"
    assert str(request.url) == "http://iam.test/v3/auth/tokens"
    assert json.loads(request.content) == {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": "u", "password": "p", "domain": {"name": "d"}}},
            },
            "scope": {"project": {"name": "cn-north-4"}},
        }
    }


def test_refused_login_is_one_line_without_the_password() -> None:
    """The message says what to check and does not quote the secret."""
    auth = PasswordAuth("http://iam.test", Account("u", "canary", "d"), {"id": "p"})
    transport = httpx.MockTransport(Identity(401))
    with (
        httpx.Client(transport=transport, auth=auth) as client,
        pytest.raises(TargetError, match="answered 401 without a token") as caught,
    ):
        client.get("http://rtc.test/")
    assert "canary" not in str(caught.value)


def test_signature_is_renewed_when_a_request_is_sent_again() -> None:
    """A second try carries a fresh date, not a stale signature over a stale date."""
    moments = iter([dt.datetime(2023, 11, 28, 1, tzinfo=dt.UTC), dt.datetime(2023, 11, 28, 2)])
    auth = SignatureAuth("ak", "sk", "p1", now=lambda: next(moments))
    request = httpx.Request("GET", "http://rtc.test/v2/apps")
    seen = []
    for _ in range(2):
        sent = next(auth.auth_flow(request))
        seen.append((sent.headers["X-Sdk-Date"], sent.headers["Authorization"]))
    assert [date for date, _ in seen] == ["20231128T010000Z", "20231128T020000Z"]
    assert seen[0][1] != seen[1][1]
    assert "SignedHeaders=host;x-project-id;x-sdk-date" in seen[0][1]


def test_body_over_twelve_megabytes_is_refused() -> None:
    """Section 3.2 limits signed bodies to 12 MB: exactly that passes, one byte more does not."""
    auth = SignatureAuth("ak", "sk")
    most = 12 * 1024 * 1024
    next(auth.auth_flow(httpx.Request("PUT", "http://rtc.test/", content=bytes(most))))
    with pytest.raises(ConfigurationError, match="use a token"):
        next(auth.auth_flow(httpx.Request("PUT", "http://rtc.test/", content=bytes(most + 1))))


@pytest.mark.parametrize(
    ("env", "kinds"),
    [
        ({"SPARKRTC_TOKEN": "canary-token"}, (TokenAuth, None)),
        (KEYS, (None, SignatureAuth)),
        (PASSWORD, (PasswordAuth, None)),
        ({**PASSWORD, **KEYS}, (PasswordAuth, SignatureAuth)),
        ({**PASSWORD, **KEYS, "SPARKRTC_TOKEN": "canary-token"}, (TokenAuth, SignatureAuth)),
    ],
)
def test_every_kind_is_found(make_settings: Any, env: dict[str, str], kinds: Any) -> None:
    """Both kinds side by side when both are there; tokens first, every operation takes them."""
    found = credentials_from(env, make_settings(identity_url="http://iam.test"))
    assert tuple(type(kind) if kind else None for kind in (found.token, found.signature)) == kinds
    assert found.default is (found.token or found.signature)
    assert {value for value in env.values() if value.startswith("canary")} <= set(found.secrets)
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("env", "changes", "message"),
    [
        ({}, {}, "none are given; set SPARKRTC_TOKEN"),
        ({"SPARKRTC_TOKEN": ""}, {}, "none are given"),
        ({"HUAWEICLOUD_SDK_AK": "canary"}, {}, "HUAWEICLOUD_SDK_SK missing"),
        ({**KEYS, "SPARKRTC_USERNAME": "u"}, {}, "SPARKRTC_PASSWORD and SPARKRTC_DOMAIN missing"),
        (PASSWORD, {}, "no identity service; set identity_url"),
        (PASSWORD, {"identity_url": "http://i", "project_id": None}, "set project_name"),
        ({"SPARKRTC_TOKEN": "canary\n"}, {}, "SPARKRTC_TOKEN: holds spaces"),
        (KEYS, {"auth": "token"}, "set SPARKRTC_TOKEN"),
        ({"SPARKRTC_TOKEN": "canary"}, {"auth": "signature"}, "HUAWEICLOUD_SDK_SK missing"),
        ({"SPARKRTC_TOKEN": "canary"}, {"auth": "password"}, "SPARKRTC_PASSWORD"),
    ],
)
def test_what_is_missing_is_named(
    make_settings: Any, env: dict[str, str], changes: dict[str, Any], message: str
) -> None:
    """Each gap gets one line with the variable to set, and no secret in it."""
    with pytest.raises(ConfigurationError) as caught:
        credentials_from(env, make_settings(**changes))
    assert message in str(caught.value)
    assert "canary" not in str(caught.value)


def test_target_can_insist_on_a_kind(make_settings: Any) -> None:
    """``auth = "signature"`` uses the key although there is a token."""
    env = {**KEYS, "SPARKRTC_TOKEN": "canary-token"}
    found = credentials_from(env, make_settings(auth="signature"))
    assert isinstance(found.default, SignatureAuth)


def test_file_holds_what_the_environment_does_not(make_settings: Any, tmp_path: Path) -> None:
    """A credentials file is read; a variable comes before it."""
    path = tmp_path / "credentials.toml"
    path.write_text('token = "from-file"\nproxy_username = "me"\n')
    found = credentials_from(KEYS, make_settings(credentials_file=str(path)))
    assert "from-file" in found.secrets
    assert found.proxy == ("me", "")
    env = {"SPARKRTC_TOKEN": "from-env", "SPARKRTC_CREDENTIALS_FILE": str(path)}
    assert credentials_from(env, make_settings()).secrets == ("from-env",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("token = canary", "is not TOML"),
        ('tokn = "canary"', "did you mean token?"),
        (None, "No such"),
    ],
)
def test_bad_file_is_named_without_its_content(
    make_settings: Any, tmp_path: Path, content: str | None, message: str
) -> None:
    """No line of a broken credentials file is quoted."""
    path = tmp_path / "credentials.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        credentials_from({}, make_settings(credentials_file=str(path)))
    assert message in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("password = 20231128772299", "password is a number; it must be a string"),
        ("sk = 2023.1128772299", "sk is a number; it must be a string"),
        ("token = ['20231128772299']", "token is a list; it must be a string"),
        ("ak = {'20231128772299' = '20231128772299'}", "ak is a table; it must be a string"),
        ("proxy_password = true", "proxy_password is true or false; it must be a string"),
        ("token = ''", "token is empty; give a value or leave it out"),
    ],
    ids=["number", "fraction", "list", "table", "truth", "empty"],
)
def test_a_wrong_value_in_the_file_is_not_quoted(
    make_settings: Any, tmp_path: Path, content: str, problem: str
) -> None:
    """It may well be the secret: the error names its key and its type."""
    path = tmp_path / "credentials.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        credentials_from({}, make_settings(credentials_file=str(path)))
    assert str(caught.value) == f"{path}: {problem}"


def test_a_secret_of_the_wrong_type_is_not_printed(tmp_path: Path) -> None:
    """Neither on standard output nor as an error."""
    path = tmp_path / "credentials.toml"
    path.write_text("sk = 20231128772299")
    path.chmod(0o600)
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", "run", "http://127.0.0.1:9"],
        env={**os.environ, "SPARKRTC_CREDENTIALS_FILE": str(path), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "sk is a number; it must be a string" in done.stderr
    assert "772299" not in done.stdout + done.stderr


def test_listener_hears_known_secrets_and_future_tokens(make_settings: Any) -> None:
    """A redactor that listens knows every secret before the first exchange is kept."""
    heard: list[str] = []
    found = credentials_from(PASSWORD, make_settings(identity_url="http://iam.test"))
    found.listen(heard.append)
    with httpx.Client(transport=httpx.MockTransport(Identity()), auth=found.default) as client:
        client.get("http://target.test/")
    assert heard == ["canary-password", "token-1"]


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes here")
@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
def test_a_file_that_others_can_read_is_a_warning(
    make_settings: Any, tmp_path: Path, mode: int, warned: bool
) -> None:
    """The line names the file and its mode, and quotes nothing of it; the run goes on."""
    path = tmp_path / "credentials.toml"
    path.write_text('token = "canary-token"\n', encoding="utf-8")
    path.chmod(mode)
    found = credentials_from({"SPARKRTC_CREDENTIALS_FILE": str(path)}, make_settings())
    assert isinstance(found.token, TokenAuth)
    assert bool(found.warnings) is warned
    for line in found.warnings:
        assert line == f"credentials file {path}: is open to others (mode {mode:03o}); make it 600"
    assert credentials_from({"SPARKRTC_TOKEN": "t"}, make_settings()).warnings == ()
