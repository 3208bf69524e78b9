"""The reference as a process of its own: it answers, it ends, and it says when it cannot start."""

from __future__ import annotations

import httpx
import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.errors import TargetUnreachable


def test_it_answers_until_it_is_stopped() -> None:
    """What it announces is where it is and who may ask; afterwards nobody is there."""
    with EmbeddedReference() as embedded:
        told = embedded.announced
        headers = {"X-Auth-Token": told["token"]}
        answer = httpx.get(f"{told['base_url']}/v2/apps", headers=headers, trust_env=False)
        assert answer.status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{told['base_url']}/v2/apps", trust_env=False)


def test_one_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that cannot run: one line, exit status 3, and what to try."""
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(TargetUnreachable, match="did not start") as raised:
        _ = EmbeddedReference().announced
    assert raised.value.exit_status == 3
    assert "serve" in raised.value.remedy
