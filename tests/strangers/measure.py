"""How many slips of the strangers the suite finds; writes reports/benchmarks/strangers.md.

``python tests/strangers/measure.py [SERVER …]``. A slip is hunted among the requirements of its
operation and the common rules first, and in the whole standard run where those say nothing.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stranger import STRANGERS, Stranger, judged, serving

from conformance.contract.document import Contract, load_contract

REPORT = Path(__file__).resolve().parents[2] / "reports" / "benchmarks" / "strangers.md"


@dataclass(frozen=True, slots=True)
class Hunted:
    """What became of one slip."""

    slip: Mapping[str, Any]
    outcome: str
    by: str


def broken(report: Mapping[str, Any]) -> dict[str, str]:
    """The requirements that a report calls broken, with ``fail`` or ``warn``."""
    rows = report["requirements"]
    return {row["id"]: row["verdict"] for row in rows if row["verdict"] in {"fail", "warn"}}


def new_in(report: Mapping[str, Any], known: Mapping[str, str]) -> tuple[str, str]:
    """The worst that a report says which the unchanged server does not show, and of what."""
    found = {i: verdict for i, verdict in broken(report).items() if known.get(i) != verdict}
    for verdict in ("fail", "warn"):
        by = sorted(requirement for requirement, said in found.items() if said == verdict)
        if by:
            return verdict, by[0]
    return "not noticed", ""


def operation_of(contract: Contract, route: str) -> str:
    """The operation's id, from ``GET /v2/apps``."""
    method, path = route.split()
    for operation in contract.operations.values():
        if operation.method == method and operation.path == path:
            return operation.id
    raise LookupError(route)


def hunted(
    stranger: Stranger, build: Path, slip: Mapping[str, Any], known: Mapping[str, str], only: str
) -> Hunted:
    """Plant one slip; look near it, then everywhere."""
    verdict, by = "not noticed", ""
    for options in (("--only", f"{only}/*", "--only", "common/*"), ()):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(stranger, build, slip["name"]) as told,
        ):
            report = judged(told, stranger, Path(folder), "--level", "standard", *options)
        said = new_in(report, known)
        if said[0] == "fail":
            return Hunted(slip, *said)
        verdict, by = said if said[1] else (verdict, by)
        if "--near" in sys.argv:
            break
    return Hunted(slip, verdict, by)


def measured(stranger: Stranger, contract: Contract, names: Sequence[str]) -> list[Hunted]:
    """Hunt the slips of one server (those named, or all)."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        build = stranger.built(Path(folder))
        with tempfile.TemporaryDirectory() as place, serving(stranger, build) as told:
            known = broken(judged(told, stranger, Path(place), "--level", "standard"))
        for slip in stranger.slips:
            if "permitted" in slip or (names and slip["name"] not in names):
                continue
            only = operation_of(contract, slip["operation"])
            rows.append(hunted(stranger, build, slip, known, only))
            sys.stdout.write(f"{rows[-1].outcome}: {slip['name']} {rows[-1].by}\n")
            sys.stdout.flush()
    return rows


def table(stranger: Stranger, rows: Sequence[Hunted]) -> str:
    """The section of one server."""
    counts = {o: sum(row.outcome == o for row in rows) for o in ("fail", "warn", "not noticed")}
    lines = [f"## {stranger.language}: {len(rows)} slips", ""]
    lines += [f"{counts['fail']} found as failures, {counts['warn']} warned of,"]
    lines += [f"{counts['not noticed']} not noticed.", ""]
    left = [row for row in rows if row.outcome != "fail"]
    if left:
        lines += ["| slip | what it does | line | outcome | by |", "|---|---|---|---|---|"]
    for row in left:
        slip = row.slip
        cells = (slip["name"], slip["what"], slip["line"], row.outcome, row.by or "–")
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Measure, and write the report."""
    names = [name for name in arguments if not name.startswith("-")]
    chosen = [s for s in STRANGERS if not names or s.name in names]
    slips = [name for name in names if name not in {s.name for s in STRANGERS}]
    contract = load_contract()
    sections = [table(s, measured(s, contract, slips)) for s in chosen if not s.missing]
    text = "# Strangers' slips\n\nWritten by `python tests/strangers/measure.py`.\n\n"
    REPORT.write_text(text + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
