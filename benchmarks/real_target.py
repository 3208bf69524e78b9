"""A run as against a real account: over TLS, signed, under enforced flow control; then kills.

``python benchmarks/real_target.py flow`` runs the suite against the reference with a private
certificate, AK/SK signatures and the flow control of table 1-2 on a faster clock, and prints the
wall time over the lower bound that flow control allows, and how often the gateway had to refuse.

``python benchmarks/real_target.py kills --times 200`` kills runs at random moments, cleans up from
the journal, and compares the server's state with the one before.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import trustme
import uvicorn

from conformance import cli
from conformance.access.capability import CAPABILITIES
from conformance.access.flow import lower_bound
from conformance.contract.document import load_contract
from conformance.reference.app import create_app
from conformance.reference.flow import FlowControl
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

SUITE = [sys.executable, "-m", "conformance.cli"]
NOT_OFFERED = {"callback", "duplicates", "server-errors", "flow-control", "tls"}


class Counting:
    """An ASGI layer that counts answers by status."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.statuses: Counter[int] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on and count."""

        async def counted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        await self._app(scope, receive, counted)


def target_file(folder: Path, announced: dict[str, Any], **more: Any) -> Path:
    """A target file for a served reference."""
    capabilities = sorted(set(CAPABILITIES) - NOT_OFFERED - set(more.pop("without", ())))
    lines = [
        f"base_url = {json.dumps(announced['base_url'])}",
        f"identity_url = {json.dumps(announced['base_url'])}",
        f"project_id = {json.dumps(announced['project_id'])}",
        f"project_name = {json.dumps(announced['project_name'])}",
        'profile = "emulator"',
        f"capabilities = {json.dumps(capabilities)}",
        *more.pop("top", ()),
        "[fixtures]",
        f"app_id = {json.dumps(announced['fixtures']['app_id'])}",
        f"clock_url = {json.dumps(announced['base_url'] + '/_control/advance')}",
    ]
    for table, entries in more.items():
        lines += [f"[{table}]", *entries]
    path = folder / "target.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def environment(announced: dict[str, Any]) -> dict[str, str]:
    """The secrets of a served reference, as variables."""
    names = {
        "token": "SPARKRTC_TOKEN",
        "ak": "HUAWEICLOUD_SDK_AK",
        "sk": "HUAWEICLOUD_SDK_SK",
        "username": "SPARKRTC_USERNAME",
        "password": "SPARKRTC_PASSWORD",
        "domain": "SPARKRTC_DOMAIN",
    }
    second = announced["second"]
    return {
        **os.environ,
        **{variable: str(announced[key]) for key, variable in names.items()},
        "SPARKRTC_SECOND_TOKEN": second["token"],
        "SPARKRTC_SECOND_PROJECT_ID": second["project_id"],
    }


