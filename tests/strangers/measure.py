"""How many slips of the strangers the suite finds; writes reports/benchmarks/strangers.md.

``python tests/strangers/measure.py [--rows FILE] [SERVER …] [SLIP …]``. A slip is hunted among the
requirements of its operation first, then with the common rules, and in the whole standard run where
those say nothing. The unchanged server is judged whole; what it shows is no find. Slips that break
no sentence (``UNSEEN.json`` says why) are hunted too, and counted apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stranger import STRANGERS, Stranger, judged, serving

from conformance.contract.document import Contract, load_contract

_SEEN = {"stated": True}
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


def measured(
    stranger: Stranger, contract: Contract, names: Sequence[str], rows: Rows
) -> list[Hunted]:
    """Hunt the slips of one server (those named, or all); those that rows have are not again."""
    slips = [one for one in stranger.slips if not names or one["name"] in names]
    with tempfile.TemporaryDirectory() as folder:
        build = stranger.built(Path(folder))
        known = rows.known(stranger)
        if known is None:
            with tempfile.TemporaryDirectory() as place, serving(stranger, build) as told:
                known = broken(judged(told, stranger, Path(place), "--level", "standard"))
            rows.note(stranger, "", known)
        for slip in slips:
            if rows.of(stranger, slip) is None:
                only = operation_of(contract, slip["operation"])
                row = hunted(stranger, build, slip, known, only)
                rows.note(stranger, slip["name"], [row.outcome, row.by])
                sys.stdout.write(f"{row.outcome}: {slip['name']} {row.by}\n")
                sys.stdout.flush()
    return [Hunted(slip, *found) for slip in slips if (found := rows.of(stranger, slip))]


class Rows:
    """What was measured so far, in a file: a measurement goes on where it stopped."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows: dict[tuple[str, str], Any] = {}
        if path is not None and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                server, slip, found = json.loads(line)
                self._rows[server, slip] = found

    def known(self, stranger: Stranger) -> Mapping[str, str] | None:
        """What the unchanged server shows; None before it was judged."""
        return self._rows.get((stranger.name, ""))

    def of(self, stranger: Stranger, slip: Mapping[str, Any]) -> tuple[str, str] | None:
        """The outcome of a slip, and by which requirement."""
        found = self._rows.get((stranger.name, slip["name"]))
        return None if found is None else (found[0], found[1])

    def note(self, stranger: Stranger, slip: str, found: object) -> None:
        """Keep a row."""
        self._rows[stranger.name, slip] = found
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([stranger.name, slip, found]) + "\n")


def table(stranger: Stranger, rows: Sequence[Hunted]) -> str:
    """The section of one server."""
    counts = {o: sum(row.outcome == o for row in rows) for o in ("fail", "warn", "not noticed")}
    lines = [f"## {stranger.language}: {len(rows)} slips", ""]
    lines += [f"{counts['fail']} found as failures, {counts['warn']} warned of,"]
    lines += [f"{counts['not noticed']} not noticed.", ""]
    left = [row for row in rows if row.outcome != "fail"]
    if left:
        titles = ("slip", "what it does", "line", "outcome", "by", "why it cannot fail")
        lines += [_row(titles), "|---" * len(titles) + "|"]
    for row in left:
        slip, why = row.slip, stranger.unseen.get(row.slip["name"], {}).get("why", "–")
        cells = (slip["name"], slip["what"], slip["line"], row.outcome, row.by or "–", why)
        lines.append(_row(cells))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str]) -> None:
    """Measure, and write the report, unless only some slips or servers were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="servers and slips; all by default")
    parser.add_argument("--rows", type=Path, help="file that keeps what was measured")
    parser.add_argument("--on", help="when and on what it was measured, for the report")
    given = parser.parse_args(arguments)
    servers = [stranger for stranger in STRANGERS if stranger.name in given.names]
    slips = [name for name in given.names if name not in {one.name for one in STRANGERS}]
    contract, rows = load_contract(), Rows(given.rows)
    found = {
        stranger: measured(stranger, contract, slips, rows)
        for stranger in servers or STRANGERS
        if not stranger.missing
    }
    if not given.names:
        REPORT.write_text(_report(found, given.on), encoding="utf-8")


def _report(found: Mapping[Stranger, Sequence[Hunted]], on: str | None) -> str:
    every = [row for rows in found.values() for row in rows]
    failed = sum(row.outcome == "fail" for row in every)
    lines = ["# Slips of strangers' servers", "", "Written by `tox -e strangers`.", ""]
    unstated = sum(
        row.outcome != "fail" and not stranger.unseen.get(row.slip["name"], _SEEN)["stated"]
        for stranger, rows in found.items()
        for row in rows
    )
    stated = len(every) - unstated
    lines += [f"{failed} of {len(every)} slips ({failed / len(every):.0%}) are found as failures;"]
    lines += [
        f"{failed} of the {stated} ({failed / stated:.1%}) that break a sentence as we read it."
    ]
    lines += [
        "The unchanged servers show none of them.",
        *([f"Measured on {on}."] if on else []),
        "",
    ]
    return "\n".join(lines) + "\n" + "\n".join(table(*one) for one in found.items())


if __name__ == "__main__":
    main(sys.argv[1:])
