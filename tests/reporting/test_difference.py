"""Two long values are told by what differs between them."""

from __future__ import annotations

import pytest

from conformance.reporting.difference import differing_parts

RULE = {
    "rule_id": "1bd094486a2b32004c9a0ae15419eefc",
    "obs_addr": {"bucket": "rtc-records", "object": ""},
    "record_formats": ["HLS", "MP4"],
    "hls_config": {"record_cycle": 120, "record_slice_duration": 10},
}


def _changed(**changes: object) -> str:
    return repr({**RULE, **changes})


@pytest.mark.parametrize(
    ("actual", "wanted", "received"),
    [
        (
            _changed(obs_addr={"bucket": "rtc-records", "object": "Record/"}),
            'obs_addr.object: ""',
            'obs_addr.object: "Record/"',
        ),
        (
            _changed(record_formats=["HLS", "HLS"]),
            'record_formats[1]: "MP4"',
            'record_formats[1]: "HLS"',
        ),
        (
            _changed(record_formats=["HLS"]),
            'record_formats: ["HLS", "MP4"]',
            'record_formats: ["HLS"]',
        ),
        (_changed(rule_id=None), 'rule_id: "1bd094486a2b32004c9a0ae15419eefc"', "rule_id: null"),
        (_changed(extra=True), "extra: –", "extra: true"),
        (
            _changed(hls_config={"record_cycle": True, "record_slice_duration": 10}),
            "hls_config.record_cycle: 120",
            "hls_config.record_cycle: true",
        ),
    ],
)
def test_only_what_differs_is_told(actual: str, wanted: str, received: str) -> None:
    """Paths with both values; what one side lacks is a dash."""
    assert differing_parts(repr(RULE), actual) == (wanted, received)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("400 with error code RTC.00001003", "201 {}"),
        ("[1]", "[2]"),
        (repr(RULE), repr(RULE)),
        (repr(RULE), repr([RULE])),
        (repr(RULE), repr(RULE)[:-20]),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_everything_else_stays_as_it_is(expected: str, actual: str) -> None:
    """Short values, equal ones, those of two kinds, and those that were cut or are too deep."""
    assert differing_parts(expected, actual) == (expected, actual)


def test_many_differences_are_cut() -> None:
    """Ten are told, and that there are more."""
    left, right = ({str(place): place + add for place in range(40)} for add in (0, 1))
    told = differing_parts(repr(left), repr(right))
    assert [len(text.splitlines()) for text in told] == [11, 11]
    assert told[0].endswith("\n…")
