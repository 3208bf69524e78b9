"""All faults by name, and planting one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.faults import transport
from conformance.faults.derived import (
    answers,
    auth,
    combinations,
    envelopes,
    inputs,
    over_strict,
    unknown_resources,
)
from conformance.faults.rules import (
    account_conditions,
    application_switch,
    applications,
    automatic_recording_and_callbacks,
    buckets,
    common,
    common_auth,
    identity,
    individual_jobs,
    job_and_statistics_conditions,
    jobs,
    leakage,
    mix_jobs,
    notifications,
    paged_lists,
    recording_rules,
    rooms,
    stale_times,
    unsupported_features,
)
from conformance.faults.rules.statistics import conditions as statistics_conditions
from conformance.faults.rules.statistics import lists as statistics_lists
from conformance.faults.rules.statistics import meaning as statistics_meaning
from conformance.faults.rules.statistics import narrowing as statistics_narrowing
from conformance.faults.rules.statistics import relations as statistics_relations
from conformance.faults.rules.statistics import rooms_and_users as statistics_rooms_and_users
from conformance.faults.rules.statistics import stays as statistics_stays
from conformance.faults.rules.statistics import windows as statistics_windows
from conformance.reference.app import create_app

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from conformance.faults.model import Fault
    from conformance.reference.world import World

SOURCES: tuple[Callable[[], Iterable[Fault]], ...] = (
    inputs.faults,
    over_strict.faults,
    unknown_resources.faults,
    auth.faults,
    combinations.faults,
    answers.faults,
    envelopes.faults,
    identity.faults,
    applications.faults,
    application_switch.faults,
    paged_lists.faults,
    recording_rules.faults,
    automatic_recording_and_callbacks.faults,
    jobs.faults,
    mix_jobs.faults,
    leakage.faults,
    stale_times.faults,
    individual_jobs.faults,
    rooms.faults,
    buckets.faults,
    notifications.faults,
    statistics_windows.faults,
    statistics_stays.faults,
    statistics_narrowing.faults,
    statistics_meaning.faults,
    statistics_conditions.faults,
    statistics_lists.faults,
    statistics_relations.faults,
    statistics_rooms_and_users.faults,
    account_conditions.faults,
    job_and_statistics_conditions.faults,
    common.faults,
    common_auth.faults,
    transport.faults,
    unsupported_features.faults,
)
"""Where faults come from, in the order in which they are listed."""


@lru_cache(maxsize=1)
def all_faults() -> Mapping[str, Fault]:
    """Every fault by its name, in a fixed order. Two of one name are an error of ours."""
    found: dict[str, Fault] = {}
    for source in SOURCES:
        for fault in source():
            if fault.name in found:
                raise ValueError(f"two faults are called {fault.name}")
            found[fault.name] = fault
    return MappingProxyType(found)


def find_fault(name: str) -> Fault:
    """The fault of that name. Raises UsageError, with the name that was probably meant."""
    known = all_faults()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "sparkrtc-conformance faults lists them"
        raise UsageError(f"fault {name!r}", "is not known", hint)
    return known[name]


def plant(name: str, world: World, *, with_control: bool = False) -> ASGIApp:
    """The reference over ``world`` with the fault of that name. Raises UsageError for no fault."""
    fault = find_fault(name)
    return fault.apply(world, create_app(world, with_control=with_control))
