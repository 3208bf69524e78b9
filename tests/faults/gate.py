"""What is found at the reference with permitted variants: nothing may be.

``python tests/faults/gate.py --levels quick,standard --seeds 0-9`` takes each variant alone and
twenty combinations of ten, in this process and without a network; ``--part alone`` or
``combinations``, ``--only GLOB`` and ``--share K/N`` (each N-th, from the K-th) take a part. What
sends no request through an operation that a variant changes says what it says without it, and is
left out; ``--whole`` judges that too. The exit status is 1 if anything was found, 4 if
``--minutes`` ended it.
"""

from __future__ import annotations

import argparse
import fnmatch
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import driver

from conformance.contract.operations import Operation
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Turn
from conformance.model.case import Case
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.variants.model import Variant
from conformance.variants.registry import all_variants, combination, make

COMBINATIONS = 20
SIZE = 10
_PERMITTED = ("others kept changing", "it is midnight")
"""What a run says, and cannot help: what others change, and the day that changes meanwhile."""


class Traced(driver.Run):
    """A run that knows what is being judged at the moment."""

    judging: frozenset[str] = frozenset()

    def _case(self, case: Case) -> None:
        self.judging = frozenset((*case.requirements, *filter(None, (case.violates,))))
        super()._case(case)

    def _rule(self, test: driver.RuleTest) -> None:
        self.judging = frozenset(test.judges)
        super()._rule(test)


@lru_cache(maxsize=64)
def _senders(level: str, seed: int) -> Mapping[str, frozenset[str]]:
    """The requirements whose judging sends something to each operation, without any variant."""
    found: dict[str, set[str]] = defaultdict(set)
    runs: list[Traced] = []

    async def behave(turn: Turn) -> Answer:
        found[turn.endpoint.name].update(runs[0].judging)
        return await turn.forward(turn.request)

    world = seeded_world(seed)
    app = make(
        create_app(world, with_control=True), world, [Variant("", "", "", (), behave, ("*",))]
    )
    with Traced(world, app, driver.contract().requirements, seed) as run:
        runs.append(run)
        run.judge(level)
    return {name: frozenset(them) for name, them in found.items()}


def concerned(variants: Sequence[Variant], level: str, seed: int) -> tuple[str, ...]:
    """The requirements of which something else may be said than without the variants.

    They are those of the operations that the variants go through, and those that send something
    there. What a run creates, it keeps for what it judges next: then it is whatever names that.
    """
    known = driver.contract()
    names = {name for one in variants for name in one.operations}
    if not names or "*" in names or any(one.prepare for one in variants):
        return tuple(known.requirements)
    kept = {
        kind
        for kind, made in known.resources.made.items()
        if names & {made.create, made.show, made.delete, made.retire}
    }
    names |= {one.id for one in known.operations.values() if kept & _named(one)}
    senders = _senders(level, seed)
    wanted = {one for name in names for one in senders.get(name, ())}
    return tuple(
        one for one in known.requirements if one in wanted or one.partition("/")[0] in names
    )


def _named(operation: Operation) -> set[str | None]:
    """The kinds of resources that an operation names."""
    fields = [field for parameter in operation.parameters for field in parameter.fields]
    fields += operation.body.fields if operation.body is not None else ()
    return {field.resource for field in fields}


def touched(variants: Sequence[Variant]) -> list[str]:
    """The requirements of the operations that the variants go through, or all: for a sample."""
    known = driver.contract().requirements
    names = {name for one in variants for name in one.operations}
    if "*" in names or not names:
        return list(known)
    return [one for one in known if one.partition("/")[0] in names]


def watched(variant: Variant, seen: set[str]) -> Variant:
    """The same variant, whose name gets into ``seen`` once it makes a difference."""
    behaviour = variant.behaviour
    if behaviour is None:
        seen.add(variant.name)
        return variant

    async def behave(turn: Turn) -> Answer:
        passed: list[tuple[Request, Answer]] = []

        async def forward(asked: Request) -> Answer:
            answer = await turn.forward(asked)
            passed.append((asked, answer))
            return answer

        told = await behaviour(replace(turn, forward=forward))
        if passed != [(turn.request, told)]:
            seen.add(variant.name)
        return told

    return replace(variant, behaviour=behave)


