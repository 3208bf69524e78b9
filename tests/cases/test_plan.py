"""All generated cases: what they cover, that each breaks one thing, and how few they are."""

from __future__ import annotations

from collections import Counter, defaultdict

from conformance.cases.plan import includes
from conformance.cases.requests import bases, plain_body, sends_input
from conformance.cases.values import Choice, accepted_values
from conformance.contract.document import Contract
from conformance.contract.fields import Field
from conformance.contract.requirements import input_keywords, judged_parameters
from conformance.model import field_path
from conformance.model.case import EFFORTS, Case, Given, Unique
from conformance.model.requirement import Level

Cases = tuple[Case, ...]


def test_ids_are_unique_and_can_be_typed(cases: Cases) -> None:
    """A case is named once, without blanks."""
    counts = Counter(case.id for case in cases)
    assert not [name for name, count in counts.items() if count > 1]
    assert not [case.id for case in cases if " " in case.id or not case.id.isascii()]


def test_what_a_case_judges_exists(cases: Cases, contract: Contract) -> None:
    """Every requirement of a case is one of the contract, of its own operation."""
    for case in cases:
        for requirement in case.requirements:
            assert requirement in contract.requirements, case.id
            assert requirement.startswith(f"{case.operation}/"), case.id
        assert case.requirements, case.id


def test_efforts(cases: Cases) -> None:
    """A case of a level belongs to the levels above it too; most are not quick."""
    for case in cases[:50]:
        included = [includes(case, effort) for effort in EFFORTS]
        assert included == sorted(included)
        assert included[-1]
    assert sum(case.effort == "quick" for case in cases) < len(cases)


def test_packed_bodies_are_valid(cases: Cases, contract: Contract) -> None:
    """What must be accepted keeps the contract: packed, and each choice alone."""
    for case in (case for case in cases if case.kind == "positive"):
        body = contract.operation(case.operation).body
        if body is None or case.violates is not None:
            continue
        for template in [case.template, *(claim.alone for claim in case.claims)]:
            problems = body.validator.violations(plain_body(template.body))
            assert not problems, (case.id, problems)


def test_every_value_of_every_field_is_sent(cases: Cases, contract: Contract) -> None:
    """Each choice occurs in at least one request that must be accepted."""
    positive = defaultdict(list)
    for case in cases:
        if case.kind == "positive":
            positive[case.operation].append(case)
    missing: list[str] = []
    for operation in contract.operations.values():
        inputs = [(p.place, f) for p in judged_parameters(operation) for f in p.fields]
        inputs += [("body", f) for f in (operation.body.fields if operation.body else ())]
        for place, item in inputs:
            if place == "path" or not input_keywords(operation, item, place):
                continue
            shown = any(sends_input(base.template, place, item.path) for base in bases(operation))
            if item.schema.get("x-only-shown") and not shown:
                continue
            missing += [
                f"{operation.id}/{place}/{item.path} = {choice.value!r}"
                for choice in accepted_values(item)
                if not any(_sends(case, place, item, choice) for case in positive[operation.id])
            ]
    assert not missing, "\n".join(missing)


def _sends(case: Case, place: str, item: Field, choice: Choice) -> bool:
    """Whether a case sends the value; where any value will do, whether it sends the field."""
    whole = {"body": case.template.body, "query": case.template.query}.get(place)
    if whole is None:
        return False
    found = field_path.read_all(whole, item.path)
    if choice.variant == "sample" or isinstance(choice.value, (Given, Unique)):
        return bool(found)
    return any(type(one) is type(choice.value) and one == choice.value for one in found)


def test_packing_is_small(cases: Cases, contract: Contract) -> None:
    """Each-choice: about as many requests as the field with the most values, and the bases."""
    packed = [case for case in cases if case.id.split("/")[1] == "accepts"]
    counts = Counter(case.operation for case in packed if "/without-" not in case.id)
    for operation in contract.operations.values():
        inputs = [f for p in judged_parameters(operation) for f in p.fields]
        inputs += operation.body.fields if operation.body else ()
        most = max((len(list(accepted_values(item))) for item in inputs), default=0)
        least = len(bases(operation))
        assert least <= counts[operation.id] <= 2 * (least + most) + 2, operation.id


