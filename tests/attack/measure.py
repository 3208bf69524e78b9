"""Every attack, in a table: writes reports/benchmarks/attack.md.

``python -m tests.attack.measure [--shard 0/1] [--rows FILE] [NAME …]``. Rows are kept in a file,
so that several shards may fill it side by side; what has a row is not attacked again, unless it is
named. The last row of a name counts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from conformance import given_files
from tests.attack.attacked import Attacked, ended, judged, running, target
from tests.attack.bodies import body_servers
from tests.attack.files import GENERIC, Tampered
from tests.attack.kills import killed, kills
from tests.attack.meanings import lying_servers
from tests.attack.octets import octet_servers
from tests.attack.page import page
from tests.attack.readers import READERS, prepare
from tests.attack.spoken import spoken
from tests.attack.wire import HONEST, Hostile, HostileServer

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "reports" / "benchmarks" / "attack.md"
DURATION = 9.0
"""Seconds of a run, its start included; what it made is deleted after them."""
PATIENCE = 150.0
Attack = Callable[[Path], Attacked]


def servers() -> tuple[Hostile, ...]:
    """Every row of the table, the honest one first."""
    return (HONEST, *octet_servers(), *body_servers(), *lying_servers())


def run_against(row: Hostile, folder: Path, *options: str, duration: float = DURATION) -> Attacked:
    """One whole run against a server of the table."""
    server = HostileServer(row)
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "out"
    with server.serving() as url:
        path = target(server, url, folder, "a", duration)
        done = ended(running(path, out, *options), out, patience=PATIENCE)
        found = judged(row.name, done, server, out, ["a"])
    told = done.printed + "".join(p.read_text("utf-8", "replace") for p in out.glob("*.jsonl"))
    for app in server.unnamed(told) if "cannot be listed" not in told else ():
        found = found.with_troubles(f"left without a word: {app}")
    if done.seconds >= PATIENCE:
        found = found.with_troubles("it did not end")
    return found


def read_by_all(tampered: Tampered, folder: Path) -> Attacked:
    """One tampered file before every command that reads one."""
    ground = prepare(folder / "good")
    row = Attacked(f"file {tampered.name}", 2, 0.0, 0.0)
    for number, reader in enumerate(READERS):
        path = folder / str(number) / reader.name
        path.parent.mkdir(parents=True)
        tampered.make(path)
        said = spoken(reader.arguments(ground, path))
        row = replace(row, seconds=max(row.seconds, said.seconds), requests=number + 1)
        faults = [f"{reader.title}: {fault}" for fault in said.faults]
        if tampered.name not in reader.lenient and tampered.name != "no-permission":
            is_told = said.status in reader.statuses and (said.status == 1 or said.is_one_line)
            faults += [] if is_told else [f"{reader.title}: {said.status} {said.err[-200:]!r}"]
        row = row.with_troubles(*faults, tracebacks=row.tracebacks + ("Traceback" in said.err))
    return row


def attacks() -> Iterator[tuple[str, Attack]]:
    """All of them by name."""
    for kill in kills():
        yield kill.name, lambda folder, kill=kill: killed(kill, folder)
    for tampered in GENERIC:
        yield f"file {tampered.name}", lambda folder, it=tampered: read_by_all(it, folder)
    for row in servers():
        yield row.name, lambda folder, row=row: run_against(row, folder)


def main(arguments: Sequence[str]) -> int:
    """Attack; exit status 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--shard", default="0/1")
    parser.add_argument("--rows", type=Path, default=ROOT / ".tox" / "attack.jsonl")
    chosen = parser.parse_args(arguments)
    number, of = map(int, chosen.shard.split("/"))
    given_files.PATIENCE = 0.2
    chosen.rows.parent.mkdir(parents=True, exist_ok=True)
    known = dict(attacks())
    done = _rows(chosen.rows)
    names = [name for name in known if name in (chosen.names or known.keys() - done.keys())]
    for name in names[number::of]:
        folder = Path(tempfile.mkdtemp(prefix="attack-"))
        row = replace(known[name](folder / "run"), name=name)
        shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(f"{name}: {row.status} {row.seconds:.0f}s {' | '.join(row.troubles)}\n")
        sys.stdout.flush()
        with chosen.rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")
    rows = _rows(chosen.rows)
    found = [rows[name] for name in known if name in rows]
    what = {one.name: one.what for one in servers()}
    REPORT.write_text(page(found, what), encoding="utf-8")
    return int(any(row.troubles for row in found))


def _rows(path: Path) -> dict[str, Attacked]:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {row["name"]: Attacked(**row) for row in map(json.loads, lines)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
