"""One server judged by two editions: what chapter 15 changed is judged differently."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.model.verdict import Verdict
from conformance.reporting.json_file import read_json
from tests.processes import running

COMMAND = (sys.executable, "-m", "conformance.cli")
NEWEST = "2023-11-28"
TEMPLATE = "CreateMixJob/body/mix_param.encode_template/enum"
PUBLISHED = "CreateIndividualStreamJob/body/publish_param/type"
OLD_SERVER = """
import json
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve as serve_reference

world = seeded_world(0)
inner = create_app(world)
REFUSED = json.dumps({"error_code": "RTC.00001003", "error_msg": "unknown template"}).encode()

async def app(scope, receive, send):
    if scope["type"] != "http":
        await inner(scope, receive, send)
        return
    messages, body = [], b""
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if b"480_30_1500" not in body:
        async def again():
            return messages.pop(0) if messages else await receive()
        await inner(scope, again, send)
        return
    headers = [(b"content-type", b"application/json"), (b"x-request-id", str(id(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSED})

serve_reference(0, app=app, world=world)
"""
"""A server that has stayed at the first edition: it does not know the template of 2023-05-24."""


@contextmanager
def _served(*command: str) -> Iterator[dict[str, str]]:
    with running(command) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        yield {
            **os.environ,
            "BASE_URL": told["base_url"],
            "SPARKRTC_TOKEN": told["token"],
            "SPARKRTC_PROJECT_ID": told["project_id"],
        }


def _verdicts(env: dict[str, str], revision: str, only: str, folder: Path) -> dict[str, Verdict]:
    """The verdicts of a run by that edition; of what the edition does not have, none."""
    done = subprocess.run(
        [
            *COMMAND,
            "run",
            env["BASE_URL"],
            "--revision",
            revision,
            "--only",
            only,
            "--report-dir",
            str(folder),
        ],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 2:
        assert "matches nothing" in done.stderr, done.stderr
        return {}
    report = read_json(folder / "report.json")
    assert report.contract["revision"] == revision
    judged = (item for item in report.requirements if item.verdict is not Verdict.NOT_SELECTED)
    return {item.id: item.verdict for item in judged}


def test_the_template_of_2023_05_24_is_asked_for_from_then_on(tmp_path: Path) -> None:
    """A server that knows only the old template kept the first edition, and breaks the second."""
    with _served(sys.executable, "-c", OLD_SERVER) as env:
        found = {
            revision: _verdicts(env, revision, TEMPLATE, tmp_path / revision)[TEMPLATE]
            for revision in ("2022-09-30", "2023-05-24", NEWEST)
        }
    assert found == {
        "2022-09-30": Verdict.PASS,
        "2023-05-24": Verdict.FAIL,
        NEWEST: Verdict.FAIL,
    }


@pytest.mark.parametrize(
    ("only", "revision", "later", "before", "after"),
    [
        (PUBLISHED, "2023-05-24", "2023-07-06", {Verdict.FAIL}, set()),
        ("ListObsBuckets/rule/*-unique", "2023-07-06", NEWEST, set(), {Verdict.PASS}),
    ],
    ids=["2023-07-06", "2023-08-28"],
)
def test_a_server_of_today_is_judged_by_what_its_edition_has(
    only: str,
    revision: str,
    later: str,
    before: set[Verdict],
    after: set[Verdict],
    tmp_path: Path,
) -> None:
    """publish_param, which the reference ignores, is checked until it went; buckets since."""
    with _served(*COMMAND, "serve") as env:
        assert set(_verdicts(env, revision, only, tmp_path / "a").values()) == before
        assert set(_verdicts(env, later, only, tmp_path / "b").values()) == after
