"""The report of the detection benchmark, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from judges import Judge
from machine import measured_on
from measured import Measured, Row

from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.model import Fault

_HOW = """\
One fault at a time is planted in the reference, which serves over HTTP with the same seeded data
each time; each tool gets a fresh server of its own and judges all of it, not just the operation
with the fault. The faults are drawn by a seed from those that `sparkrtc-conformance faults` lists:
in equal shares from every family, and within a family from the chapters that have had the fewest.
Requests are counted at the server.

A fault is **found** when the tool complains of something that it did not complain of in any of its
runs against the clean reference: for our suite a MUST that fails (exit status 1), for the others a
new pair of operation and kind of failure. **On its operation**: such a complaint names an
operation that the fault touches; the rest may be chance, since a changed answer changes what a
random tool sends next, and Specmatic's values cannot be seeded at all: **this is the column to
compare tools by**. A fault that leaves only a SHOULD broken is a hint, counted apart: it
does not fail a run without `--strict`. **False alarms** are complaints about the clean reference,
in the first run against it.
Seconds are of the clock, with other work on the same machine, process start included.
"""

_CANNOT = """\
## What the others cannot be told

- **Schemathesis** reads the contract's schemas and its examples. It has no way to be told the
  rules of state and order, the error code that a violation calls for, or which refusals the
  document lets a server choose from; it takes a refusal of a valid value for a fault although the
  identifier in the same request does not exist. Those are its complaints about the clean
  reference. What it offers beyond this table (custom checks and hooks in Python) amounts to
  writing those rules, and is not in either configuration.
- **Prism** as a proxy validates what passes through it and sends nothing itself: the traffic is
  our own at level quick. It is told of answers only through their schemas; its complaints about
  requests are left out, since the invalid ones are sent on purpose. A status that the document
  gives to the gateway for every operation (401, 405) is undocumented to it.
- **Dredd** sends one request for each documented success. It wants an example for every
  parameter of every path, so that it gets a copy of the contract with names that exist; it
  compares an answer with the example's keys, not with the schema's types, and a key that the
  document shows in one case only is a complaint about the clean reference. A refusal cannot be
  asked for: it would send the valid request once more.
- **Specmatic** is given the token as it documents it, in a variable named like the security
  scheme. A scheme that is a signature cannot be given, so that the copy of the contract it reads
  has none; the identity service is left out too, for which another credential is in the body.
  It makes up the names in bodies (buckets, rules), which no answer but 404 fits; without a bound
  on its combinations (`MAX_TEST_REQUEST_COMBINATIONS`) it did not end within 150 s.
- **Portman** turns the contract into a collection for Postman's runner and checks what Dredd
  checks; **CATS** is a Java archive that is in no package registry for Python or Node.js. Neither
  was measured.
"""

Routes = {name: f"{one.method} {one.path}" for name, one in ENDPOINTS.items()}


def detection_report(
    judges: Sequence[Judge], measured: Measured, sample: Sequence[Fault], of: int
) -> str:
    """The whole page; it speaks of the faults that every one of these tools has seen."""
    shown = [
        fault
        for fault in sample
        if all(measured.row(fault.name, judge.name) is not None for judge in judges)
    ]
    parts = [
        "# Detection",
        "",
        measured_on("sparkrtc-conformance", "schemathesis", "hypothesis", "httpx", "pytest"),
        _others(judges),
        "",
        f"{len(shown)} of {of} faults, drawn with seed 1{_unfinished(judges, measured, shown)}.",
        "",
        _HOW,
        "## Faults found",
        "",
        *totals(judges, measured, shown),
        "",
        "## By family",
        "",
        *_families(judges, measured, shown),
        "",
        "## Configurations",
        "",
        *(f"- **{judge.name}**: {judge.told}" for judge in judges),
        "",
        _CANNOT,
        "## Fault by fault",
        "",
        *_each(judges, measured, shown),
        "",
    ]
    return "\n".join(parts)


def on_operation(fault: Fault, complaints: frozenset[str] | set[str]) -> bool:
    """Whether a complaint names what the fault touches or is named to break."""
    names = {one.partition("/")[0] for one in fault.breaks} | set(fault.operations)
    if not fault.operations or "*" in names:
        return bool(complaints)
    names |= {Routes[name] for name in names if name in Routes}
    return any(
        complaint.startswith(f"{name}{end}")
        for complaint in complaints
        for name in names
        for end in (" ", "/")
    )


def _others(judges: Sequence[Judge]) -> str:
    versions = [f"{judge.name} {judge.version}" for judge in judges if judge.version]
    return f"Beside them: {', '.join(versions)}." if versions else ""


def _rows(judge: Judge, measured: Measured, shown: Sequence[Fault]) -> list[Row]:
    rows = (measured.row(fault.name, judge.name) for fault in shown)
    return [row for row in rows if row is not None]


def _unfinished(judges: Sequence[Judge], measured: Measured, shown: Sequence[Fault]) -> str:
    """Runs that did not end count for nothing; how many there were is said."""
    said = [
        f"{judge.name}: {count}"
        for judge in judges
        if (count := sum(bool(row.problem) for row in _rows(judge, measured, shown)))
    ]
    return f"; runs that did not end: {', '.join(said)}" if said else ""


def totals(judges: Sequence[Judge], measured: Measured, shown: Sequence[Fault]) -> list[str]:
    """The table that the README quotes."""
    rows = [
        "| tool | found | on its operation | hints only | false alarms | requests per run "
        "| requests per fault found there | seconds per run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for judge in judges:
        said = [row for row in _rows(judge, measured, shown) if not row.problem]
        found, near = sum(row.found for row in said), sum(row.near for row in said)
        hints = sum(row.hint and not row.found for row in said)
        requests, seconds = sum(row.requests for row in said), sum(row.seconds for row in said)
        runs = max(len(said), 1)
        clean = measured.clean(judge.name)
        alarms = len(clean[0]["complaints"]) if clean else "–"
        rows.append(
            f"| {judge.name} | {found} of {len(said)} | {near} | {hints} | {alarms} "
            f"| {requests / runs:.0f} | {f'{requests / near:.0f}' if near else '–'} "
            f"| {seconds / runs:.1f} |"
        )
    return rows


def _families(judges: Sequence[Judge], measured: Measured, shown: Sequence[Fault]) -> list[str]:
    counts = Counter(fault.family for fault in shown)
    rows = ["| family | faults | " + " | ".join(judge.name for judge in judges) + " |"]
    rows.append("|---" * (len(judges) + 2) + "|")
    for family, total in sorted(counts.items()):
        members = [fault for fault in shown if fault.family == family]
        cells = [sum(row.found for row in _rows(judge, measured, members)) for judge in judges]
        rows.append(f"| {family} | {total} | " + " | ".join(map(str, cells)) + " |")
    return rows


def _each(judges: Sequence[Judge], measured: Measured, shown: Sequence[Fault]) -> list[str]:
    rows = ["| fault | " + " | ".join(judge.name for judge in judges) + " |"]
    rows.append("|---" * (len(judges) + 1) + "|")
    for fault in shown:
        cells = [_cell(measured.row(fault.name, judge.name)) for judge in judges]
        rows.append(f"| `{fault.name}` | " + " | ".join(cells) + " |")
    return rows


def _cell(row: Row | None) -> str:
    if row is None or row.problem:
        return "did not end"
    if row.found:
        return "found" if row.near else "differs elsewhere"
    return "hint" if row.hint else "–"
