"""False alarms at the reference without faults, seed by seed, a line as soon as each run ends.

``python tests/faults/alarms.py --seeds 0-19 --levels quick,standard,thorough`` runs in this process
without a network; the exit status is 1 if anything was found. ``--minutes`` begins nothing later.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import driver

from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world


def alarms(level: str, seed: int) -> tuple[list[str], int]:
    """What is found at the reference without any fault, SHOULD included; and the requests sent."""
    world = seeded_world(seed)
    app = create_app(world, with_control=True)
    with driver.Run(world, app, driver.contract().requirements, seed) as run:
        verdicts = run.judge(level)
    found = [f"{one.requirement} ({one.case}): {one.message}" for one in verdicts.findings]
    return found, verdicts.requests


def main() -> None:
    """Run what is asked for, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-19", help="FIRST-LAST")
    parser.add_argument("--levels", default="quick,standard,thorough")
    parser.add_argument("--minutes", type=float, default=60.0)
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    ends = time.monotonic() + asked.minutes * 60
    broken = 0
    for level in asked.levels.split(","):
        for seed in range(int(first), int(last or first) + 1):
            if time.monotonic() > ends:
                print("no time left", flush=True)  # noqa: T201
                sys.exit(1 if broken else 4)
            began = time.monotonic()
            found, requests = alarms(level, seed)
            broken += bool(found)
            seconds = time.monotonic() - began
            print(  # noqa: T201
                f"{level} seed {seed}: {len(found)} found, {requests} requests, {seconds:.1f} s",
                *found[:5],
                sep="\n  ",
                flush=True,
            )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