def test_a_refusal_is_asked_for_one_thing(cases: Cases, contract: Contract) -> None:
    """A spoiled body breaks just the statement it is made for, by the contract's own schema."""
    for case in (case for case in cases if case.kind == "negative"):
        _, place, rest = str(case.violates).split("/", 2)
        body = contract.operation(case.operation).body
        if place != "body" or body is None or case.template.raw is not None:
            continue
        path, keyword = rest.rsplit("/", 1)
        found = body.validator.violations(plain_body(case.template.body))
        if keyword == "known":
            assert not found, case.id
            continue
        names = {(v.path, v.keyword) for v in found}
        assert {name for name, _ in names} == {path}, (case.id, names)
        expected = "type" if keyword == "null" else keyword
        assert (path, expected) in names, (case.id, names)


def test_a_refusal_is_asked_for_in_one_place(cases: Cases, contract: Contract) -> None:
    """A spoiled query differs from a base request in that one parameter."""
    for case in (case for case in cases if case.kind == "negative"):
        _, place, path = str(case.violates).split("/")[:3]
        if place not in {"query", "path"}:
            continue
        name = path.removesuffix("[]")
        operation = contract.operation(case.operation)

        def rest(where: object, skip: str = name) -> dict[str, object]:
            assert isinstance(where, dict)
            return {key: value for key, value in where.items() if key != skip}

        alike = [
            base
            for base in bases(operation)
            if rest(getattr(base.template, place)) == rest(getattr(case.template, place))
        ]
        assert alike, case.id


def test_every_refusal_names_its_answers(cases: Cases) -> None:
    """Accepted answers are enumerated: a status in 4xx with its codes, or a listed success."""
    for case in (case for case in cases if case.kind != "positive"):
        assert case.expectation.answers
        assert any(answer.codes for answer in case.expectation.answers), case.id
        for answer in case.expectation.answers:
            assert 400 <= answer.status < 500 or not answer.codes, case.id


def test_what_is_a_may_is_not_sent(cases: Cases, contract: Contract) -> None:
    """No request is refused on demand of a statement that binds nobody."""
    violated = {case.violates for case in cases if case.kind == "negative"}
    mays = {r.id for r in contract.requirements.values() if r.level is Level.MAY}
    assert not violated & mays


def test_credentials_are_tried_on_every_operation(cases: Cases, contract: Contract) -> None:
    """None, a wrong one, a text that is none; only the operation that gives tokens needs none."""
    tried = defaultdict(set)
    for case in (case for case in cases if case.kind == "auth"):
        tried[case.operation].add(case.template.credentials)
    assert tried.keys() == contract.operations.keys() - {"CreateToken"}
    assert all(kinds == {"none", "wrong", "malformed"} for kinds in tried.values())


def test_every_must_of_an_input_has_a_case(cases: Cases, contract: Contract) -> None:
    """What the document demands of requests is judged by at least one of them."""
    judged = {r for case in cases for r in case.requirements}
    judged |= {f"{case.violates}-code" for case in cases if case.violates}
    unjudged = [
        r.id
        for r in contract.requirements.values()
        if r.kind in {"input", "auth"} and r.level is Level.MUST and r.id not in judged
    ]
    assert not unjudged, "\n".join(unjudged)


def test_optional_fields_are_left_out(cases: Cases) -> None:
    """That a field is optional is shown by a request without it, and so is its default."""
    left_out: set[str] = set()
    claimed: set[str] = set()
    for case in cases:
        for claim in case.claims:
            _, place, *middle, keyword = claim.requirement.split("/")
            if keyword in {"optional", "default"}:
                claimed.add(claim.requirement)
                if not sends_input(claim.alone, place, middle[0]):
                    left_out.add(claim.requirement)
                    assert claim.shown_as is None or not sends_input(
                        case.template, place, middle[0]
                    )
    assert claimed == left_out


def test_what_is_blank_may_count_as_missing(cases: Cases) -> None:
    """``metric=`` is no metric: the code of a missing parameter is as good as that of a wrong one.

    What need not be there may be served, too; no other code becomes right by it.
    """
    blank = {
        "ListRtcHistoryScale/query/metric/minItems~empty": False,
        "ListRtcHistoryScale/query/metric[]/enum~empty": True,
        "CreateApp/body/app_name/minLength~empty": False,
    }
    known = {case.id: case for case in cases if case.id in blank}
    assert known.keys() == blank.keys()
    for name, served in blank.items():
        answers = known[name].expectation.answers
        codes = {code for one in answers if one.status == 400 for code in one.codes}
        assert "RTC.00001005" in codes, name
        assert ("RTC.00001015" in codes) is False
        assert any(one.status == 200 for one in answers) is served, name
