"""All permitted variants by name, and making some of them in the reference."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.reference.app import create_app
from conformance.variants import (
    absences,
    codes,
    conditions,
    effects,
    habits,
    meanings,
    notifications,
    shapes,
    statistics,
    times,
    wire,
)

if TYPE_CHECKING:
    from random import Random

    from starlette.types import ASGIApp

    from conformance.reference.world import World
    from conformance.variants.model import Variant

SOURCES: tuple[Callable[[], Iterable[Variant]], ...] = (
    codes.variants,
    times.variants,
    shapes.variants,
    habits.variants,
    conditions.variants,
    effects.variants,
    notifications.variants,
    statistics.variants,
    absences.variants,
    meanings.variants,
    wire.variants,
)
"""Where variants come from, in the order in which they are listed and made."""


@lru_cache(maxsize=1)
def all_variants() -> Mapping[str, Variant]:
    """Every variant by its name, in a fixed order. Two of one name are an error of ours."""
    found: dict[str, Variant] = {}
    for source in SOURCES:
        for variant in source():
            if variant.name in found:
                raise ValueError(f"two variants are called {variant.name}")
            found[variant.name] = variant
    return MappingProxyType(found)


def find_variants(names: Sequence[str]) -> tuple[Variant, ...]:
    """The variants of those names. Raises UsageError for an unknown name, or for two of an aspect.

    They come in the order of the list: what a wire looks like is chosen last.
    """
    known = all_variants()
    taken: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "sparkrtc-conformance variants"
            raise UsageError(f"variant {name!r}", "is not known", hint)
        aspect = known[name].aspect or name
        if aspect in taken:
            problem = f"excludes {taken[aspect]!r}"
            raise UsageError(f"variant {name!r}", problem, "take one of the two")
        taken[aspect] = name
    return tuple(one for name, one in known.items() if name in names)


def make(app: ASGIApp, world: World, variants: Iterable[Variant]) -> ASGIApp:
    """The application with the choices made, one around the other."""
    for variant in variants:
        if variant.prepare is not None:
            variant.prepare(world)
        app = variant.apply(world, app)
    return app


def plant(names: Sequence[str], world: World, *, with_control: bool = False) -> ASGIApp:
    """The reference over ``world`` as it is with those variants. Raises UsageError."""
    chosen = find_variants(names)
    return make(create_app(world, with_control=with_control), world, chosen)


def combination(random: Random, size: int) -> tuple[Variant, ...]:
    """That many variants, at random, of which none excludes another."""
    names = list(all_variants())
    random.shuffle(names)
    chosen: dict[str, str] = {}
    for name in names:
        chosen.setdefault(all_variants()[name].aspect or name, name)
    return find_variants(list(chosen.values())[:size])
