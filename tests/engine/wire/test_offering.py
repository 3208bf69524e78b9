"""What a target is said not to offer is never called, and what is borrowed for it is safe."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from conformance.access.settings import Fixtures
from conformance.contract.offered import offered_operations
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.errors import UsageError
from conformance.model.case import Given, Template
from conformance.model.exchange import Request
from tests.labs import BASE_URL

if TYPE_CHECKING:
    from conformance.contract.document import Contract
    from tests.labs import MakeLab

READS = ("List*", "Show*")
CALLBACK = Template(
    "UpdateRecordCallback", {"app_id": Given("app")}, body={"url": "http://mydomain.com/callback"}
)


def test_operations_are_named_by_id_glob_chapter_and_section(contract: Contract) -> None:
    """Nothing named is everything; what fits nothing is said, with what was probably meant."""
    assert offered_operations(contract, ()) == set(contract.operations)
    assert offered_operations(contract, ("ShowApp", "9.1")) == {"ShowApp", "CreateMixJob"}
    fifth = offered_operations(contract, ("5",))
    assert fifth == {o.id for o in contract.operations.values() if o.chapter == "5"}
    assert offered_operations(contract, ("ListApp*",)) == {"ListApps"}
    with pytest.raises(UsageError, match="'ShowApps': names no operation; did you mean ShowApp"):
        offered_operations(contract, ("ShowApps",))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/apps"),
        ("post", "/v2/apps/"),
        ("POST", "/v2/apps?limit=1"),
        ("DELETE", "/v2/apps/none%2F..%2Fmine"),
    ],
)
def test_a_raw_request_to_an_absent_operation_does_not_leave(
    make_lab: MakeLab, method: str, path: str
) -> None:
    """However it is written; other methods on that path are no operation, and may."""
    lab, requests = make_lab(operations=READS)
    with pytest.raises(NotOffered):
        lab.ask(Request(None, method, f"{BASE_URL}{path}", ()))
    assert requests == []
    lab.ask(Request(None, "PATCH", f"{BASE_URL}/v2/apps", ()))
    assert len(requests) == 1


def test_requests_sent_together_are_looked_at_before(make_lab: MakeLab) -> None:
    """None of them leaves when one may not."""
    lab, requests = make_lab(operations=READS)
    with pytest.raises(NotOffered):
        lab.send_together([Template("ListApps"), Template("CreateApp", body={"app_name": "a"})])
    assert requests == []


def test_a_listed_application_is_read_and_never_changed(make_lab: MakeLab) -> None:
    """It is somebody's: with no way to make one, it serves for what only reads."""
    lab, requests = make_lab(operations=("ListApps", "ShowApp", "6", "8"), fixtures=Fixtures())
    lab.begin("case")
    assert lab.send(Template("ShowApp", {"app_id": Given("app")})).status == 200
    with pytest.raises(NotOffered, match="which this run did not create"):
        lab.send(CALLBACK)
    with pytest.raises(NotOffered, match="app of its own"):
        lab.resources.fresh("app")
    assert {r.method for r in requests} == {"GET"}


def test_a_named_application_may_be_used_but_not_deleted(make_lab: MakeLab) -> None:
    """The target file says so of its fixtures; at a live target it is only read."""
    everything = ("ListApps", "ShowApp", "DeleteApp", "UpdateRecordCallback")
    lab, requests = make_lab(operations=everything)
    lab.begin("case")
    assert lab.send(CALLBACK).status == 200
    with pytest.raises(NotOffered):
        lab.send(Template("DeleteApp", {"app_id": Given("app")}))
    live, _ = make_lab(operations=everything, profile="live")
    live.begin("case")
    with pytest.raises(NotOffered):
        live.send(CALLBACK)
    assert [r.method for r in requests if r.method != "GET"] == ["PUT"]


def test_a_live_target_keeps_nothing_that_could_not_be_deleted(make_lab: MakeLab) -> None:
    """Nothing is created there without its deletion; at an emulator it is, and it is told."""
    offered = ("CreateApp", "ListApps")
    live, requests = make_lab(operations=offered, profile="live")
    live.begin("case")
    with pytest.raises(NotOffered, match="could not be deleted"):
        live.resources.get("app")
    assert [r for r in requests if r.method == "POST"] == []
    lab, _ = make_lab(operations=offered)
    lab.begin("case")
    made = lab.resources.get("app")
    assert lab.resources.clean() == [f"app {made}"]


def test_without_show_and_list_the_answer_of_the_creation_is_the_proof(make_lab: MakeLab) -> None:
    """What it was answered with carries our name, so it may be deleted again."""
    lab, _ = make_lab(operations=("CreateApp", "DeleteApp"))
    lab.begin("case")
    lab.resources.get("app")
    assert lab.resources.clean() == []


def test_what_is_known_of_nobody_says_what_may_name_it(make_lab: MakeLab) -> None:
    """The reason names the operation that is missing and the setting that would help."""
    lab, _ = make_lab(operations=("13",), fixtures=Fixtures())
    lab.begin("case")
    with pytest.raises(Blocked) as absent:
        lab.resources.get("populated_app")
    assert dataclasses.asdict(lab.settings.fixtures)["app_id"] is None
    assert str(absent.value) == (
        "it needs app, and the target does not offer CreateApp; fixtures.app_id may name one"
    )
