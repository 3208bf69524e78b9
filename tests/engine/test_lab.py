"""The lab: what a template becomes on the wire, with which credentials, and what is kept of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.access.auth import TokenAuth
from conformance.access.journal import Changed, Journal, RunHeader
from conformance.access.settings import Fixtures
from conformance.engine.outcomes import Blocked
from conformance.engine.wire.encoding import encode_query, write_moment
from conformance.model.case import ABSENT, Given, Moment, Template, Unique
from conformance.model.exchange import Request

if TYPE_CHECKING:
    from tests.labs import MakeLab

NOW = dt.datetime(2024, 3, 1, 12, 30, 45, 999, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"a": [1, "x y"]}, "a=1,x%20y"),
        ({"a": True, "b": False}, "a=true&b=false"),
        ({"t": "2024-03-01T12:00:00Z"}, "t=2024-03-01T12:00:00Z"),
        ({"a": ("中",)}, "a=%E4%B8%AD"),
    ],
)
def test_queries(query: dict[str, object], text: str) -> None:
    """Comma lists, booleans as JSON has them, times readable, everything else escaped."""
    assert encode_query(query) == text


def test_moments() -> None:
    """UTC to the second, or a day."""
    assert write_moment(NOW, Moment(-60)) == "2024-03-01T12:29:45Z"
    assert write_moment(NOW, Moment(-86400, "date")) == "2024-02-29"


def test_a_template_becomes_a_request(make_lab: MakeLab) -> None:
    """Ids are filled in and escaped, names are fresh, a body is JSON with its type."""
    lab, _ = make_lab()
    operation = lab.contract.operation("CreateApp")
    filled = lab.fill(Template("CreateApp", body={"app_name": Unique("x"), "n": [Moment(0)]}))
    assert filled.body["app_name"] == f"{lab.prefix}1-x"
    request = lab.request(operation, filled)
    assert request.method == "POST"
    assert json.loads(request.body or b"")["app_name"] == f"{lab.prefix}1-x"
    assert ("Content-Type", "application/json") in request.headers
    shown = lab.contract.operation("ShowApp")
    assert lab.request(shown, Template("ShowApp", path={"app_id": "a/b"})).url.endswith("/a%2Fb")


def test_headers_may_be_left_out(make_lab: MakeLab) -> None:
    """ABSENT takes even the content type away; raw bytes are sent as they are."""
    lab, _ = make_lab()
    operation = lab.contract.operation("CreateApp")
    template = Template("CreateApp", raw=b"\xff", headers={"content-type": ABSENT})  # type: ignore[dict-item]
    request = lab.request(operation, template)
    assert (request.headers, request.body) == ((), b"\xff")


def test_credentials(make_lab: MakeLab) -> None:
    """Valid, none, wrong and malformed; those of a second tenant; a signature; adopted ones."""
    lab, requests = make_lab()
    statuses = {
        kind: lab.send(Template("ListApps", credentials=kind), judge=False).status
        for kind in ("valid", "none", "wrong", "malformed", "second", "signature")
    }
    assert statuses["valid"] == statuses["second"] == statuses["signature"] == 200
    assert {statuses[kind] for kind in ("none", "wrong", "malformed")} <= {400, 401}
    assert "X-Auth-Token" not in requests[1].headers
    assert requests[-1].headers["Authorization"].startswith("SDK-HMAC-SHA256")
    name = lab.adopt("mine", TokenAuth("adopted-token"), "adopted-token")
    lab.begin("case")
    exchange = lab.send(Template("ListApps", credentials=name), judge=False)
    assert requests[-1].headers["X-Auth-Token"] == "adopted-token"
    assert "adopted-token" not in repr(lab.transcript.redacted(exchange.number))


def test_identities_that_are_not_there(make_lab: MakeLab) -> None:
    """Without a second tenant, what needs one is blocked."""
    lab, _ = make_lab(account=False)
    with pytest.raises(Blocked, match="SPARKRTC_SECOND_TOKEN"):
        lab.send(Template("ListApps", credentials="second"))


def test_evidence_is_that_of_the_case(make_lab: MakeLab) -> None:
    """The exchanges of a case are kept without secrets, and go when the next one begins."""
    lab, requests = make_lab()
    lab.begin("case 1")
    exchange = lab.send(Template("ListApps"))
    kept = lab.transcript.redacted(exchange.number)
    assert kept is not None
    assert kept.case == "case 1"
    assert requests[0].headers["X-Auth-Token"] not in repr(kept)
    lab.begin("case 2")
    assert lab.transcript.redacted(exchange.number) is None


def test_the_clock_of_the_target(make_lab: MakeLab) -> None:
    """Moved ahead, the run's own time goes with it; without an address nothing moves."""
    lab, _ = make_lab()
    before = lab.now()
    lab.advance(3600)
    assert lab.now() - before >= dt.timedelta(hours=1)
    still, _ = make_lab(fixtures=Fixtures())
    with pytest.raises(Blocked, match="clock_url"):
        still.advance(1)
    stuck, _ = make_lab(
        handler=lambda _: httpx.Response(500),
        fixtures=Fixtures(clock_url="http://127.0.0.1:9/clock"),
    )
    with pytest.raises(Blocked, match="did not move"):
        stuck.advance(1)