def findings(
    variants: Sequence[Variant],
    wanted: Sequence[str],
    level: str,
    seed: int,
    seen: set[str] | None = None,
) -> list[str]:
    """What makes a verdict other than conformant: a MUST that is broken, what was not shown.

    A SHOULD may prefer one of several permitted choices, and then warns of the others. What the
    reference without variants does not show at that level counts for nothing.

    ``seen`` gets the names of the variants that made a difference.
    """
    noted: set[str] = set() if seen is None else seen
    verdicts = _judged([watched(one, noted) for one in variants], tuple(wanted), level, seed)
    known = driver.contract().requirements
    broken = [
        f"{one.requirement} ({one.case}): {one.message}"
        for one in verdicts.findings
        if known[one.requirement].level is Level.MUST
    ]
    missing = _unshown(verdicts, wanted)
    if missing:
        missing -= _unshown_without(tuple(wanted), level, seed)
    return [*broken, *(f"{one}: {verdicts.outcomes(one)}" for one in sorted(missing))]


def _judged(
    variants: Sequence[Variant], wanted: tuple[str, ...], level: str, seed: int
) -> driver.Verdicts:
    world = seeded_world(seed)
    app = make(create_app(world, with_control=True), world, variants)
    with driver.Run(world, app, wanted, seed) as run:
        return run.judge(level)


def _unshown(verdicts: driver.Verdicts, wanted: Sequence[str]) -> frozenset[str]:
    """Each requirement of which something was to be seen, and nothing was.

    What others changed all the time, or the day between two requests, cannot be judged.
    """
    entries = verdicts.ledger.entries
    tried = {one: entries[one].counts for one in wanted if one in entries}
    return frozenset(
        one
        for one, counts in tried.items()
        if not counts.get(Outcome.PASS)
        and not counts.get(Outcome.FAIL)  # of a SHOULD: a warning; of a MUST: a finding
        and (counts.get(Outcome.INCONCLUSIVE) or counts.get(Outcome.BLOCKED))
        and not any(why in told.message for told in entries[one].told for why in _PERMITTED)
    )


@lru_cache(maxsize=64)
def _unshown_without(wanted: tuple[str, ...], level: str, seed: int) -> frozenset[str]:
    return _unshown(_judged((), wanted, level, seed), wanted)


def combinations(seed: int, count: int = COMBINATIONS) -> Iterator[tuple[Variant, ...]]:
    """Random combinations, the same for the same seed."""
    drawn = random.Random(seed)  # noqa: S311 - a choice of tests
    for _ in range(count):
        yield combination(drawn, SIZE)


def _subjects(part: str, only: str, share: str, seed: int) -> list[tuple[Variant, ...]]:
    alone = [(one,) for name, one in all_variants().items() if fnmatch.fnmatchcase(name, only)]
    every = [
        *(alone if part != "combinations" else ()),
        *(combinations(seed) if part != "alone" and only == "*" else ()),
    ]
    first, _, number = share.partition("/")
    return every[int(first) - 1 :: int(number)]


def main() -> None:
    """Run what is asked for, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-9", help="FIRST-LAST")
    parser.add_argument("--levels", default="quick,standard")
    parser.add_argument("--only", default="*")
    parser.add_argument("--part", choices=("all", "alone", "combinations"), default="all")
    parser.add_argument("--share", default="1/1")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--minutes", type=float, default=600.0)
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    ends = time.monotonic() + asked.minutes * 60
    runs = broken = 0
    seen: set[str] = set()
    tried: set[str] = set()
    for seed in range(int(first), int(last or first) + 1):
        for level in asked.levels.split(","):
            for variants in _subjects(asked.part, asked.only, asked.share, seed):
                if time.monotonic() > ends:
                    print(f"no time left: {runs} runs, {broken} with findings")  # noqa: T201
                    sys.exit(1 if broken else 4)
                wanted = touched(()) if asked.whole else concerned(variants, level, seed)
                found = findings(variants, wanted, level, seed, seen)
                tried |= {one.name for one in variants}
                runs += 1
                broken += bool(found)
                if found:
                    names = " ".join(one.name for one in variants)
                    head = f"{level} seed {seed} {names}: {len(found)} found"
                    print(head, *found[:4], sep="\n  ", flush=True)  # noqa: T201
    print(f"{runs} runs, {broken} with findings", "no difference:", *sorted(tried - seen))  # noqa: T201
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
