"""The types of fault that comparisons of REST fuzzers count, each planted and each found.

The first ones are those of the catalogue that the group of Zhang and Arcuri publishes for such
comparisons (Web Fuzzing Commons, ``fault_categories.json``; the number is theirs), as far as this
API can have them. The table 7 of their comparison of 2023 is not public as text; what tools miss,
as it and others report, is functional: codes, pages, order, counts, filters, defaults, state.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import driver
import pytest

from conformance.faults import find_fault, plant


@dataclass(frozen=True, slots=True)
class FaultType:
    """A type of fault, the fault of the catalogue that stands for it, and what finds it."""

    name: str
    fault: str
    requirement: str


TYPES = (
    FaultType(
        "F100 a server error for wrong input",
        "CreateApp/body/app_name/type/500",
        "CreateApp/body/app_name/type",
    ),
    FaultType(
        "F101 an answer that is not of its schema",
        "ShowApp/200/create_time/other-type",
        "ShowApp/200/create_time/type",
    ),
    FaultType(
        "F101 an answer with a status that is not documented",
        "ShowApp/200/status/206",
        "ShowApp/answer/status/documented",
    ),
    FaultType(
        "F102 success for wrong input",
        "ListApps/query/limit/maximum/not-enforced",
        "ListApps/query/limit/maximum",
    ),
    FaultType(
        "F102 success for fields that do not go together",
        "CreateRecordRule/body/hls-needs-config/combination/not-enforced",
        "CreateRecordRule/body/hls-needs-config/combination",
    ),
    FaultType(
        "F103 there after it was deleted", "DeleteApp/rule/gone/broken", "DeleteApp/rule/gone"
    ),
    FaultType(
        "F104 a refused request leaves something",
        "CreateRecordRule/rule/refused-changes-nothing/broken",
        "CreateRecordRule/rule/refused-changes-nothing",
    ),
    FaultType(
        "F203 a field can be set that is not the caller's",
        "CreateRecordRule/rule/rule-id-not-chosen/broken",
        "CreateRecordRule/rule/rule-id-not-chosen",
    ),
    FaultType(
        "F205 who is not known is told of a lack of rights",
        "CreateApp/auth/wrong-token/403",
        "CreateApp/auth/wrong-token",
    ),
    FaultType(
        "F206 what is another's can be changed",
        "common/isolation/foreign-tenant/broken",
        "common/isolation/foreign-tenant",
    ),
    FaultType(
        "F207 served without authentication",
        "ListApps/auth/no-credentials/accepted",
        "ListApps/auth/no-credentials",
    ),
    FaultType(
        "a wrong error code",
        "CreateRecordRule/body/mp4-needs-config/combination/other-code",
        "CreateRecordRule/body/mp4-needs-config/combination",
    ),
    FaultType(
        "pages that overlap",
        "ListRtcRoomList/rule/pages-disjoint/broken",
        "ListRtcRoomList/rule/pages-disjoint",
    ),
    FaultType(
        "a page that is left out",
        "ListApps/rule/first-page-zero/from-one",
        "ListApps/rule/first-page-zero",
    ),
    FaultType(
        "an order that changes", "ListApps/rule/order-stable/broken", "ListApps/rule/order-stable"
    ),
    FaultType(
        "a count of the page for that of all",
        "ListApps/rule/count-is-total/broken",
        "ListApps/rule/count-is-total",
    ),
    FaultType(
        "a filter that is not looked at",
        "ListRtcUserList/rule/filter-isp-subset/broken",
        "ListRtcUserList/rule/filter-isp-subset",
    ),
    FaultType(
        "a wrong default",
        "CreateRecordRule/rule/defaults-filled/broken",
        "CreateRecordRule/rule/defaults-filled",
    ),
    FaultType(
        "an update that is lost",
        "UpdateRecordRule/rule/seen-by-show/broken",
        "UpdateRecordRule/rule/seen-by-show",
    ),
    FaultType(
        "a state that is not kept to",
        "CreateMixJob/rule/refused-while-app-disabled/broken",
        "CreateMixJob/rule/refused-while-app-disabled",
    ),
)
LEAST = 10
"""How many types have to be planted."""


def test_there_are_types_enough() -> None:
    """At least ten, each with a name of its own and a fault that breaks what it names."""
    assert len({one.name for one in TYPES}) == len(TYPES) >= LEAST
    wrong = [one for one in TYPES if one.requirement not in find_fault(one.fault).breaks]
    assert wrong == []


@pytest.mark.parametrize("planted", TYPES, ids=lambda one: one.name)
def test_a_type_of_fault_is_found(planted: FaultType) -> None:
    """Planted in the reference, it is found by the requirement that is named beside it."""
    missed = driver.hunt(
        find_fault(planted.fault), partial(plant, planted.fault, with_control=True)
    )
    assert planted.requirement not in missed, missed[planted.requirement]