def test_a_request_that_no_template_can_say(make_lab: MakeLab) -> None:
    """Another method, an unknown path: the common checks judge the answer."""
    lab, _ = make_lab()
    request = Request(None, "PATCH", f"{lab.settings.base_url}/v2/apps", ())
    assert lab.send_raw(request).status in {404, 405}
    assert "common/answer/no-secrets" in lab.ledger.entries


def test_several_at_the_same_time(make_lab: MakeLab) -> None:
    """What comes back is noted one by one, and everything that was made is known."""
    lab, _ = make_lab(handler=_one_after_another())
    exchanges = lab.send_together(
        [Template("CreateApp", body={"app_name": Unique("a")}) for _ in range(3)]
    )
    assert [exchange.number for exchange in exchanges] == [2, 3, 4]
    assert lab.resources.mark == 3


def _one_after_another() -> Callable[[httpx.Request], httpx.Response]:
    ids = iter(range(100))
    return lambda _: httpx.Response(201, json={"app_id": f"a{next(ids)}"})


def test_what_is_made_stands_in_the_journal_first(make_lab: MakeLab, tmp_path: Path) -> None:
    """Before it is sent; with its id once it is there; settled once it is deleted or refused."""
    lab, _ = make_lab()
    header = RunHeader(lab.prefix, lab.prefix, lab.settings.base_url, lab.settings.project_id)
    lab.intents.journal = Journal.create(tmp_path / "journal.jsonl", header)
    app = lab.resources.get("app")
    (pending,) = lab.intents.journal.pending()
    assert (pending.resource, getattr(pending, "id", None)) == ("app", app)
    lab.send(Template("CreateApp", body={"app_name": 7}), judge=False)
    assert len(lab.intents.journal.pending()) == 1
    lab.resources.clean()
    assert lab.intents.journal.pending() == ()


def test_how_a_bucket_was_is_remembered(make_lab: MakeLab, tmp_path: Path) -> None:
    """Before its authorisation is changed for the first time, and only then."""
    lab, _ = make_lab()
    header = RunHeader(lab.prefix, lab.prefix, lab.settings.base_url, lab.settings.project_id)
    lab.intents.journal = Journal.create(tmp_path / "journal.jsonl", header)
    bucket = lab.resources.get("bucket")
    body = {"bucket": Given("bucket"), "location": "cn-north-4", "operation": 0}
    for name in (bucket, bucket, "nobodys-bucket"):
        lab.send(Template("UpdateObsBucketAuthority", body={**body, "bucket": name}), judge=False)
    (changed,) = lab.intents.journal.pending()
    assert isinstance(changed, Changed)
    assert changed.before["bucket"] == bucket


def test_random_requests_may_be_looked_at_without_a_word(make_lab: MakeLab) -> None:
    """What is only looked at leaves the ledger alone."""
    lab, _ = make_lab()
    exchange, found = lab.look(Template("ListApps"))
    assert exchange.status == 200
    assert found.kept
    assert not lab.ledger.entries
