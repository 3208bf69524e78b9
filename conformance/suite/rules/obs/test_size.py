"""Chapter 12, section 12.2: the size of an object whose bytes are known."""

from __future__ import annotations

from conformance.engine.scenario import Blocked, NotApplicable, Scenario, rules
from conformance.suite.kit.buckets import rows_of

OBJECTS = "ListObsBucketObjects"


@rules(f"{OBJECTS}/rule/size-in-kilobytes")
def test_the_size_is_in_kilobytes(scenario: Scenario) -> None:
    """Table 12-15: kilobytes, be they 1,000 or 1,024 bytes, rounded up or down (E-12-size-unit)."""
    fixtures = scenario.lab.settings.fixtures
    name, size = fixtures.bucket_object, fixtures.bucket_object_bytes
    if name is None or size is None:
        raise NotApplicable("fixtures.bucket_object and bucket_object_bytes name no object")
    least, most = size // 1024, -(-size // 1000)
    if least <= size <= most:
        raise NotApplicable(f"an object of {size} bytes is too small to tell kilobytes")
    exchange = scenario.make(OBJECTS, query={"type": "objects", "prefix": name})
    rows = rows_of(exchange, "objects")
    sizes = [row.get("size") for row in rows if row.get("file_name") == name]
    if not sizes:
        raise Blocked(f"{name}, which fixtures.bucket_object names, is not in the bucket")
    scenario.rule(f"{OBJECTS}/rule/size-in-kilobytes").that(
        isinstance(sizes[0], int) and least <= sizes[0] <= most,
        f"the size of {name}, of {size} bytes, is not in kilobytes",
        expected=f"{least} to {most}",
        actual=sizes[0],
        exchange=exchange,
    )
