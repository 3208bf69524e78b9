"""Every kind of fault that the suite promises to catch is planted somewhere, and sampled."""

from __future__ import annotations

import hunting
import pytest

from conformance.faults import all_faults
from conformance.model.requirement import glob_to_pattern

KINDS: dict[str, tuple[str, ...]] = {
    # Derived from what a requirement says
    "a required field is not enforced": ("*/required/not-enforced",),
    "a bound is off by one, inside": ("*/minimum/bound-refused", "*/maximum/bound-refused"),
    "a bound is off by one, outside": ("*/minimum/not-enforced", "*/maximum/not-enforced"),
    "an enumeration value is refused": ("*/enum/refuses-*",),
    "an enumeration takes one too many": ("*/enum/not-enforced",),
    "a field is dropped": ("*/2??/*/dropped",),
    "a field is renamed": ("*/2??/*/renamed",),
    "a field has another type": ("*/2??/*/other-type",),
    "a field is null": ("*/2??/*/null",),
    "a field is out of its enumeration": ("*/2??/*/unlisted",),
    "a status is swapped": ("*/2??/status/*",),
    "an error code is a neighbour": ("*/neighbour", "*/error_code/of-another-status"),
    "a header is missing": ("*/header/x-request-id/missing",),
    "a header is repeated": ("*/header/x-request-id/twice",),
    "a timestamp has another format": ("*/2??/*_time/malformed",),
    "a default is changed": ("*/default/other",),
    # Of rules
    "lost updates": (
        "*/rule/seen-by-show/broken",
        "*/rule/seen-by-list/broken",
        "UpdateRecordCallback/rule/replaces/broken",
    ),
    "no-op deletes": (
        "DeleteApp/rule/gone/broken",
        "DeleteRecordRule/rule/gone/broken",
        "StopMixJob/rule/becomes-stopped/broken",
    ),
    "stale lists": ("DeleteApp/rule/gone-from-list/broken", "*/rule/listed-after-create/broken"),
    "page from one": ("ListApps/rule/first-page-zero/broken", "*/first-page-zero/from-one"),
    "offset for page": ("ListApps/rule/pages-disjoint/broken", "*/rule/offset-counts-items/broken"),
    "count of the page for the total": (
        "ListApps/rule/count-is-total/broken",
        "*/rule/total-same-on-pages/broken",
    ),
    "filter ignored": ("ListApps/rule/state-filter/broken", "*/rule/filter-state-subset/broken"),
    "order reversed": ("*/rule/time-order/broken", "ListApps/rule/order-stable/broken"),
    "state that moves backwards": ("*/rule/state-moves-forward/broken",),
    "job accepted on a disabled application": (
        "*/rule/refused-while-app-disabled/broken",
        "StopApp/rule/refuses-*-jobs/broken",
    ),
    "rule shared between applications": (
        "*/rule/record-rule-of-another-app/broken",
        "ListRecordRules/rule/own-rules-only/broken",
    ),
    "id of another tenant served": (
        "common/isolation/foreign-tenant/broken",
        "common/isolation/foreign-project/broken",
    ),
    "refused request that half-applies": (
        "CreateApp/rule/duplicate-leaves-one/broken",
        "*/rule/refused-changes-nothing/broken",
    ),
    "second create that duplicates": (
        "CreateRecordRule/rule/one-per-location/broken",
        "*/rule/duplicate-job/broken",
    ),
    "window off by one day": (
        "*/samples-inside-window/day-early",
        "*/samples-inside-window/day-off",
        "*/narrower-window-contained/end-left-out",
    ),
    "sum that does not add up": ("ListRtcHistoryUsage/rule/total-is-sum/broken",),
    "token not checked": ("*/auth/wrong-token/accepted", "*/auth/no-credentials/accepted"),
    "expired token accepted": ("common/auth/expired-token-refused/broken",),
    "secret echoed": (
        "common/answer/no-secrets/broken",
        "CreateToken/rule/password-not-echoed/broken",
    ),
    # Of transport and of the mind
    "truncated JSON": ("transport/truncated-json", "*/body/cut"),
    "wrong charset": ("transport/utf-16", "transport/utf-16-undeclared", "*/content-type/gbk"),
    "gzip that is none": ("transport/no-gzip",),
    "slow drip": ("transport/slow-drip",),
    "reset after headers": ("transport/reset-after-headers",),
    "empty 200": ("transport/empty-200",),
    "HTML error page of a gateway": ("transport/html-200", "transport/gateway-html"),
    "500 once in 20": ("transport/500-once-in-20",),
    "latency": ("transport/hung",),
    "duplicate answers": ("transport/duplicate-answer",),
    "an answer that belongs to another request": ("transport/answer-of-another",),
    "a connection that breaks at one request": ("transport/hangs-up-*",),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_kind_is_planted_and_sampled(kind: str) -> None:
    """Each way to say it names a fault, and one of them is in the sample that always runs."""
    names, sampled = list(all_faults()), {fault.name for fault in hunting.sample()}
    patterns = [glob_to_pattern(glob) for glob in KINDS[kind]]
    planted = [[name for name in names if pattern.match(name)] for pattern in patterns]
    assert all(planted), f"{kind}: no fault for one of {KINDS[kind]}"
    assert sampled & {name for some in planted for name in some}, f"{kind}: none is sampled"


@pytest.mark.parametrize(
    ("key", "least"), hunting.STRATA, ids=["kind", "rule", "operation", "chapter", "group"]
)
def test_the_sample_is_stratified(key: object, least: int) -> None:
    """Of each kind, operation, chapter and flow group there are enough faults in the sample."""
    sampled = {fault.name for fault in hunting.sample()}
    for part, every in hunting.parts(key).items():  # type: ignore[arg-type]
        members = [fault for fault in every if not hunting.has_own_sample(fault)]
        found = sum(fault.name in sampled for fault in members)
        assert found >= min(least, len(members)), part
