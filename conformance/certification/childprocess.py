"""Runs a client's command with the server's address in its environment."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.errors import TargetError

_LOOPBACK = "127.0.0.1,localhost"


def environment(announced: Mapping[str, Any], control_url: str) -> dict[str, str]:
    """The variables that tell the command where the server is: ours and the vendor SDK's."""
    fixtures: Mapping[str, str] = announced["fixtures"]
    told = {
        "SPARKRTC_BASE_URL": announced["base_url"],
        "SPARKRTC_IDENTITY_URL": announced["identity_url"],
        "SPARKRTC_PROJECT_ID": announced["project_id"],
        "SPARKRTC_TOKEN": announced["token"],
        "SPARKRTC_USERNAME": announced["username"],
        "SPARKRTC_PASSWORD": announced["password"],
        "SPARKRTC_DOMAIN": announced["domain"],
        "SPARKRTC_PROJECT_NAME": announced["project_name"],
        "SPARKRTC_SITUATION_URL": control_url,
        "HUAWEICLOUD_SDK_AK": announced["ak"],
        "HUAWEICLOUD_SDK_SK": announced["sk"],
        "HUAWEICLOUD_SDK_PROJECT_ID": announced["project_id"],
    }
    told.update({f"SPARKRTC_{name.upper()}": value for name, value in fixtures.items()})
    return told


def child_environment(told: Mapping[str, str]) -> dict[str, str]:
    """Our environment, those variables, and no proxy for loopback."""
    env = {**os.environ, **told}
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(part for part in (os.environ.get(name, ""), _LOOPBACK) if part)
    return env


def run_command(
    command: Sequence[str], told: Mapping[str, str], timeout: float | None
) -> tuple[int, str]:
    """Run the command; return its exit status and an error message ("" for none).

    Raises TargetError when it cannot be started.
    """
    try:
        process = subprocess.Popen(list(command), env=child_environment(told))  # noqa: S603
    except OSError as error:
        raise TargetError(
            f"command {command[0]!r}", f"cannot be started ({error.strerror})", "check its path"
        ) from error
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        return 1, f"the command was stopped: it ran longer than {timeout:g} s"
    except KeyboardInterrupt:
        _end(process)
        raise
    if status < 0:
        return 1, f"the command was ended by {signal.Signals(-status).name}"
    return status, f"the command ended with exit status {status}" if status else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
