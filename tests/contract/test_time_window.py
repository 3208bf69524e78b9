"""Time windows as records."""

import datetime as dt

import pytest

from conformance.contract.document import Contract
from conformance.contract.time_window import read_duration, read_time_window

DAY = 24 * 3600


def test_windows_of_the_contract_are_records(contract: Contract) -> None:
    """13.10: an hour; a day if only one user is asked for. 13.7: days, 31 of them."""
    events = contract.operation("ListRtcEvent").window
    assert events is not None
    assert (events.longest, events.single) == (dt.timedelta(hours=1), dt.timedelta(hours=24))
    usage = contract.operation("ListRtcHistoryUsage").window
    assert usage is not None
    assert usage.daily
    assert usage.longest == dt.timedelta(days=31)
    assert usage.write(dt.datetime(2024, 3, 1, 12)) == "2024-03-01"
    assert usage.read("2024-03-01") == dt.datetime(2024, 3, 1)
    assert contract.operation("ShowApp").window is None
    assert read_time_window(None) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("P31D", 31 * DAY), ("PT1H", 3600), ("P1DT2H3M", DAY + 7380)]
)
def test_durations(text: str, seconds: int) -> None:
    """Days, hours and minutes."""
    assert read_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1Y"])
def test_what_is_no_duration(text: str) -> None:
    """Anything else is an error of the contract."""
    with pytest.raises(ValueError, match="not a duration"):
        read_duration(text)
