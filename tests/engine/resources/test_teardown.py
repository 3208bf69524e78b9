"""Undoing what a journal names: ours is deleted, anything else is left alone."""

from __future__ import annotations

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
    return Created("1", resource, "Create", name, path, identifier)


def test_an_application_of_this_run(make_lab: MakeLab) -> None:
    """It carries the prefix, so it is ours; deleted, it is gone, and may be deleted again."""
    lab, _ = make_lab()
    undo = Teardown(lab.contract, lab)
    app = _app(lab, f"{PREFIX}1")
    item = _created("app", app, f"{PREFIX}1")
    assert undo.inspect(item, app, PREFIX) is Presence.OURS
    undo.delete(item, app)
    assert undo.inspect(item, app, PREFIX) is Presence.GONE
    undo.delete(item, app)


def test_an_application_of_somebody_else(make_lab: MakeLab) -> None:
    """An id in the journal is not enough: the name tells whose it is."""
    lab, _ = make_lab()
    app = _app(lab, "precious")
    assert (
        Teardown(lab.contract, lab).inspect(_created("app", app), app, PREFIX) is Presence.FOREIGN
    )


@pytest.mark.parametrize("name", [f" {PREFIX}Name ", f"{PREFIX}name".swapcase(), "长"])
def test_names_without_room_for_a_prefix(make_lab: MakeLab, name: str) -> None:
    """In capitals, behind a space, or of one character: ours, if our own create was answered."""
    lab, _ = make_lab()
    app = _app(lab, name)
    undo = Teardown(lab.contract, lab)
    assert undo.inspect(_created("app", app, name), app, PREFIX) is Presence.OURS
    lost = undo.inspect(_created("app", None, name), app, PREFIX)
    assert lost is (Presence.FOREIGN if name == "长" else Presence.OURS)
    assert undo.inspect(_created("app", "other", name), app, "another-") is Presence.FOREIGN


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
    item = _created("mix_job", job, "", **path)
    assert undo.inspect(item, job, PREFIX) is Presence.OURS
    assert undo.inspect(item, job, "another-") is Presence.FOREIGN
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
