"""A finding holds what led to it, in order, and its replay makes what it needs."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from conformance.engine.judging.trail import MOST_READS, steps
from conformance.engine.run.replay import curl_lines
from conformance.engine.scenario import Scenario
from conformance.model.exchange import Exchange, Request, Response
from conformance.model.item_result import Evidence
from conformance.model.verdict import Judgement
from conformance.reporting.evidence import curl, reported_exchange

if TYPE_CHECKING:
    from conformance.contract.document import Contract
    from conformance.engine.lab import Lab
    from tests.labs import MakeLab

RULE = "UpdateRecordCallback/rule/url-read-back"
NEW = {"url": "http://mydomain.com/it's-$new"}


def _exchange(number: int, method: str, path: str) -> Exchange:
    request = Request(None, method, f"http://a{path}", ())
    return Exchange(number, "case", request, Response(200, (), b"{}", 0.0), None)


def test_writes_and_the_last_reads_are_kept() -> None:
    """A look that is taken again and again is told once; the telling one always."""
    asked = [_exchange(1, "POST", "/a"), *(_exchange(n, "GET", "/same") for n in range(2, 9))]
    asked += [_exchange(n, "GET", f"/{n}") for n in range(9, 20)]
    kept = steps({one.number: one for one in asked}, 8)
    assert kept == (1, 8, *range(20 - MOST_READS, 20))


def _judged(lab: Lab) -> Judgement:
    lab.begin("case")
    scenario = Scenario(lab, (RULE,))
    app = {"app_id": lab.resources.get("app")}
    lab.sent_for(NEW["url"])  # whether the address of the examples serves is asked once
    lab.begin("another case")
    scenario.send("UpdateRecordCallback", path=app, body=NEW)
    shown = scenario.send("ShowRecordCallback", path=app)
    scenario.rule(RULE).equal("old", NEW["url"], "the address", shown)
    (judgement,) = lab.ledger.failures(RULE)
    return judgement


def test_a_finding_names_the_change_before_the_look(make_lab: MakeLab) -> None:
    """The PUT and the GET that shows that it was lost, in the order in which they were sent."""
    lab, _ = make_lab()
    judgement = _judged(lab)
    methods = [lab.transcript.exchanges[number].request.method for number in judgement.steps]
    assert methods == ["PUT", "GET"]
    assert judgement.exchange == judgement.steps[-1]


def test_what_another_case_has_made_comes_first(make_lab: MakeLab) -> None:
    """A shared application was created long before: its creation is recalled, with its number."""
    lab, _ = make_lab()
    judgement = _judged(lab)
    exchanges = [lab.transcript.exchanges[number] for number in judgement.steps]
    (number,) = lab.transcript.creations.before(exchanges)
    recalled = lab.transcript.redacted(number)
    assert recalled is not None
    assert (recalled.request.operation, recalled.case) == ("CreateApp", "another case")
    assert number < min(judgement.steps)


def test_the_script_runs_in_a_shell(make_lab: MakeLab, contract: Contract) -> None:
    """Each id that a step was answered is taken from the answer, whatever the new id is."""
    lab, _ = make_lab()
    judgement = _judged(lab)
    numbers = lab.transcript.creations.before(lab.transcript.exchanges[n] for n in judgement.steps)
    told = []
    for number in sorted({*numbers, *judgement.steps}):
        exchange = lab.transcript.redacted(number)
        assert exchange is not None
        told.append(Evidence(reported_exchange(exchange), curl(exchange.request)))
    lines = curl_lines(told, contract)
    old = lab.resources.get("app")
    assert old not in lines
    stand_in = """
curl() { for word in "$@"; do printf '%s\\n' "$word" >&2; done; echo '{"app_id": "fresh-one"}'; }
"""
    ran = subprocess.run(
        ["sh", "-euc", stand_in + lines],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "SPARKRTC_TOKEN": "t"},
    )
    words = ran.stderr.splitlines()
    assert any(word.endswith("/apps/fresh-one/record-callback") for word in words), words
    assert [w for w in words if "it's-$new" in w], "the body is sent as it was"
