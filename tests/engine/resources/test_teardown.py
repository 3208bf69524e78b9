"""Undoing what a journal names: ours is deleted, anything else is left alone."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.access.cleanup import Presence
from conformance.access.journal import Changed, Created
from conformance.engine.resources.teardown import Teardown
from conformance.model.case import Template
from tests.labs import answer_like

if TYPE_CHECKING:
    from conformance.engine.lab import Lab
    from tests.labs import MakeLab

PREFIX = "sparkconf-test-"


def _app(lab: Lab, name: str) -> str:
    answer = lab.send(Template("CreateApp", body={"app_name": name}), judge=False)
    return str(answer.json["app_id"])


def _created(resource: str, identifier: str | None, name: str = "", **path: str) -> Created:
    create = {"app": "CreateApp", "mix_job": "CreateMixJob", "record_rule": "CreateRecordRule"}
    return Created("1", resource, create[resource], name, path, identifier)


def test_an_application_of_this_run(make_lab: MakeLab) -> None:
    """It carries the prefix, so it is ours; deleted, it is gone, and may be deleted again."""
    lab, _ = make_lab()
    undo = Teardown(lab.contract, lab)
    app = _app(lab, f"{PREFIX}1")
    item = _created("app", app, f"{PREFIX}1")
    assert undo.inspect(item, app, PREFIX) is Presence.OURS
    undo.delete(item, app)
    assert undo.inspect(item, app, PREFIX) is Presence.NEVER_SEEN
    seen = dataclasses.replace(item, seen=True)
    assert undo.inspect(seen, app, PREFIX) is Presence.GONE
    undo.delete(item, app)


def test_an_application_of_somebody_else(make_lab: MakeLab) -> None:
    """An id in the journal is not enough: the name tells whose it is."""
    lab, _ = make_lab()
    app = _app(lab, "precious")
    assert (
        Teardown(lab.contract, lab).inspect(_created("app", app), app, PREFIX) is Presence.FOREIGN
    )


@pytest.mark.parametrize("name", [f" {PREFIX}Name ", f"{PREFIX}name".swapcase()])
def test_names_that_write_the_prefix_otherwise(make_lab: MakeLab, name: str) -> None:
    """In capitals, or behind a space: ours."""
    lab, _ = make_lab()
    app = _app(lab, name)
    undo = Teardown(lab.contract, lab)
    assert undo.inspect(_created("app", app, name), app, PREFIX) is Presence.OURS
    assert undo.inspect(_created("app", None, name), app, PREFIX) is Presence.OURS
    other = undo.inspect(_created("app", "other", name), app, "sparkconf-another-")
    assert other is Presence.FOREIGN


def test_a_name_without_room_for_a_prefix_is_left_to_the_user(make_lab: MakeLab) -> None:
    """Anybody could have written it into the journal: it is named, and not deleted."""
    lab, _ = make_lab()
    app = _app(lab, "长")
    with pytest.raises(LookupError, match="without the prefix of a run"):
        Teardown(lab.contract, lab).inspect(_created("app", app, "长"), app, PREFIX)


@pytest.mark.parametrize("prefix", ["", "sparkconf-", "precious", "SPARKCONF-a-"])
def test_a_prefix_of_no_run_undoes_nothing(make_lab: MakeLab, prefix: str) -> None:
    """An empty prefix is that of every name."""
    lab, _ = make_lab()
    app = _app(lab, "precious")
    with pytest.raises(LookupError, match="prefix of no run"):
        Teardown(lab.contract, lab).inspect(_created("app", app), app, prefix)


BEFORE = {"bucket": "records", "location": "cn-north-4", "operation": 0}


@pytest.mark.parametrize(
    "item",
    [
        Changed("1", "app", "DeleteApp", {"app_id": "a1"}, {}),
        Changed("1", "bucket", "DeleteApp", {}, BEFORE),
        Changed("1", "bucket", "UpdateObsBucketAuthority", {"x": "y"}, BEFORE),
        Changed("1", "bucket", "UpdateObsBucketAuthority", {}, {"bucket": "records"}),
        Changed("1", "bucket", "UpdateObsBucketAuthority", {}, {**BEFORE, "bucket": 7}),
        Changed("1", "room", "RemoveRoom", {"app_id": "a1"}, {}),
    ],
)
def test_a_change_that_no_run_makes_is_not_undone(make_lab: MakeLab, item: Changed) -> None:
    """Not a request is sent for it."""
    lab, requests = make_lab()
    with pytest.raises(LookupError, match="no such entry"):
        Teardown(lab.contract, lab).restore(item)
    assert requests == []


@pytest.mark.parametrize(
    "item",
    [
        Created("1", "app", "DeleteApp", "n", {}, "a1"),
        Created("1", "nothing", "CreateApp", "n", {}, "a1"),
        Created("1", "app", "CreateApp", "n", {"app_id": "a1"}, "a1"),
        Created("1", "app", "CreateApp", "n", {}, "../apps/a1"),
        Created("1", "app", "CreateApp", "n", {}, ".."),
        Created("1", "app", "CreateApp", "n", {}, ""),
        Created("1", "record_rule", "CreateRecordRule", "n", {"app_id": "a/b"}, "r1"),
        Created("1", "record_rule", "CreateRecordRule", "n", {}, "r1"),
    ],
)
def test_what_no_run_creates_is_not_deleted(make_lab: MakeLab, item: Created) -> None:
    """Another operation, another place, or an id that is none: not a request is sent."""
    lab, requests = make_lab()
    undo = Teardown(lab.contract, lab)
    for step in (
        lambda: undo.inspect(item, item.id or "", PREFIX),
        lambda: undo.delete(item, item.id or ""),
        lambda: undo.locate(item),
    ):
        with pytest.raises(LookupError, match="no such entry"):
            step()
    assert requests == []


def test_leftovers_are_what_the_list_shows_with_the_prefix(make_lab: MakeLab) -> None:
    """Whatever id a creation was answered with."""
    lab, _ = make_lab()
    app = _app(lab, f"{PREFIX}lost")
    _app(lab, "precious")
    left = list(Teardown(lab.contract, lab).leftovers(PREFIX))
    assert left == [f"app {app!a} named '{PREFIX}lost'"]


def test_every_page_is_searched(make_lab: MakeLab) -> None:
    """An application whose id was lost is found behind many others (5.2)."""
    lab, _ = make_lab()
    for number in range(11):
        _app(lab, f"filler-{number}")
    app = _app(lab, f"{PREFIX}far")
    for number in range(3):
        _app(lab, f"more-{number}")
    assert Teardown(lab.contract, lab).locate(_created("app", None, f"{PREFIX}far")) == (app,)


def test_an_application_whose_id_never_arrived(make_lab: MakeLab) -> None:
    """The answer was lost: the application is found by its name; nothing else can be."""
    lab, _ = make_lab()
    app = _app(lab, f"{PREFIX}lost")
    undo = Teardown(lab.contract, lab)
    assert undo.locate(_created("app", None, f"{PREFIX}lost")) == (app,)
    assert undo.locate(_created("app", None, "other")) == ()
    assert undo.locate(_created("record_rule", None, app_id=app)) == ()


def test_what_lies_in_an_application(make_lab: MakeLab) -> None:
    """A job belongs to whoever the application belongs to; a finished one is no failure."""
    lab, _ = make_lab()
    undo = Teardown(lab.contract, lab)
    job = lab.resources.get("mix_job")
    path = {name: str(value) for name, value in lab.resources.path_of("mix_job", job).items()}
    path.pop("job_id")
    item = _created("mix_job", job, "", **path)
    assert undo.inspect(item, job, PREFIX) is Presence.OURS
    assert undo.inspect(item, job, "sparkconf-another-") is Presence.FOREIGN
    undo.delete(item, job)
    undo.delete(item, job)
    lab.send(Template("DeleteApp", path={"app_id": path["app_id"]}), judge=False)
    assert undo.inspect(item, job, PREFIX) is Presence.GONE


def test_settings_are_put_back(make_lab: MakeLab) -> None:
    """The request that changed them is sent again with what was there before."""
    lab, requests = make_lab()
    before = {"bucket": lab.resources.get("bucket"), "location": "cn-north-4", "operation": 1}
    Teardown(lab.contract, lab).restore(
        Changed("1", "bucket", "UpdateObsBucketAuthority", {}, before)
    )
    assert requests[-1].method == "PUT"


def test_what_cannot_be_undone_says_so(make_lab: MakeLab) -> None:
    """A refusal or a broken wire is an error with the request and what came back."""

    def refusing(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return answer_like(answer, 403, {"error_code": "APIGW.0302", "error_msg": "m"})

    lab, _ = make_lab(refusing)
    item = _created("app", "a1")
    with pytest.raises(LookupError, match=r"DELETE .*/v2/apps/a1: 403"):
        Teardown(lab.contract, lab).delete(item, "a1")
    with pytest.raises(LookupError, match="403"):
        Teardown(lab.contract, lab).inspect(item, "a1", PREFIX)

    def dark(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    lab, _ = make_lab(handler=dark)
    with pytest.raises(LookupError, match="connect"):
        Teardown(lab.contract, lab).delete(item, "a1")
