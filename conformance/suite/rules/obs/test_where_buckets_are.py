"""Chapter 12: the buckets that are listed are the tenant's, each in its own region."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Answer, NotApplicable, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.suite.kit.buckets import rows_of

REGIONS = ("cn-north-4", "cn-north-1", "cn-north-5", "cn-north-6", "cn-south-1", "cn-east-2")
_ENDS = 2
"""How many buckets are looked into, from either end of the list."""


@rules("ListObsBucketObjects/rule/bucket-in-other-region")
def test_a_bucket_in_a_region_that_is_not_its_own(scenario: Scenario) -> None:
    """The region is where the bucket is (table 12-11): elsewhere there is no such bucket."""
    rule = scenario.rule("ListObsBucketObjects/rule/bucket-in-other-region")
    own = scenario.make("ListObsBucketObjects", query={"type": "objects"})
    if not _items(own):
        raise NotApplicable("the bucket has no objects that another region could show")
    elsewhere = next(name for name in REGIONS if name != scenario.given("bucket_location"))
    accepted = scenario.lab.contract.answers_of(rule.id)
    query = {"location": elsewhere, "type": "objects"}
    exchange = scenario.send("ListObsBucketObjects", query=query, accept=accepted)
    if rule.answered(exchange, *accepted.answers) and exchange.status == scenario.success(exchange):
        rule.that(
            not _items(exchange),
            f"objects are listed of a bucket in {elsewhere}, where it is not",
            expected="a refusal, or no objects",
            exchange=exchange,
        )


@rules("ListObsBuckets/rule/listed-buckets-exist")
def test_what_is_listed_is_there(scenario: Scenario) -> None:
    """A bucket of the list is one of the tenant's: its objects can be asked for (12.2)."""
    listed = scenario.make("ListObsBuckets")
    buckets = [row for row in rows_of(listed, "buckets") if row.get("location") in REGIONS]
    if not buckets:
        raise NotApplicable("no bucket is listed in a region of table 12-11")
    ends = buckets if len(buckets) <= 2 * _ENDS else [*buckets[:_ENDS], *buckets[-_ENDS:]]
    rule = scenario.rule("ListObsBuckets/rule/listed-buckets-exist")
    answers = Expectation((Answer(400, ("*",)), Answer(404, ("*",)), Answer(200)))
    for row in ends:
        query = {"bucket": row.get("bucket"), "location": row.get("location"), "type": "objects"}
        looked = scenario.send("ListObsBucketObjects", query=query, accept=answers)
        rule.heard(looked)
        rule.that(
            looked.status != 404,
            f"bucket {row.get('bucket')} is listed in {row.get('location')}, and is not there",
            expected="its objects",
            exchange=looked,
        )


@rules("ListObsBuckets/rule/bucket-with-objects-listed")
def test_a_bucket_that_is_there_is_listed(scenario: Scenario) -> None:
    """The bucket of the target file, whose objects are answered (12.2), is in the list (12.1)."""
    rule = scenario.rule("ListObsBuckets/rule/bucket-with-objects-listed")
    name = scenario.lab.settings.fixtures.bucket
    if name is None:
        raise NotApplicable("the target file names no bucket (fixtures.bucket)")
    place = scenario.given("bucket_location")
    scenario.make("ListObsBucketObjects", query={"type": "objects"})
    listed = scenario.make("ListObsBuckets")
    rule.that(
        any(
            (row.get("bucket"), row.get("location")) == (name, place)
            for row in rows_of(listed, "buckets")
        ),
        f"bucket {name} in {place} has its objects listed, and is not in the list of buckets",
        expected=f"{name} in {place}",
        exchange=listed,
    )


def _items(exchange: Exchange) -> list[dict[str, Any]]:
    return rows_of(exchange, "objects")
