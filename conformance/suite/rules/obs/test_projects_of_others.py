"""Chapter 12, section 12.3: the project that a change names, and whose buckets stay as they are."""

from __future__ import annotations

from typing import Any

from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import NotApplicable, Scenario, rules

BUCKETS, AUTHORISE = "ListObsBuckets", "UpdateObsBucketAuthority"


@rules(f"{AUTHORISE}/rule/other-tenant-unchanged")
def test_a_bucket_of_another_tenant_stays(scenario: Scenario) -> None:
    """Who names another tenant's project and bucket is refused, or changes nothing of theirs.

    Where both have a bucket of that name, one's own may change (E-12-project-id-meaning); it is put
    back, and so is theirs where it should not have moved.
    """
    rule = scenario.rule(f"{AUTHORISE}/rule/other-tenant-unchanged")
    foreign = scenario.lab.reach.second
    if foreign is None:
        raise Blocked("no second tenant is known; set SPARKRTC_SECOND_PROJECT_ID")
    own = {row.get("bucket"): row for row in _buckets(scenario)}
    theirs = _buckets(scenario, credentials="second")
    theirs.sort(key=lambda row: (row.get("bucket") in own, str(row.get("bucket"))))
    if not theirs:
        raise NotApplicable("the second tenant has no bucket")
    there = theirs[0]
    change = _change(there, not there.get("is_authorized"))
    accepted = scenario.lab.contract.answers_of(rule.id)
    named = {**change, "project_id": foreign.project_id}
    exchange = scenario.send(AUTHORISE, change=named, accept=accepted)
    rule.answered(exchange, *accepted.answers)
    after = scenario.make(BUCKETS, credentials="second")
    now = next((row for row in _rows(after.json) if row.get("bucket") == there.get("bucket")), {})
    changed = now.get("is_authorized") != there.get("is_authorized")
    rule.that(
        not changed,
        f"bucket {there.get('bucket')} of another tenant was changed",
        expected=f"is_authorized {there.get('is_authorized')}",
        actual=now.get("is_authorized"),
        exchange=after,
    )
    if changed:
        back = _change(there, bool(there.get("is_authorized")))
        scenario.send(AUTHORISE, change=back, credentials="second")
    if there.get("bucket") in own and exchange.status == scenario.success(exchange):
        mine = own[there.get("bucket")]
        scenario.send(AUTHORISE, change=_change(mine, bool(mine.get("is_authorized"))))


def _buckets(scenario: Scenario, **how: Any) -> list[dict[str, Any]]:
    return _rows(scenario.make(BUCKETS, **how).json)


def _rows(body: Any) -> list[dict[str, Any]]:
    return [row for row in body.get("buckets") or () if isinstance(row, dict)]


def _change(row: dict[str, Any], granted: bool) -> dict[str, Any]:
    return {
        "bucket": row.get("bucket"),
        "location": row.get("location"),
        "operation": int(granted),
    }
