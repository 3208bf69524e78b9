"""Evidence can be replayed: the curl line is one that a shell takes, and tells no secret."""

from __future__ import annotations

import base64
import shlex
import shutil
import subprocess

import pytest

from conformance.engine.run.config import RunConfig
from conformance.engine.run.replay import pytest_line
from conformance.model.exchange import Exchange, NetworkFailure, Request, Response
from conformance.reporting.evidence import KEPT_BYTES, curl, reported_exchange

TEXT = """{"name": "it's \\"quoted\\" $HOME `id` 房间"}"""
HEADERS = (
    ("Host", "host"),
    ("Content-Type", "application/json"),
    ("X-Auth-Token", "***"),
    ("Authorization", "***"),
    ("Content-Length", "3"),
)


def _request(body: bytes | None) -> Request:
    return Request("CreateApp", "POST", "http://host/v2/apps?a=b&c=d", HEADERS, body)


def test_a_curl_line_can_be_split_by_a_shell() -> None:
    """Quotes, dollars and backticks of the body stay what they were."""
    words = shlex.split(curl(_request(TEXT.encode())))
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert words[words.index("--data-binary") + 1] == TEXT
    assert words[-1] == "http://host/v2/apps?a=b&c=d"
    headers = [words[n + 1] for n, word in enumerate(words) if word == "-H"]
    assert headers == [
        "Content-Type: application/json",
        "X-Auth-Token: $SPARKRTC_TOKEN",
        "Authorization: $AUTHORIZATION",
    ]


def test_secrets_are_variables_that_the_shell_fills_in() -> None:
    """Within double quotes, so that the shell replaces them."""
    assert '-H "X-Auth-Token: $SPARKRTC_TOKEN"' in curl(_request(None))


def test_a_wrong_token_is_sent_again() -> None:
    """What was refused, or taken, was that token: the line does not send the right one."""
    words = shlex.split(curl(_request(None), "this-is-no-token"))
    assert "X-Auth-Token: this-is-no-token" in words
    assert not any("$SPARKRTC_TOKEN" in word for word in words)


@pytest.mark.skipif(shutil.which("base64") is None, reason="this machine has no base64")
def test_a_binary_body_reaches_curl() -> None:
    """Bytes that are no text travel in base64 through a pipe."""
    body = b"\xff\x00{"
    line = curl(_request(body))
    first, _, rest = line.partition(" | curl ")
    assert "--data-binary @-" in rest
    done = subprocess.run(["sh", "-c", first], capture_output=True, check=True)
    assert done.stdout == body


def test_a_case_can_be_run_again() -> None:
    """Ids with brackets are quoted; target, level and seed are those of the run."""
    config = RunConfig(target="http://host", level="quick", seed=7)
    words = shlex.split(pytest_line("A/body/x[]/type~text", config))
    assert words[3:-2] == [
        *("--sparkrtc-target", "http://host", "--sparkrtc-level", "quick"),
        *("--sparkrtc-seed", "7"),
    ]
    assert "--sparkrtc-reference" in pytest_line("A", RunConfig())
    assert words[-2:] == ["--sparkrtc-case", "A/body/x[]/type~text"]


def test_exchanges_as_reported() -> None:
    """Text as text, bytes in base64; long bodies are cut, and that is said."""
    response = Response(200, (("A", "b"),), b"x" * (KEPT_BYTES + 1), 0.0123)
    shown = reported_exchange(Exchange(3, "case", _request(b"\xff"), response))
    assert shown.request.body is None
    assert shown.request.body_base64 == base64.b64encode(b"\xff").decode()
    assert shown.response is not None
    assert shown.response.truncated
    assert shown.response.elapsed_ms == 12.3
    failure = NetworkFailure("connect", "refused")
    dark = reported_exchange(Exchange(4, "case", _request(None), None, failure))
    assert (dark.response, dark.failure) == (None, {"stage": "connect", "message": "refused"})
    assert dark.request.body is dark.request.body_base64 is None
