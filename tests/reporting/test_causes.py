"""Grouping by cause: one fault reads as one, two faults read as two."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.document import load_contract
from conformance.model.report import Report, ReportedFinding, ReportedRequirement
from conformance.model.verdict import Verdict
from conformance.reporting.causes import Cause, causes_of
from conformance.reporting.language import language
from conformance.reporting.trace import trace
from tests.reporting.sample import assemble, exchange_of, finding_of

OK = {"app_id": "a"}
_PLACES = ("status", "body", "json", "auth", "path", "query", "header")
REFUSED = {"error_code": "APIGW.0101", "error_msg": "no such API"}


def _requirement(identity: str, level: str = "MUST") -> ReportedRequirement:
    operation = identity.partition("/")[0]
    named = None if operation == "common" else operation
    return ReportedRequirement(
        identity, level, named, "5", "section 5.1", "text", Verdict.FAIL, cases=["case"]
    )


def _finding(
    identity: str,
    status: int = 200,
    answer: Any = OK,
    message: str = "wrong",
    expected: str = "400",
    level: str = "MUST",
    asked: str = "",
    actual: str = "",
) -> ReportedFinding:
    seen = replace(
        exchange_of(1, "CreateApp", status, answer), operation=asked or identity.partition("/")[0]
    )
    return finding_of(_requirement(identity, level), seen, message, expected, actual or str(status))


def _causes(*findings: ReportedFinding, passed: tuple[str, ...] = ()) -> list[Cause]:
    requirements = [_requirement(item.requirement, item.level) for item in findings]
    requirements += [replace(_requirement(item), verdict=Verdict.PASS) for item in passed]
    return causes_of(assemble(requirements, list(findings)))


def test_the_planted_faults_are_told_apart(report: Report) -> None:
    """179 findings of eight planted faults read as eight causes, the waived one aside."""
    causes = causes_of(report)
    assert len(report.findings) == 179
    assert {cause.kind for cause in causes} == {
        "unchecked",
        "refused",
        "header",
        "field",
        "wrong-refusal",
        "crash",
        "undeclared",
    }
    assert len(causes) == 8
    told = [identity for cause in causes for identity in cause.requirements]
    assert "CreateRecordRule/rule/state-kept" not in told
    assert len(told) == len(set(told)) == 178


def test_the_gravest_cause_comes_first(report: Report) -> None:
    """MUST before SHOULD, and among equals the one that breaks more."""
    causes = causes_of(report)
    order = [(cause.level != "MUST", -len(cause.requirements)) for cause in causes]
    assert order == sorted(order)


def test_same_field_and_keyword_across_operations_is_one() -> None:
    """A wrong value of one field in several operations, in lists or not, is one fault."""
    (cause,) = _causes(
        _finding("ListApps/200/apps[].state.state/enum"), _finding("ShowApp/200/state.state/enum")
    )
    assert cause.operations == ("ListApps", "ShowApp")


def test_different_fields_missing_are_different_causes() -> None:
    """Two fields missing from otherwise good answers are two faults."""
    assert len(_causes(_finding("A/200/x/required"), _finding("B/200/y/required"))) == 2


def test_an_answer_that_lacks_most_fields_is_one() -> None:
    """Many fields missing from one answer are one fault, not many."""
    found = [_finding(f"A/200/apps[].{name}/required") for name in "abcd"]
    (cause,) = _causes(*found)
    assert cause.kind == "incomplete-answer"


def test_a_header_is_one_cause_whatever_its_spelling_and_status() -> None:
    """The same header missing on many statuses is one fault."""
    found = [_finding(f"A/{status}/header/x-request-id/required") for status in (200, 400)]
    found.append(_finding("B/404/header/X-request-Id/required"))
    (cause,) = _causes(*found)
    assert cause.kind == "header"


def test_an_operation_refused_altogether_is_one() -> None:
    """Every request of an operation answered with the same error is one fault."""
    places = ("body/a/type", "body/b/required", "200/c/required", "rule/x")
    found = [_finding(f"A/{place}", 404, REFUSED) for place in places]
    (cause,) = _causes(*found)
    assert cause.kind == "refused"
    assert dict(cause.facts) == {"status": "404", "code": "APIGW.0101"}


def test_an_operation_that_sometimes_works_is_not_refused_altogether() -> None:
    """A single answer requirement that passed shows that the operation is there."""
    found = [_finding(f"A/body/{name}/type", 404, REFUSED) for name in "abc"]
    kinds = {cause.kind for cause in _causes(*found, passed=("A/200/x/required",))}
    assert "refused" not in kinds


def test_a_rule_that_needs_a_refused_operation_follows_it() -> None:
    """A rule of another operation that fails on the refused one is not a second fault."""
    found = [_finding(f"A/body/{name}/type", 404, REFUSED) for name in "abc"]
    found.append(_finding("B/rule/gone-beneath", 404, REFUSED, asked="A"))
    (cause,) = _causes(*found)
    assert cause.operations == ("A", "B")
    assert cause.struck == ("A",)


def test_an_operation_that_checks_nothing_is_one() -> None:
    """Accepting whatever is wrong is one fault; a single check that works makes it several."""
    words = ("required", "type", "null")
    found = [_finding(f"A/body/app_name/{word}", 201) for word in words]
    found.append(_finding("A/rule/name-unique", 201, expected="400 with error code RTC.00001020"))
    (cause,) = _causes(*found)
    assert cause.kind == "unvalidated"
    assert len(_causes(*found, passed=("A/body/app_name/maxLength",))) == 4


def test_numbers_in_quotes_are_one_wherever_they_show() -> None:
    """Types, defaults and rules that stumble over the same quoted number are one fault."""
    (cause,) = _causes(
        _finding("A/200/count/type", expected='"4" is not of type "integer"', actual="'4' (str)"),
        _finding("B/rule/count-is-total", expected="11", actual="['11', '11']"),
        _finding("C/body/idle/default", 201, message="idle reads '30'", expected="30"),
    )
    assert cause.kind == "numbers-as-text"


def test_what_is_text_by_the_document_is_not_mistaken_for_a_number() -> None:
    """A quoted number that the document quotes too is another fault."""
    kinds = {
        cause.kind
        for cause in _causes(
            _finding("A/200/job_id/enum", expected="'4' or '5'", actual="'7'"),
            _finding("B/rule/read-back", expected="'11'", actual="'12'"),
        )
    }
    assert kinds == {"field", "rule"}


def test_rules_that_one_test_saw_broken_are_one_cause() -> None:
    """Two rules of one operation in one test; the same rule of two operations comes first."""
    case = "test_an_update"
    found = [
        replace(_finding(f"A/rule/{name}", 200, expected="x", actual="y"), case=case)
        for name in ("seen-by-show", "seen-by-list")
    ]
    (cause,) = _causes(*found)
    assert (cause.kind, len(cause.requirements)) == ("rules", 2)
    assert language("en").cause(cause) == "A: rules seen-by-show, seen-by-list are broken"
    other = replace(_finding("B/rule/seen-by-show", 200, expected="x", actual="y"), case=case)
    assert sorted(c.kind for c in _causes(*found, other)) == ["rule", "rule"]


def test_every_title_names_where(report: Report) -> None:
    """Whoever reads a title alone knows which operation to look at; client/ is no operation."""
    for code in ("en", "zh"):
        for cause in causes_of(report):
            title = language(code).cause(cause)
            assert cause.kind == "single" or any(name in title for name in cause.operations), title
    client = replace(_finding("client/A/body/x/required", 200), case="request-1")
    assert _causes(client)[0].operations == ("A",)
    common = _causes(_finding("common/header/x-request-id/on-every-answer", 404))
    assert language("en").cause(common[0]).startswith("any operation: answer header x-request-id")


def test_a_wrong_value_misleads_the_rules_that_read_it() -> None:
    """A rule that fails on the same undocumented value follows the field that has it."""
    (cause,) = _causes(
        _finding("A/200/state/enum", actual="'ENABLED' (str)"),
        _finding("B/rule/state-filter", expected="ACTIVATION", actual="{'a': 'ENABLED'}"),
    )
    assert cause.findings[0].requirement == "A/200/state/enum"


def test_common_statements_follow_the_refusal_that_breaks_them() -> None:
    """A wrong error body everywhere is told with the refusals that have it."""
    found = [_finding(f"A/body/{f}/type", 422, {"detail": []}) for f in "abc"]
    found.append(_finding("common/answer/error-envelope", 422, {"detail": []}))
    (cause,) = _causes(*found, passed=("A/200/x/required",))
    assert "common/answer/error-envelope" in cause.requirements


def test_credentials_are_causes_of_their_own() -> None:
    """Accepting a wrong token in every operation is one fault."""
    (cause,) = _causes(*(_finding(f"{op}/auth/wrong-token", expected="401") for op in "ABC"))
    assert cause.kind == "auth"


def test_a_crash_is_one_cause_across_operations() -> None:
    """The same 5xx everywhere is one fault; another 5xx is another."""
    found = [_finding(f"{op}/body/x/type", 500, "<html>") for op in "ABC"]
    causes = _causes(*found, _finding("D/body/x/type", 503, ""))
    assert sorted(len(cause.requirements) for cause in causes) == [1, 3]


def test_wrong_refusals_are_one_and_refused_valid_input_is_another() -> None:
    """422 for every violation is one fault; refusing what is valid is a different one."""
    wrong = [_finding(f"A/body/{f}/type", 422, {"detail": []}, f"{f} off") for f in "abc"]
    valid = [_finding(f"A/body/{f}/enum", 422, {"detail": []}, expected="201") for f in "abc"]
    alive = ("A/200/x/required",)
    asked = {dict(cause.facts)["asked"] for cause in _causes(*wrong, *valid, passed=alive)}
    assert asked == {"violation", "valid"}


def test_a_keyword_that_is_never_checked_is_one() -> None:
    """Accepting every too long text is one fault; accepting one field's is that field's."""
    many = _causes(*(_finding(f"A/body/{name}/maxLength", 201) for name in "abc"))
    assert [cause.kind for cause in many] == ["unchecked"]
    one = _causes(*(_finding(f"{op}/body/app_name/maxLength", 201) for op in "ABC"))
    assert [cause.kind for cause in one] == ["field"]


@pytest.mark.parametrize(
    ("body", "kind"), [("", "empty"), ("<html>", "html"), ("oops", "text"), ("[1]", "json")]
)
def test_answers_that_are_no_documents_are_one(body: str, kind: str) -> None:
    """An HTML page (or nothing) instead of the answer breaks every field for one reason."""
    found = [_finding(f"{op}/200/{f}/required", 200, body) for op in "AB" for f in "xyz"]
    (cause,) = _causes(*found)
    assert dict(cause.facts)["body"] == kind


def test_numbers_sent_as_text_everywhere_are_one() -> None:
    """The same shape of message for different fields is one fault; the values do not matter."""
    found = [
        _finding(f"A/200/{name}/type", message=f"{name} is '{number}', a string")
        for number, name in enumerate(("width", "height", "count"))
    ]
    (cause,) = _causes(*found)
    assert cause.kind == "same-value"


def test_no_answer_is_one_cause_by_stage() -> None:
    """A connection that is refused breaks everything for one reason."""
    silent = replace(
        exchange_of(1, "CreateApp", 200, OK),
        response=None,
        failure={"stage": "connect", "message": "refused"},
    )
    found = [
        finding_of(_requirement(f"{op}/200/x/type"), silent, "no answer", "200", "nothing")
        for op in "AB"
    ]
    (cause,) = _causes(*found)
    assert cause.kind == "unanswered"


def test_a_finding_without_exchange_still_has_a_cause() -> None:
    """What no single exchange shows is grouped too: rules by name, common ones by themselves."""
    rule = [replace(_finding(f"{op}/rule/page-end"), exchange=None) for op in "AB"]
    common = replace(_finding("common/answer/error-envelope"), exchange=None)
    kinds = sorted(cause.kind for cause in _causes(*rule, common))
    assert kinds == ["rule", "single"]


def test_cause_ids_are_stable_and_differ(report: Report) -> None:
    """An id depends on the fault, not on the run: links into a report stay good."""
    first = [cause.id for cause in causes_of(report)]
    shuffled = replace(report, findings=list(reversed(report.findings)))
    assert sorted(cause.id for cause in causes_of(shuffled)) == sorted(first)
    assert len(set(first)) == len(first)


@pytest.mark.parametrize(
    ("identity", "side", "field", "keyword", "header"),
    [
        ("ListApps/query/limit/maximum", "request", "limit", "maximum", ""),
        (
            "ListApps/header/X-Auth-Token/required",
            "request",
            "X-Auth-Token",
            "required",
            "x-auth-token",
        ),
        ("ShowApp/404/error_code/catalogued", "answer", "error_code", "catalogued", ""),
        (
            "A/200/header/X-Request-Id/required",
            "answer",
            "header/X-Request-Id",
            "required",
            "x-request-id",
        ),
        ("A/rule/one-per-location", "rule", "", "one-per-location", ""),
        ("common/header/x-request-id/unique", "common", "x-request-id", "unique", "x-request-id"),
        ("A/200/body/undeclared", "answer", "body", "undeclared", ""),
        ("A/answer/status/documented", "answer", "status", "documented", ""),
        ("A/auth/wrong-token", "auth", "", "wrong-token", ""),
    ],
)
def test_ids_are_taken_apart_by_their_grammar(
    identity: str, side: str, field: str, keyword: str, header: str
) -> None:
    """Side, field, keyword and header of every kind of id."""
    seen = trace(_finding(identity))
    assert (seen.side, seen.field, seen.keyword, seen.header) == (side, field, keyword, header)


def test_messages_lose_their_values_but_keep_their_shape() -> None:
    """Field names, quoted values, numbers and ids go; the words that tell faults apart stay."""
    one = trace(_finding("A/200/apps[].count/type", message='apps[].count is "5", not a number'))
    two = trace(_finding("B/200/total/type", message='total is "17", not a number'))
    other = trace(_finding("B/200/total/type", message="total is null"))
    assert one.shape == two.shape != other.shape


def test_a_body_nested_too_deeply_is_only_text() -> None:
    """A hostile body cannot stop the report."""
    assert trace(_finding("A/200/x/type", answer="[" * 100_000)).body == "text"
    assert trace(_finding("A/200/x/type", answer=json.dumps({"error_code": 5}))).code == ""


def test_another_success_than_the_documented_is_one_cause() -> None:
    """200 where 201 stands: rules and common rules that say no more follow; others do not."""
    asked = {"asked": "CreateApp"}
    causes = _causes(
        _finding("CreateApp/201/status/answered", message="answered 200", expected="201"),
        _finding("CreateApp/answer/status/documented", expected="one of 201, 400, 500"),
        _finding("CreateApp/rule/name-exact", message="answered 200", expected="201"),
        _finding("common/text/nul", message="answered 200", expected="201, or 400", **asked),
        _finding("CreateApp/rule/unique", message="answered 200", expected="400"),
        _finding("CreateApp/rule/stays", message="the name changed", expected="201"),
        _finding("ListApps/rule/order", message="answered 200", expected="201"),
    )
    (whole,) = (cause for cause in causes if cause.kind == "status")
    assert len(whole.findings) == 4
    assert language("en").cause(whole) == "CreateApp: a valid request is answered 200"
    apart = {f.requirement for c in causes if c is not whole for f in c.findings}
    assert apart == {"CreateApp/rule/unique", "CreateApp/rule/stays", "ListApps/rule/order"}


def test_a_documented_value_that_is_refused_is_called_valid() -> None:
    """The requirement is about the list of values; what was sent is one of them."""
    found = _finding("ListApps/query/state/enum", 400, REFUSED, "a valid value", expected="200")
    (cause,) = _causes(found)
    assert language("en").cause(cause) == "ListApps: state, a valid value is refused"
    wrong = _finding("ListApps/query/state/enum", 404, REFUSED, expected="400 with error code X")
    (cause,) = _causes(wrong)
    assert "an undocumented value is not answered" in language("en").cause(cause)


@functools.cache
def _shapes() -> list[str]:
    """One requirement for each form of an id, whatever the operation, the field or the rule."""
    found: dict[tuple[str, ...], str] = {}
    contract = load_contract()
    for identity in (*contract.requirements, *client_requirements(contract)):
        operation, *rest = identity.split("/")
        kind = operation if operation in {"common", "client"} else ""
        place = next((part for part in rest[:-1] if part in _PLACES), "")
        keyword = "" if "rule" in rest else rest[-1]
        found.setdefault((kind, rest[0].strip("0123456789"), place, keyword), identity)
    return sorted(found.values())


@pytest.mark.parametrize("status", [200, 404, 500])
def test_every_requirement_that_breaks_has_a_title(status: int) -> None:
    """Whatever is found at whatever answer, alone or with others like it, is told in words."""
    spoken = [language(code) for code in ("en", "zh")]
    for identity in _shapes():
        (cause,) = _causes(_finding(identity, status, OK if status < 300 else REFUSED))
        assert all(words.cause(cause) for words in spoken), identity
