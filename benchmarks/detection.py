"""How many faults each tool finds, what that costs, and what it holds against a clean server.

``python benchmarks/detection.py --minutes 12`` plants the faults of a stratified sample one after
the other and puts every tool before the same server. What is measured is kept in
``reports/benchmarks/detection.json``, a row per tool and fault, so that the next call goes on where
this one stopped; the table is drawn from it to ``reports/benchmarks/detection.md`` each time.
``--part 1/2`` and ``--part 2/2`` may run at the same moment.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from judges import Judge, Schemathesis, Suite, TunedSchemathesis
from measured import Measured
from node_judges import Dredd, Prism, Specmatic
from prepared import document
from sample import stratified
from served import served
from tables import detection_report, on_operation

from conformance.contract.document import load_contract
from conformance.faults.model import Fault
from conformance.faults.registry import all_faults

FOLDER = Path(__file__).resolve().parent.parent / "reports" / "benchmarks"
CLEAN_RUNS = 2


def main() -> None:
    """Measure what is missing as long as there is time, and write the table."""
    asked = _arguments()
    work = Path(tempfile.mkdtemp(prefix="detection-"))
    judges = _judges(asked, work)
    measured = Measured(FOLDER / "detection.json", work.parent / "sparkrtc-detection.lock")
    sample = stratified(all_faults().values(), asked.seed, _chapters())[: asked.faults]
    ends = time.monotonic() + asked.minutes * 60
    chosen = [judge for judge in judges if asked.tool in judge.name]
    number, parts = map(int, asked.part.split("/"))
    for judge in chosen:
        _clean(judge, work, measured, ends)
    for fault in sample[number - 1 :: parts]:
        for judge in chosen:
            if time.monotonic() < ends and measured.row(fault.name, judge.name) is None:
                _planted(judge, fault, work, measured)
    text = detection_report(judges, measured, sample, len(all_faults()))
    (FOLDER / "detection.md").write_text(text, encoding="utf-8")
    shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=40, help="size of the sample")
    parser.add_argument("--minutes", type=float, default=12.0, help="begin nothing after that")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--part", default="1/1", help="every so many faults, from which on")
    parser.add_argument("--tool", default="", help="only tools with this in their name")
    parser.add_argument("--seconds", type=int, default=40, help="of the tuned Schemathesis")
    parser.add_argument(
        "--programs",
        type=Path,
        action="append",
        default=[],
        help="folder with prism, dredd or specmatic (may be repeated)",
    )
    return parser.parse_args()


def _chapters() -> Callable[[Fault], str]:
    """The chapter of the document that a fault belongs to."""
    requirements = load_contract().requirements
    return lambda fault: requirements[fault.breaks[0]].chapter


def _judges(asked: argparse.Namespace, work: Path) -> list[Judge]:
    """The tools that are there; the contract is the one JSON file that they read."""
    contract = work / "openapi.json"
    contract.write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
    judges: list[Judge] = [
        Suite(),
        Schemathesis(contract),
        TunedSchemathesis(contract, asked.seconds),
    ]
    if prism := _program("prism", asked.programs):
        judges.append(Prism(contract, prism))
    if dredd := _program("dredd", asked.programs):
        judges.append(Dredd(dredd))
    if specmatic := _program("specmatic", asked.programs):
        judges.append(Specmatic(specmatic))
    return judges


def _program(name: str, folders: list[Path]) -> Path | None:
    path = ":".join(str(folder.resolve()) for folder in folders) or None
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def _clean(judge: Judge, work: Path, measured: Measured, ends: float) -> None:
    """What it says of the clean server, until it was asked often enough."""
    for number in range(len(measured.clean(judge.name)), CLEAN_RUNS):
        if time.monotonic() > ends:
            return
        with served() as server:
            said = judge.judge(server, work / f"clean-{number}-{_slug(judge.name)}")
        measured.seen_clean(judge.name, said)
        print(
            f"{judge.name}: clean: {len(said.complaints)} complaints, {said.requests} requests, "
            f"{said.seconds:.1f} s {said.problem}",
            flush=True,
        )


def _planted(judge: Judge, fault: Fault, work: Path, measured: Measured) -> None:
    """What it says of one fault."""
    folder = work / f"{_slug(fault.name)}-{_slug(judge.name)}"
    with served(fault.name) as server:
        said = judge.judge(server, folder)
    shutil.rmtree(folder, ignore_errors=True)
    known = {text for run in measured.clean(judge.name) for text in run["complaints"]}
    near = on_operation(fault, said.complaints - known)
    row = measured.seen(fault.name, judge.name, said, near=near)
    print(
        f"{fault.name}: {judge.name}: {'found' if row.found else '-'} {row.new[:1]} "
        f"{row.requests} requests {row.seconds} s {row.problem}",
        flush=True,
    )


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)[:100]


if __name__ == "__main__":
    main()
