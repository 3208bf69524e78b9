"""One run in one process: what it is told, what its items say, and how it ends."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.access.settings import Limits
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, Inconclusive
from conformance.engine.run.config import RunConfig, new_seed
from conformance.engine.run.opening import begin_journal
from conformance.engine.run.planning import plan_generated
from conformance.engine.run.preflight import no_api
from conformance.engine.run.report_builder import Collected, assemble
from conformance.engine.run.session import Session
from conformance.errors import ConfigurationError, ReportError, TargetUnreachable, UsageError
from conformance.model.exchange import Exchange, NetworkFailure, Request, Response
from conformance.model.item_result import ItemResult
from conformance.model.verdict import Outcome, RunVerdict, Verdict
from tests.labs import answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab

RULE = "CreateApp/rule/name-unique-in-tenant"
ID = ("x-request-id", "1")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": "slow"}, "--level"),
        ({"profile": "lively"}, "--profile"),
        ({"seed": -1}, "--seed"),
        ({"seed": 2**32}, "--seed"),
        ({"base": "2023-07-06"}, "--base: has no overlay"),
        ({"resume": True}, "--resume: is not for the embedded reference"),
    ],
)
def test_what_a_run_cannot_be_told(options: dict[str, object], words: str) -> None:
    """Levels, profiles and seeds are checked at once."""
    with pytest.raises(UsageError, match=words):
        RunConfig(**options)  # type: ignore[arg-type]


def test_seeds_and_folders(tmp_path: Path) -> None:
    """A seed of its own for a run that was told none; a folder that can be written to."""
    assert 0 <= new_seed() < 2**32
    RunConfig(report_dir=tmp_path / "a" / "b").check_report_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match="cannot be written to"):
        RunConfig(report_dir=tmp_path / "file").check_report_dir()


def _session(lab: Lab, tmp_path: Path, **options: object) -> Session:
    session = Session(RunConfig(report_dir=tmp_path, seed=1, **options), lab.reach)  # type: ignore[arg-type]
    session._lab = lab
    return session


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (None, Outcome.INCONCLUSIVE, "ended before judging it"),
        (Blocked("no app"), Outcome.BLOCKED, "no app"),
        (Inconclusive("no data"), Outcome.INCONCLUSIVE, "no data"),
        (ValueError("slip"), Outcome.INCONCLUSIVE, "its test failed: ValueError: slip"),
    ],
)
def test_what_a_rule_did_not_get_to_judge(
    make_lab: MakeLab, tmp_path: Path, error: BaseException | None, outcome: Outcome, reason: str
) -> None:
    """It is said to be open, and why."""
    lab, _ = make_lab()
    session = _session(lab, tmp_path)
    scenario = session.scenario("a test", (RULE,))
    session.finish(scenario, error)
    (told,) = lab.ledger.entries[RULE].told
    assert told.outcome is outcome
    assert reason in told.message
    assert scenario.pending == ()


def test_what_an_item_said_carries_its_evidence(make_lab: MakeLab, tmp_path: Path) -> None:
    """The exchanges that findings name travel with them, as plain data."""

    def broken(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={}, headers={"x-request-id": "1"})

    lab, _ = make_lab(handler=broken)
    session = _session(lab, tmp_path)
    case = next(c for c in session.selected_cases if c.id == "ListObsBuckets/accepts/minimal")
    session.run_case(case)
    result = session.drain()
    assert result.evidence[0].curl.startswith("curl -i -X GET")
    assert ItemResult.from_data(json.loads(json.dumps(result.to_data()))) == result
    assert session.drain().judgements == ()

    collected = Collected(dt.datetime.now(dt.UTC))
    collected.absorb("item", result)
    plan_generated(session, collected)
    report = assemble(session, collected, dt.datetime.now(dt.UTC))
    assert report.verdict is RunVerdict.NONCONFORMANT
    finding = next(
        f for f in report.findings if f.requirement == "ListObsBuckets/200/buckets/required"
    )
    assert finding.exchange is not None
    assert finding.exchange.response is not None
    assert finding.curl
    cell = next(
        c for c in report.status_coverage if (c.operation, c.status) == ("ListObsBuckets", "200")
    )
    assert cell.reached == 1
    statuses = {c.reason for c in report.status_coverage if not c.reached}
    assert "no case of this run got this answer" in statuses


def test_an_interrupted_run_is_never_green(make_lab: MakeLab, tmp_path: Path) -> None:
    """What passed so far passed; the run as a whole is incomplete."""
    lab, _ = make_lab()
    session = _session(lab, tmp_path, only=(RULE,))
    collected = Collected(dt.datetime.now(dt.UTC))
    collected.ledger.passed(RULE, "case")
    collected.left_behind.append("app a1")
    now = dt.datetime.now(dt.UTC)
    assert assemble(session, collected, now).verdict is RunVerdict.CONFORMANT
    collected.interrupted = True
    report = assemble(session, collected, now)
    assert report.verdict is RunVerdict.INCOMPLETE
    assert report.run.problems == ["not deleted: app a1"]
    verdicts = {item.id: item.verdict for item in report.requirements}
    assert verdicts[RULE] is Verdict.PASS


def test_a_target_that_is_gone_at_the_end(make_lab: MakeLab, tmp_path: Path) -> None:
    """What could not be deleted is told, and the verdicts that there are still make a report."""
    alive = [True]

    def dying(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not alive[0]:
            raise httpx.ConnectError("refused")
        return answer

    limits = Limits(consecutive_network_failures=1)
    lab, _ = make_lab(dying, limits=limits)
    session = _session(lab, tmp_path)
    app = lab.resources.get("app")
    alive[0] = False
    assert session.close() == [f"app {app}"]


def test_what_an_earlier_part_of_the_run_left(make_lab: MakeLab, tmp_path: Path) -> None:
    """Another run's journal is kept; a run that goes on deletes what it names, and starts anew."""
    lab, requests = make_lab()
    config = RunConfig(target="http://127.0.0.1:9", report_dir=tmp_path)
    lab.intents.journal = begin_journal(config, lab, "")
    assert lab.intents.journal is not None
    app = lab.resources.get("app")
    lab.prefix = "sparkconf-other-"
    with pytest.raises(ConfigurationError, match="journal of another run"):
        begin_journal(config, lab, "")
    assert not [r for r in requests if r.method == "DELETE"]
    journal = begin_journal(dataclasses.replace(config, resume=True), lab, "")
    assert journal is not None
    assert [r.url.path for r in requests if r.method == "DELETE"] == [f"/v2/apps/{app}"]
    assert (journal.header().prefix, journal.pending()) == ("sparkconf-other-", ())


