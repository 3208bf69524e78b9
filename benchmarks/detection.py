"""How many faults each tool finds, what that costs, and what it holds against a clean server.

``python benchmarks/detection.py --minutes 12`` plants one fault of a stratified sample after the
other, as long as there is time, and puts every tool before the same server; the table goes to
``reports/benchmarks/detection.md``. ``--all`` takes every fault, however long it takes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from judges import Judge, Prism, Said, Schemathesis, Suite, TunedSchemathesis
from sample import stratified
from served import served
from tables import detection_report

from conformance.contract.files import read_yaml, spec_folder
from conformance.reference.faults.fault import Fault
from conformance.reference.faults.registry import all_faults

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "detection.md"
CLEAN_RUNS = 2


@dataclass(slots=True)
class Results:
    """What each tool said of the clean server (each time) and of each fault."""

    clean: dict[str, list[Said]] = field(default_factory=dict)
    faults: list[tuple[Fault, dict[str, Said]]] = field(default_factory=list)


def main() -> None:
    """Measure, and write the table."""
    asked = _arguments()
    work = Path(tempfile.mkdtemp(prefix="detection-"))
    judges = _judges(asked, work)
    results = Results()
    with ThreadPoolExecutor(asked.workers) as pool:
        for judge, said in zip(
            judges, pool.map(lambda one: _clean(one, work), judges), strict=True
        ):
            results.clean[judge.name] = said
            print(judge.name, [(len(s.complaints), s.requests, round(s.seconds, 1)) for s in said],
                  said[0].problem, flush=True)  # fmt: skip
        order = stratified(all_faults().values(), asked.seed)
        chosen = order if asked.all else order[: asked.faults]
        ends = time.monotonic() + (float("inf") if asked.all else asked.minutes * 60)

        def one(fault: Fault) -> dict[str, Said] | None:
            return None if time.monotonic() > ends else _planted(judges, fault, work)

        for fault, said_of in zip(chosen, pool.map(one, chosen), strict=True):
            if said_of is not None:
                results.faults.append((fault, said_of))
                _print(fault, said_of, results)
                REPORT.parent.mkdir(parents=True, exist_ok=True)
                text = detection_report(judges, results.clean, results.faults, len(order))
                REPORT.write_text(text, encoding="utf-8")
    shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=24, help="size of the sample")
    parser.add_argument("--minutes", type=float, default=12.0, help="begin no fault after that")
    parser.add_argument("--all", action="store_true", help="every fault, without a limit of time")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--workers", type=int, default=2, help="faults at the same time")
    parser.add_argument("--seconds", type=int, default=60, help="of the tuned Schemathesis")
    parser.add_argument("--prism", type=Path, help="the prism program, if it is installed")
    return parser.parse_args()


def _judges(asked: argparse.Namespace, work: Path) -> list[Judge]:
    """The tools, and the contract as the one JSON file that all of them read."""
    contract = work / "openapi.json"
    document = read_yaml(spec_folder() / "openapi.yaml")
    contract.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    judges: list[Judge] = [
        Suite(), Schemathesis(contract), TunedSchemathesis(contract, work, asked.seconds)
    ]  # fmt: skip
    prism = asked.prism or shutil.which("prism")
    return [*judges, Prism(contract, Path(prism).resolve())] if prism else judges


def _clean(judge: Judge, work: Path) -> list[Said]:
    said = []
    for number in range(CLEAN_RUNS):
        with served() as server:
            folder = work / f"clean-{number}-{_slug(judge.name)}"
            said.append(judge.judge(server, folder, clean=True))
    return said


def _planted(judges: list[Judge], fault: Fault, work: Path) -> dict[str, Said]:
    said = {}
    for judge in judges:
        folder = work / f"{_slug(fault.name)}-{_slug(judge.name)}"
        with served(fault.name) as server:
            said[judge.name] = judge.judge(server, folder, clean=False)
        shutil.rmtree(folder, ignore_errors=True)
    return said


def _print(fault: Fault, said: dict[str, Said], results: Results) -> None:
    print(fault.name, flush=True)
    for name, one in said.items():
        known = frozenset().union(*(clean.complaints for clean in results.clean[name]))
        new = sorted(one.complaints - known)
        print(f"  {name}: {len(new)} new {new[:2]} {one.requests} requests {one.seconds:.1f} s "
              f"{sorted(one.hints)[:2]} {one.problem}", flush=True)  # fmt: skip


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)[:100]


if __name__ == "__main__":
    main()
