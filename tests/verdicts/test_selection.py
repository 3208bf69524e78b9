"""Which requirements are judged: globs, claims, profiles; and which cases that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from conformance.access.capability import CAPABILITIES, PROFILES
from conformance.cases.plan import generated_cases
from conformance.checks.exchange import every_exchange
from conformance.checks.internals import NO_INTERNALS
from conformance.contract.document import Contract
from conformance.errors import UsageError
from conformance.verdicts.selection import Selection, select

EVERYTHING = frozenset(CAPABILITIES)


def _select(
    contract: Contract,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    capabilities: frozenset[str] = EVERYTHING,
    profile: str = "emulator",
) -> Selection:
    return select(contract, only, exclude, capabilities, profile)


def test_everything_is_judged_unless_told_otherwise(contract: Contract) -> None:
    """No option: every requirement, of a target that claims everything."""
    selection = _select(contract)
    assert selection.judged == contract.requirements.keys()
    assert selection.claimed == contract.operations.keys()


def test_only_and_exclude(contract: Contract) -> None:
    """Globs of requirements and names of operations; what is left out says by what."""
    selection = _select(contract, ["ShowApp", "*/rule/*"], ["ShowApp/4*"])
    assert "ShowApp/200/app_id/required" in selection.wanted
    assert "CreateApp/body/app_name/required" not in selection.wanted
    assert selection.left_out["ShowApp/404/error_code/catalogued"] == "excluded by --exclude"
    assert selection.left_out["CreateApp/body/app_name/required"] == "not among --only"


def test_brackets_are_no_wildcards(contract: Contract) -> None:
    """Paths of lists can be typed as they are."""
    selection = _select(contract, ["ListApps/200/apps[].state.state/*"])
    assert selection.wanted == {
        r for r in contract.requirements if r.startswith("ListApps/200/apps[].state.state/")
    }


@pytest.mark.parametrize(
    ("glob", "hint"),
    [("ShowAp", "did you mean ShowApp?"), ("zzzzzz", "see sparkrtc-conformance requirements")],
)
def test_a_glob_that_matches_nothing(contract: Contract, glob: str, hint: str) -> None:
    """An error with a suggestion: a typo must not read as a green run."""
    with pytest.raises(UsageError) as raised:
        _select(contract, [glob])
    assert hint in str(raised.value)
    with pytest.raises(UsageError):
        _select(contract, [], [glob])


def test_what_is_not_claimed(contract: Contract) -> None:
    """A read-only target is not held to writes, and their cases are not sent."""
    selection = _select(contract, capabilities=PROFILES["live"])
    assert "writes" in selection.not_applicable["CreateApp/body/app_name/required"]
    assert "CreateApp" not in selection.claimed
    sent = {case.operation for case in generated_cases(contract) if selection.needs(case)}
    assert sent <= selection.claimed
    assert "ListApps" in sent


def test_a_stateless_mock(contract: Contract) -> None:
    """It keeps nothing, so it is not asked for rules, defaults, unknown ids or wrong tokens."""
    selection = _select(contract, profile="stateless")
    reason = "the profile stateless does not include it"
    assert selection.not_applicable["ShowApp/path/app_id/known"] == reason
    assert selection.not_applicable["ShowApp/auth/wrong-token"] == reason
    assert "ShowApp/auth/no-credentials" in selection.judged
    stateful = {r.id for r in contract.requirements.values() if r.kind == "rule"}
    stateful -= every_exchange(contract)
    assert stateful | {"common/header/x-request-id/unique"} <= selection.excused
    assert NO_INTERNALS in selection.judged
    assert not _select(contract).excused
    assert "CreateApp/body/app_name/required" in selection.judged


def test_only_the_cases_that_are_needed(contract: Contract) -> None:
    """One requirement of an input needs the cases that judge it, not the whole contract."""
    selection = _select(contract, ["CreateApp/body/app_name/type"])
    needed = [case for case in generated_cases(contract) if selection.needs(case)]
    counts = Counter(case.operation for case in needed)
    assert counts.keys() == {"CreateApp"}
    assert 0 < counts["CreateApp"] < 12


def test_what_every_exchange_judges_takes_some_requests(contract: Contract) -> None:
    """A common rule alone is judged by requests that must be accepted, and by refusals."""
    selection = _select(contract, ["common/header/x-request-id/unique"])
    kinds = {case.kind for case in generated_cases(contract) if selection.needs(case)}
    assert "positive" in kinds
    status = _select(contract, ["ShowApp/answer/status/documented"])
    needed = [case for case in generated_cases(contract) if status.needs(case)]
    assert needed
    assert {case.operation for case in needed} == {"ShowApp"}