def test_the_embedded_reference_needs_no_journal(make_lab: MakeLab, tmp_path: Path) -> None:
    """It forgets by itself."""
    lab, _ = make_lab()
    assert begin_journal(RunConfig(report_dir=tmp_path), lab, "") is None
    assert not list(tmp_path.iterdir())


def test_a_blocked_case_says_so_of_everything_that_it_judges(
    make_lab: MakeLab, tmp_path: Path
) -> None:
    """The item ends, and each of its requirements has the reason."""
    lab, _ = make_lab(handler=lambda _: httpx.Response(500, text="down"))
    session = _session(lab, tmp_path)
    case = next(c for c in session.cases if c.violates == "UpdateAutoRecord/body/mode/required")
    with pytest.raises(Blocked):
        session.run_case(case)
    (told,) = lab.ledger.entries["UpdateAutoRecord/body/mode/required"].told
    assert "no app could be created" in told.message


def test_a_session_that_sent_nothing_has_nothing_to_close(
    make_lab: MakeLab, tmp_path: Path
) -> None:
    """No connection was opened: nothing to clean up."""
    lab, requests = make_lab()
    assert Session(RunConfig(report_dir=tmp_path), lab.reach).close() == []
    session = _session(lab, tmp_path)
    lab.resources.get("app")
    assert session.close() == []
    assert requests[-1].method == "DELETE"


def _exchange(response: Response | None, failure: NetworkFailure | None = None) -> Exchange:
    return Exchange(1, "probe", Request(None, "GET", "http://h/", ()), response, failure)


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (_exchange(None, NetworkFailure("dns", "unknown")), "no answer (dns: unknown)"),
        (_exchange(None), "no answer"),
        (
            _exchange(Response(301, (("Location", "/x"),), b"", 0)),
            "answers 301 and redirects to /x",
        ),
        (_exchange(Response(200, (), b"  <HTML>", 0)), "answers 200 with a web page"),
        (_exchange(Response(200, (("content-type", "text/html"),), b"", 0)), "with a web page"),
        (_exchange(Response(200, (), b"\xff", 0)), "no UTF-8 (byte 0)"),
    ],
)
def test_what_is_no_implementation(exchange: Exchange, problem: str) -> None:
    """Nothing, a redirect, a web page, bytes."""
    assert problem in str(no_api(exchange))


def test_what_might_be_an_implementation() -> None:
    """Even an error with an empty body can be judged."""
    assert no_api(_exchange(Response(500, (), b"", 0))) is None


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_open_nothing_end_the_run(
    make_lab: MakeLab, tmp_path: Path, status: int
) -> None:
    """A wrong token is our mistake, not some hundred faults of the target."""

    def closed(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return answer_like(answer, status, {"error_code": "APIGW.0301", "error_msg": "m"})

    lab, requests = make_lab(change=closed)
    with pytest.raises(TargetUnreachable, match=f"{status} to ListApps and ListObsBuckets"):
        _session(lab, tmp_path).probe()
    assert len(requests) == 2


def test_one_closed_operation_is_judged(make_lab: MakeLab, tmp_path: Path) -> None:
    """An operation that takes nobody for who he is has a fault of its own."""

    def closed(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        shut = request.url.path.endswith("/apps")
        return answer_like(answer, 401, {}) if shut else answer

    lab, requests = make_lab(change=closed)
    _session(lab, tmp_path).probe()
    assert len(requests) == 2


def test_what_a_wrong_id_hides_is_named_at_the_end(make_lab: MakeLab, tmp_path: Path) -> None:
    """The creation answers an id of nothing: the application stands in the list still."""

    def wrong(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/apps"):
            return answer_like(answer, 201, {**answer.json(), "app_id": "f" * 32})
        return answer

    lab, _ = make_lab(wrong)
    session = _session(lab, tmp_path, target="http://127.0.0.1:9")
    lab.intents.journal = session._journal = begin_journal(session.config, lab, "")
    lab.resources.get("app")
    left = session.close()
    assert any(f"named '{lab.prefix}" in thing for thing in left), left
