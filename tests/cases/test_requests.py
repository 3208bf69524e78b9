"""Base requests: valid by the contract, smallest first, with ids left to the run."""

from __future__ import annotations

import itertools

import pytest

from conformance.cases.requests import (
    UNKNOWN_ID,
    bases,
    own_resources,
    plain_body,
    sends_input,
    with_input,
    without_input,
)
from conformance.contract.document import Contract
from conformance.contract.requirements import judged_parameters
from conformance.model.case import ABSENT, Given, Moment, Template, Unique
from conformance.suite.kit.jobs import NEVER_MADE


def test_every_base_request_is_valid(contract: Contract) -> None:
    """Required parameters are there, and bodies keep the contract."""
    for operation in contract.operations.values():
        for base in bases(operation):
            template = base.template
            for parameter in judged_parameters(operation):
                if parameter.required:
                    assert sends_input(template, parameter.place, parameter.name), base
            if operation.body is not None:
                problems = operation.body.validator.violations(plain_body(template.body))
                assert not problems, (operation.id, base.name, problems)
            else:
                assert template.body is ABSENT


def test_the_smallest_comes_first(contract: Contract) -> None:
    """A query begins with its required parameters only; a window may follow, then all of them."""
    names = [base.name for base in bases(contract.operation("ListRtcRoomList"))]
    assert names == ["minimal", "window", "full"]
    minimal, _, full = bases(contract.operation("ListRtcRoomList"))
    assert minimal.template.query.keys() < full.template.query.keys()


def test_ids_and_names_are_left_to_the_run(contract: Contract) -> None:
    """A body names the resources of the run; a name that must be fresh is one."""
    (app,) = bases(contract.operation("CreateApp"))[:1]
    assert isinstance(app.template.body["app_name"], Unique)
    path = bases(contract.operation("ShowRecordRule"))[0].template.path
    assert path == {"app_id": Given("app"), "rule_id": Given("record_rule")}
    rooms = bases(contract.operation("ListRtcUserList"))[0].template.query
    assert rooms["app"] == Given("populated_app")
    assert isinstance(
        bases(contract.operation("ListRtcHistoryUsage"))[-1].template.query["start_date"], Moment
    )


def test_what_a_success_uses_up(contract: Contract) -> None:
    """Deleting and dismissing need a resource of their own; looking does not."""
    own = {o.id: own_resources(contract, o) for o in contract.operations.values()}
    assert own["DeleteRecordRule"] == {"record_rule"}
    assert own["DeleteApp"] == own["StopApp"] == {"app"}
    assert own["ShowApp"] == own["UpdateRecordRule"] == frozenset()


def test_one_input_is_changed_everywhere() -> None:
    """Body, query, path and header; the original stays."""
    template = Template("Op", body={"a": 1}, query={"q": 1}, path={"p": 1}, headers={"H": "1"})
    assert with_input(template, "body", "a", 2).body == {"a": 2}
    assert with_input(template, "query", "q[]", 2).query == {"q": [2]}
    assert with_input(template, "path", "p", 2).path == {"p": 2}
    assert with_input(template, "header", "H", 2).headers == {"H": "2"}
    assert template.body == {"a": 1}


def test_one_input_is_left_out() -> None:
    """Body, query and header; what is held is told."""
    template = Template("Op", body={"a": 1}, query={"q": 1}, headers={"H": "1"})
    for place, name in (("body", "a"), ("query", "q"), ("header", "H")):
        assert sends_input(template, place, name)
        assert not sends_input(without_input(template, place, name), place, name)


def test_placeholders_become_plain_texts() -> None:
    """Bodies are held against schemas before anything is known of the target."""
    body = {"n": Unique(""), "g": Given("app", like="abc"), "m": [Moment(0)]}
    assert plain_body(body) == {"n": "text", "g": "abc", "m": ["2024-01-01T00:00:00Z"]}
    assert plain_body(ABSENT) is None


def test_fresh_resources_replace_the_shared_ones() -> None:
    """Only the kinds that are named, and only placeholders."""
    template = Template(
        "Op", path={"app_id": Given("app"), "rule_id": Given("record_rule"), "x": 1}
    )
    assert template.with_fresh(frozenset({"record_rule"})).path == {
        "app_id": Given("app"),
        "rule_id": Given("record_rule", fresh=True),
        "x": 1,
    }


@pytest.mark.parametrize("identifier", [UNKNOWN_ID, NEVER_MADE])
def test_no_server_made_by_hand_has_the_ids_that_are_unknown(identifier: str) -> None:
    """A mock's own project was 0123456789abcdef twice: 23 requirements said that it is unknown."""
    steps = {(int(a, 16) - int(b, 16)) % 16 for a, b in itertools.pairwise(identifier)}
    assert len(identifier) == 32
    assert len(steps) > 8