def flow(level: str, scale: float) -> int:
    """One run over TLS, signed, under flow control; exit status 0 when nothing was over it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    world = seeded_world(0, flow=FlowControl(scale=scale))
    app = Counting(create_app(world, with_control=True))
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning", access_log=False)
    config.load()
    config.ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(config.ssl)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    announced = announcement(world, f"https://127.0.0.1:{port}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        path = target_file(
            folder,
            announced,
            top=['auth = "signature"'],
            tls=['ca_file = "ca.pem"'],
            limits=["flow_control = true", f"scale = {scale}"],
        )
        began = time.monotonic()
        command = [*SUITE, "run", "--target", str(path), "--level", level, "--seed", "1"]
        status = subprocess.run(
            [*command, "--report-dir", str(folder / "out")], env=environment(announced), check=False
        ).returncode
        wall = time.monotonic() - began
        report = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    server.should_exit = True
    thread.join()
    requests = report["run"]["requests_by_flow_group"]
    limits = load_contract().flow_groups
    least = lower_bound({g: n for g, n in requests.items() if g in limits}, limits, scale)
    running = report["run"]["duration_s"]
    number = sum(requests.values())
    print(f"level {level}, clock x{scale:g}: {report['verdict']}, {number} requests")
    print(f"lower bound {least:.2f} s, run {running:.2f} s ({running / least:.2f} x)")
    print(f"wall time {wall:.2f} s")
    print(f"refused by flow control: {app.statuses[429]}")
    return status or int(app.statuses[429] > 0)


#: What a killed run was busy with: all that creates, changes or deletes, and everything.
BUSY = (
    ("CreateApp/*", "DeleteApp/*", "StopApp/*"),
    ("*RecordRule/*", "UpdateAutoRecord/*"),
    ("*MixJob/*",),
    ("*IndividualStreamJob/*",),
    ("UpdateObsBucketAuthority/*",),
    ("UpdateRecordCallback/*",),
    ("common/*",),
    (),
)


#: What nobody can take back: users sent out of rooms, the clock, a quota that is used up.
IRREVOCABLE = ("rooms.remove", "rooms.dismiss", "room-effects", "clock", "quota")


def kills(times: int, seed: int, first: int) -> int:
    """Kill runs at random moments; exit status 0 when cleanup always led back."""
    chance = random.Random(seed + first)  # noqa: S311 - reproducible, not secret
    world = seeded_world(0)
    app = create_app(world, with_control=True)
    done: Counter[str] = Counter()
    with ReferenceServer(app) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        announced = announcement(world, server.base_url)
        path = target_file(folder, announced, without=IRREVOCABLE)
        os.environ.update(environment(announced))
        before = _state(server.base_url, announced["token"])
        for number in range(first, first + times):
            out = folder / f"run{number}"
            only = [f"--only={glob}" for glob in BUSY[number % len(BUSY)]]
            done["killed"] += _kill(path, out, [*only, f"--seed={number}"], chance)
            at_once = _state(server.base_url, announced["token"])
            done["left something behind"] += at_once != before
            cleaned = _cleaned(path, out)
            after = _state(server.base_url, announced["token"])
            if not cleaned or after != before:
                done["differs"] += 1
                print(f"run {number}: the server is not as it was before; complete: {cleaned}")
                print(*_differences(before, after), sep="\n", flush=True)
            before = after
    print(
        f"{times} runs, {done['killed']} of them killed while running, "
        f"{done['left something behind']} of these left something behind; "
        f"after cleanup the state differed {done['differs']} times"
    )
    return int(done["differs"] > 0)


def _kill(path: Path, out: Path, options: list[str], chance: random.Random) -> bool:
    """Start a run and kill it at a random moment; whether it was still running then."""
    command = [*SUITE, "run", "--target", str(path), "--report-dir", str(out), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for_requests(out, process)
    time.sleep(chance.uniform(0, 1.5))
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


def _cleaned(path: Path, out: Path) -> bool:
    """What the command ``cleanup`` does, and whether it says that nothing is left."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            cli.main(["cleanup", "--target", str(path), "--report-dir", str(out)])
        except SystemExit as ended:
            return ended.code == 0
    return False


def _wait_for_requests(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the run has noted the first thing that it will have to undo, or has ended."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.read_bytes().count(b"\n") > 1 for path in out.glob("journal*.jsonl")):
            return
        time.sleep(0.02)


def _state(base_url: str, token: str) -> Any:
    """What can be changed, without what only time changes."""
    answer = httpx.get(f"{base_url}/_control/snapshot", headers={"X-Auth-Token": token})
    return answer.json()


def _differences(before: Any, after: Any, at: str = "$") -> Iterator[str]:
    """Where two states differ, one line for each place."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(key), after.get(key), f"{at}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, f"{at}[{number}]")
    elif before != after:
        yield f"  {at}: {before!r:.200} became {after!r:.200}"


def main() -> int:
    """Parse and run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("flow", "kills"))
    parser.add_argument("--level", default="standard")
    parser.add_argument("--scale", type=float, default=10.0)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first kill")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.what == "flow":
        return flow(given.level, given.scale)
    return kills(given.times, given.seed, given.first)


if __name__ == "__main__":
    sys.exit(main())
