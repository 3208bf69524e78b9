"""How many slips of the strangers the suite finds; writes reports/benchmarks/strangers.md.

``python tests/strangers/measure.py [SERVER …] [SLIP …]``. A slip is hunted among the requirements
of its operation first, then with the common rules, and in the whole standard run where those say
nothing. The unchanged server is judged whole; what it shows is no find.
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
    """Plant one slip; look at its operation, then at what is common to all, then everywhere."""
    verdict, by = "not noticed", ""
    near = ("--only", f"{only}/*")
    for options in (near, (*near, "--only", "common/*"), ()):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(stranger, build, slip["name"]) as told,
        ):
            report = judged(told, stranger, Path(folder), "--level", "standard", *options)
        said = new_in(report, known)
        if said[0] == "fail":
            return Hunted(slip, *said)
        verdict, by = said if said[1] else (verdict, by)
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
    """Measure, and write the report, unless only some slips were asked for."""
    servers = [stranger for stranger in STRANGERS if stranger.name in arguments]
    slips = [name for name in arguments if name not in {one.name for one in STRANGERS}]
    contract = load_contract()
    found = {
        stranger: measured(stranger, contract, slips)
        for stranger in servers or STRANGERS
        if not stranger.missing
    }
    if not arguments:
        REPORT.write_text(_report(found), encoding="utf-8")


def _report(found: Mapping[Stranger, Sequence[Hunted]]) -> str:
    every = [row for rows in found.values() for row in rows]
    failed = sum(row.outcome == "fail" for row in every)
    lines = ["# Slips of strangers' servers", "", "Written by `tox -e strangers`.", ""]
    lines += [f"{failed} of {len(every)} slips ({failed / len(every):.0%}) are found as failures;"]
    lines += ["the unchanged servers show none of them.", ""]
    return "\n".join(lines) + "\n" + "\n".join(table(*one) for one in found.items())


if __name__ == "__main__":
    main(sys.argv[1:])
