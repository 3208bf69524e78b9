"""Paging is a record of the contract, the same for everyone who asks for pages."""

from __future__ import annotations

import pytest

from conformance.contract.document import load_contract
from conformance.contract.paging import Pagination, Rows, read_pagination


def test_pages_and_items_are_counted_by_name() -> None:
    """5.2 counts pages and has a total; 6.2 has none; 13.1 counts items; 5.3 has no pages."""
    operations = load_contract().operations
    apps = Pagination(True, "offset", "limit", "apps", "count")
    assert operations["ListApps"].pagination == apps
    assert operations["ListRecordRules"].pagination == Pagination(
        True, "offset", "limit", "rules", None
    )
    rooms = Pagination(False, "offset", "limit", "room_info_list", "total")
    assert operations["ListRtcRoomList"].pagination == rooms
    assert operations["ShowApp"].pagination is None


def test_a_part_that_is_missing_is_noticed() -> None:
    """Half of a pagination is none."""
    with pytest.raises(KeyError, match="limit"):
        read_pagination({"style": "page", "offset": "offset"})


def test_every_list_of_statistics_says_where_its_rows_are() -> None:
    """What chapter 13 lists stands in the contract, not in the tests of its rules."""
    operations = load_contract().operations.values()
    lists = {one.id: one for one in operations if one.chapter == "13"}
    assert all(one.rows is not None for one in lists.values())
    assert lists["ListRtcUserList"].rows == Rows("users", "join_time")
    assert lists["ListRtcAbnormalEventDimension"].rows == Rows("dimensions", None)
    for one in lists.values():
        assert one.rows is not None
        assert one.success.schema is not None
        names = {field.path.split(".")[0].split("[")[0] for field in one.success.fields}
        assert one.rows.items in names, one.id
