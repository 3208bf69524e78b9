"""All faults by name, and planting one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.reference.app import create_app
from conformance.reference.faults import (
    answers,
    chapter_05,
    chapter_05_lists,
    chapter_06,
    chapter_07_and_08,
    chapter_09,
    chapter_09_and_10,
    chapter_10,
    chapter_11_and_12,
    chapter_13_conditions,
    chapter_13_lists,
    chapter_13_relations,
    chapter_13_windows,
    circumstances,
    combinations,
    conditions,
    credentials,
    envelopes,
    identity,
    inputs,
    strangers,
    strictness,
    transport,
    unclaimed,
    wide,
    wide_credentials,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from conformance.reference.faults.fault import Fault
    from conformance.reference.world import World

SOURCES: tuple[Callable[[], Iterable[Fault]], ...] = (
    inputs.faults,
    strictness.faults,
    strangers.faults,
    credentials.faults,
    combinations.faults,
    answers.faults,
    envelopes.faults,
    identity.faults,
    chapter_05.faults,
    chapter_05_lists.faults,
    chapter_06.faults,
    chapter_07_and_08.faults,
    chapter_09_and_10.faults,
    chapter_09.faults,
    chapter_10.faults,
    chapter_11_and_12.faults,
    chapter_13_windows.faults,
    chapter_13_conditions.faults,
    chapter_13_lists.faults,
    chapter_13_relations.faults,
    conditions.faults,
    circumstances.faults,
    wide.faults,
    wide_credentials.faults,
    transport.faults,
    unclaimed.faults,
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
