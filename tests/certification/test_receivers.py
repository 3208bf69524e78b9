"""``certify-receiver``: a right receiver is conformant, and each slip of a wrong one is found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from conformance.certification.receiving.calling import Line
from conformance.certification.receiving.certifying import ReceiverPlan, certify
from conformance.certification.receiving.situations import (
    IN_TIME,
    SITUATIONS,
    receiver_requirements,
)
from conformance.certification.report_builder import Certified
from conformance.certification.waiving import read_waivers
from conformance.contract.document import load_contract
from conformance.errors import TargetUnreachable

EXAMPLE = Path(__file__).parents[2] / "examples" / "receiver" / "receiver.py"
DRIVER = EXAMPLE.with_name("driver.py")
KEY = "8923ab8c2dcef4538923ab8c2dcef453"


def _example(key: str = KEY) -> Flask:
    spec = importlib.util.spec_from_file_location("receiver", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["KEY"] = key
    app: Flask = module.app
    return app


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/events"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certified(app: Flask, **how: Any) -> Certified:
    line = {"seconds": how.pop("seconds", 5.0), "key": how.pop("key", KEY)}
    with _served(app) as url:
        plan = ReceiverPlan(Line(url, header="Authorization", **line), "mine", **how)
        return certify(load_contract(), plan)


def _understood(app: Flask, **how: Any) -> set[str]:
    with _served(app) as url:
        driver = (sys.executable, str(DRIVER), url.replace("/events", "/files"))
        line = Line(url, 5.0, KEY, "Authorization")
        return _broken(certify(load_contract(), ReceiverPlan(line, "mine", driver=driver, **how)))


def test_what_was_understood_is_asked() -> None:
    """Each field as it was sent, each file once, by the driver of the example."""
    assert _understood(_example(), strict=True) == set()


def _changed(app: Flask, change: Callable[[list[Any]], list[Any]]) -> Flask:
    shown = app.view_functions["show"]
    app.view_functions["show"] = lambda: change(shown())  # type: ignore[arg-type, return-value]
    return app


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda files: [*files, *files], "once"),
        (lambda _: [], "as-sent"),
        (
            lambda files: [
                {**one, "record_duration": one["record_duration"] % 2**32} for one in files
            ],
            "as-sent",
        ),
        (lambda files: [{**one, "width": one["height"]} for one in files], "as-sent"),
    ],
    ids=["twice", "nothing", "int32", "swapped"],
)
def test_what_was_misunderstood_is_found(
    change: Callable[[list[Any]], list[Any]], found: str
) -> None:
    """Kept twice, not at all, or otherwise than it was sent."""
    assert f"receiver/understood/{found}" in _understood(_changed(_example(), change))


def _broken(done: Certified) -> set[str]:
    return {finding.requirement for finding in done.report.findings}


def test_the_example_is_conformant() -> None:
    """Every situation passes, wrong keys included."""
    done = _certified(_example(), strict=True)
    assert _broken(done) == set()
    assert done.report.verdict == "conformant"
    verdicts = {item.id: item.verdict for item in done.report.requirements}
    unasked = {name for name, verdict in verdicts.items() if verdict != "pass"}
    assert unasked == {"receiver/understood/as-sent", "receiver/understood/once"}
    assert KEY not in json.dumps([str(one) for one in done.exchanges])


def _before(app: Flask, look: Callable[[dict[str, Any]], Response | None]) -> Flask:
    @app.before_request
    def first() -> Response | None:
        event = request.get_json(force=True, silent=True)
        return look(event if isinstance(event, dict) else {})

    return app


def _demanding(event: dict[str, Any]) -> Response | None:
    return None if "room_id" in event else Response(status=400)


def _files_only(event: dict[str, Any]) -> Response | None:
    return None if "FILE" in str(event.get("event_type")) else Response(status=404)


def _known_only(event: dict[str, Any]) -> Response | None:
    return Response(status=400) if "codec" in event else None


def _failing(event: dict[str, Any]) -> Response | None:
    return None if isinstance(event.get("job_id", ""), str) else Response(status=500)


def _slow(event: dict[str, Any]) -> Response | None:
    if str(event.get("job_id")).startswith("burst-4"):
        time.sleep(2)
    return None


def _thirty_two_bits(event: dict[str, Any]) -> Response | None:
    duration = event.get("record_duration", 0)
    return Response(status=500) if isinstance(duration, int) and duration >= 2**31 else None


def _once() -> Callable[[dict[str, Any]], Response | None]:
    seen: set[str] = set()

    def look(event: dict[str, Any]) -> Response | None:
        text = json.dumps(event, sort_keys=True)
        if text in seen:
            return Response(status=409)
        seen.add(text)
        return None

    return look


@pytest.mark.parametrize(
    ("look", "found"),
    [
        (_demanding, {"accepts/optional-left-out"}),
        (_files_only, {"accepts/recording-over", "accepts/end-of-chapter-4"}),
        (_known_only, {"accepts/unknown-field"}),
        (_failing, {"survives/malformed"}),
        (_slow, {"accepts/burst", "answers/in-time"}),
        (_thirty_two_bits, {"accepts/long-duration"}),
        (_once(), {"accepts/repeated"}),
    ],
    ids=["demanding", "files", "known", "failing", "slow", "int32", "once"],
)
def test_a_slip_is_found(
    look: Callable[[dict[str, Any]], Response | None], found: set[str]
) -> None:
    """What is broken is named, with the exchange that shows it."""
    done = _certified(_before(_example(), look), seconds=1.0)
    assert {f"receiver/{name}" for name in found} <= _broken(done)
    assert all(finding.exchange is not None for finding in done.report.findings)


def test_a_key_that_is_not_looked_at_is_found() -> None:
    """Anybody could tell such a receiver anything; without a key given it is not asked."""
    done = _certified(_example(key=""))
    assert _broken(done) == {"receiver/refuses/wrong-key", "receiver/refuses/no-key"}
    assert done.report.verdict == "conformant"
    assert _certified(_example(key=""), strict=True).report.verdict == "nonconformant"
    plain = {item.id: item for item in _certified(_example(key=""), key="").report.requirements}
    assert plain["receiver/refuses/no-key"].verdict == "not-applicable"


def test_a_known_deviation_is_waived(tmp_path: Path) -> None:
    """As everywhere: by id, with a reason and an end."""
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waivers]]\nrequirement = "receiver/accepts/long-duration"\nreason = "r"\n'
        'owner = "o"\nissue = "https://example.com/1"\nexpires = 2099-01-01\n',
        encoding="utf-8",
    )
    done = _certified(_before(_example(), _thirty_two_bits), waivers=read_waivers(file))
    verdicts = {item.id: item.verdict for item in done.report.requirements}
    assert verdicts["receiver/accepts/long-duration"] == "waived"


def test_every_requirement_has_its_situation() -> None:
    """Each rests on lines of the document, and only what those state is a MUST."""
    known = receiver_requirements()
    assert known.keys() == {*(one.id for one in SITUATIONS), IN_TIME.id}
    for one in known.values():
        assert one.lines
        assert one.level != "MUST" or one.basis == "states"


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from conformance.cli import main; main()"]
    return subprocess.run(
        [*command, "certify-receiver", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command(tmp_path: Path) -> None:
    """Exit status, what was sent, reports in either language."""
    with _served(_example()) as url:
        folder = str(tmp_path)
        done = _command(
            url,
            "--key",
            KEY,
            "--format",
            "json,html,markdown",
            "--lang",
            "zh",
            "--report-dir",
            folder,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accepts/burst" in done.stdout
    assert "204 ×50" in done.stdout
    names = {path.name for path in tmp_path.iterdir()}
    assert {"report.json", "report.html"} <= names


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nowhere"], 2, "'nowhere' is not a URL"),
        (["http://127.0.0.1:9/events", "--timeout", "0"], 2, "give seconds above 0"),
        (["http://127.0.0.1:9/events", "--format", "odd"], 2, "'odd' is not a report format"),
        (["http://127.0.0.1:9/events"], 3, "cannot be reached"),
    ],
)
def test_wrong_usage_is_one_line(arguments: Iterable[str], status: int, said: str) -> None:
    """Nothing is sent, or nobody is there: one line, a remedy, a fixed status."""
    done = _command(*arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_there() -> None:
    """The first notice finds nobody: nothing was judged."""
    plan = ReceiverPlan(Line("http://127.0.0.1:9/", 1.0, "", "Authorization"), "nobody")
    with pytest.raises(TargetUnreachable, match="cannot be reached"):
        certify(load_contract(), plan)
