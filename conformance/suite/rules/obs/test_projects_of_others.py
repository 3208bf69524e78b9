"""Chapter 12, section 12.3: the project that a change names, and whose buckets stay as they are."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Blocked, Inconclusive, NotApplicable, Scenario, rules
from conformance.suite.kit.buckets import rows_of

BUCKETS, AUTHORISE = "ListObsBuckets", "UpdateObsBucketAuthority"


@rules(f"{AUTHORISE}/rule/other-tenant-unchanged")
def test_a_bucket_of_another_tenant_stays(scenario: Scenario) -> None:
    """Who names another tenant's project and bucket is refused, or changes nothing of theirs.

    Only a bucket that is not in one's own list is named: two projects of one account may have the
    same buckets, and one's own are not ours to change. It is put back if it should have moved.
    """
    rule = scenario.rule(f"{AUTHORISE}/rule/other-tenant-unchanged")
    foreign = scenario.lab.reach.second
    if foreign is None:
        raise Blocked("no second tenant is known; set SPARKRTC_SECOND_PROJECT_ID")
    own = {row.get("bucket") for row in _buckets(scenario)}
    theirs = [
        row for row in _buckets(scenario, credentials="second") if row.get("bucket") not in own
    ]
    if not theirs:
        raise NotApplicable("the second tenant has no bucket that is not in one's own list")
    there = theirs[0]
    name, was = there.get("bucket"), there.get("is_authorized")
    accepted = scenario.lab.contract.answers_of(rule.id)
    named = {**_change(there, not was), "project_id": foreign.project_id}
    exchange = scenario.send(AUTHORISE, change=named, accept=accepted)
    rule.answered(exchange, *accepted.answers)
    restored = _change(there, bool(was))
    try:
        after = scenario.make(BUCKETS, credentials="second")
        now = next((row for row in rows_of(after, "buckets") if row.get("bucket") == name), {})
    except (Blocked, Inconclusive):
        scenario.send(AUTHORISE, change=restored, credentials="second")
        raise
    changed = now.get("is_authorized") != was
    if changed:
        scenario.send(AUTHORISE, change=restored, credentials="second")
    rule.that(
        not changed,
        f"bucket {name} of another tenant was changed",
        expected=f"is_authorized {was}",
        actual=now.get("is_authorized"),
        exchange=after,
    )


def _buckets(scenario: Scenario, **how: Any) -> list[dict[str, Any]]:
    return rows_of(scenario.make(BUCKETS, **how), "buckets")


def _change(row: dict[str, Any], granted: bool) -> dict[str, Any]:
    return {
        "bucket": row.get("bucket"),
        "location": row.get("location"),
        "operation": int(granted),
    }
