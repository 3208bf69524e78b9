"""The report of the detection benchmark, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from judges import Judge, Said
from machine import measured_on

from conformance.reference.faults.fault import Fault

Planted = Sequence[tuple[Fault, Mapping[str, Said]]]

_HOW = """\
One fault at a time is planted in the reference, which serves over HTTP with the same seeded data
each time; each tool gets a fresh server of its own and judges all of it, not just the operation
with the fault. The faults are those of `sparkrtc-conformance faults`, drawn with equal shares from
every family. Requests are counted at the server.

A fault is **found** when the tool complains of something that it did not complain of in any of its
runs against the clean reference: for our suite a MUST that fails (exit status 1), for the others a
new pair of operation and kind of failure. **On its operation**: such a complaint names an
operation that the fault touches; the rest may be chance, since a changed answer changes what a
random tool sends next. A fault that leaves only a SHOULD broken is a hint, counted apart: it
does not fail a run without `--strict`. False alarms are complaints about the clean reference.
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
- **Dredd** 14 was tried and reads no OpenAPI 3.1 contract as it is: it wants an example for every
  parameter of every path and stops before its first request.
- **Specmatic** 2.55 (its npm package) was tried: it stops at an example of a header that it cannot
  be given, and with the identity operations left out its combinations of optional fields did not
  end within 150 s.
- **Portman** generates tests for Postman's runner and was not tried; **CATS** is a Java archive
  that is in no package registry for Python or Node.js.
"""


def detection_report(
    judges: Sequence[Judge], clean: Mapping[str, Sequence[Said]], planted: Planted, of: int
) -> str:
    """The whole page."""
    parts = [
        "# Detection", "",
        measured_on("schemathesis", "hypothesis", "httpx", "pytest"), "",
        f"{len(planted)} of {of} faults{_unfinished(judges, clean, planted)}.", "", _HOW,
        "## Faults found", "", *_totals(judges, clean, planted), "",
        "## By family", "", *_families(judges, clean, planted), "",
        "## Configurations", "", *(f"- **{judge.name}**: {judge.told}" for judge in judges), "",
        _CANNOT,
        "## Fault by fault", "", *_each(judges, clean, planted), "",
    ]  # fmt: skip
    return "\n".join(parts)


def new(said: Said, clean: Sequence[Said]) -> frozenset[str]:
    """Complaints that no run against the clean server had."""
    return said.complaints.difference(*(one.complaints for one in clean))


def on_operation(fault: Fault, complaints: frozenset[str]) -> bool:
    """Whether a complaint names what the fault touches or is named to break."""
    names = {one.partition("/")[0] for one in fault.breaks} | set(fault.operations)
    names |= {_ROUTES[name] for name in names if name in _ROUTES}
    return any(complaint.startswith(f"{name}{end}") for complaint in complaints
               for name in names for end in (" ", "/"))  # fmt: skip


def _routes() -> dict[str, str]:
    from conformance.reference.faults.endpoints import ENDPOINTS

    return {name: f"{one.method} {one.path}" for name, one in ENDPOINTS.items()}


_ROUTES = _routes()


def _unfinished(
    judges: Sequence[Judge], clean: Mapping[str, Sequence[Said]], planted: Planted
) -> str:
    """Runs that did not end count for nothing; how many there were is said."""
    said = [
        f"{judge.name}: {count}"
        for judge in judges
        if (
            count := sum(bool(one.problem) for one in clean[judge.name])
            + sum(bool(one[judge.name].problem) for _, one in planted)
        )
    ]
    return f"; runs that did not end: {', '.join(said)}" if said else ""


def _totals(
    judges: Sequence[Judge], clean: Mapping[str, Sequence[Said]], planted: Planted
) -> list[str]:
    rows = [
        "| tool | found | on its operation | hints only | false alarms | requests per run "
        "| requests per fault found | seconds per run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for judge in judges:
        said = [(f, one[judge.name]) for f, one in planted if not one[judge.name].problem]
        fresh = [(fault, new(one, clean[judge.name])) for fault, one in said]
        found = sum(bool(one) for _, one in fresh)
        near = sum(on_operation(fault, one) for fault, one in fresh)
        hints = sum(bool(one.hints and not one.complaints) for _, one in said)
        requests = sum(one.requests for _, one in said)
        seconds = sum(one.seconds for _, one in said)
        runs = max(len(said), 1)
        rows.append(
            f"| {judge.name} | {found} of {len(said)} | {near} | {hints} "
            f"| {len(clean[judge.name][0].complaints)} | {requests / runs:.0f} "
            f"| {f'{requests / found:.0f}' if found else '–'} | {seconds / runs:.1f} |"
        )
    return rows


def _families(
    judges: Sequence[Judge], clean: Mapping[str, Sequence[Said]], planted: Planted
) -> list[str]:
    totals = Counter(fault.family for fault, _ in planted)
    rows = ["| family | faults | " + " | ".join(judge.name for judge in judges) + " |"]
    rows.append("|---" * (len(judges) + 2) + "|")
    for family, total in sorted(totals.items()):
        cells = [
            sum(
                bool(new(said[judge.name], clean[judge.name]))
                for fault, said in planted if fault.family == family
            )
            for judge in judges
        ]  # fmt: skip
        rows.append(f"| {family} | {total} | " + " | ".join(map(str, cells)) + " |")
    return rows


def _each(
    judges: Sequence[Judge], clean: Mapping[str, Sequence[Said]], planted: Planted
) -> list[str]:
    rows = ["| fault | " + " | ".join(judge.name for judge in judges) + " |"]
    rows.append("|---" * (len(judges) + 1) + "|")
    for fault, said in planted:
        cells = [_cell(fault, said[judge.name], clean[judge.name]) for judge in judges]
        rows.append(f"| `{fault.name}` | " + " | ".join(cells) + " |")
    return rows


def _cell(fault: Fault, said: Said, clean: Sequence[Said]) -> str:
    if said.problem:
        return "did not end"
    fresh = new(said, clean)
    if fresh:
        return "found" if on_operation(fault, fresh) else "differs elsewhere"
    return "hint" if said.hints - frozenset().union(*(one.hints for one in clean)) else "–"
