"""Measures what each rule's test sends, and writes ``conformance/engine/run/cost_estimate.json``.

``run --dry-run`` tells from it how many requests a run will take. A full run of the rules' tests
against the embedded reference is counted, test by test and flow group by flow group:

    python benchmarks/measure_costs.py
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.engine.run.config import RunConfig
from conformance.engine.run.session import Session
from conformance.engine.wire.endpoint import reach_embedded
from conformance.plugin.conformance_run import ConformanceRun

SUITE = Path(__file__).resolve().parents[1] / "conformance" / "suite"
COSTS = SUITE.parent / "engine" / "run" / "costs.json"
SEED = 20231128
LEVEL = "thorough"


class Items:
    """A plugin that notes what every collected test judges, and from which level on."""

    def __init__(self) -> None:
        self.rules: dict[str, tuple[str, tuple[str, ...]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Note all rules' tests, and run those that the embedded reference can be judged by.

        What it does not offer (TLS, flow control) is listed without a number. The generated
        cases are counted without being run.
        """
        for item in items:
            marker = item.get_closest_marker("sparkrtc_rules")
            if marker is not None:
                self.rules[item.nodeid] = marker.kwargs.get("effort", "standard"), marker.args
        yield
        items[:] = [item for item in items if item.nodeid in self.rules]


def name_of(nodeid: str) -> str:
    """The test as the plan names it: ``applications/test_listing::test_name[parameter]``."""
    path, _, test = nodeid.partition("::")
    file = PurePosixPath(path).with_suffix("")
    return f"{file.parent.name}/{file.stem}::{test}"


def measure(report_dir: Path) -> list[dict[str, Any]]:
    """Run every rule's test once; raises RuntimeError when the run was not carried out."""
    items = Items()
    with EmbeddedReference() as embedded:
        announced = dict(embedded.announced)
        config = RunConfig(level=LEVEL, seed=SEED, report_dir=report_dir, strict=True)
        run = ConformanceRun(Session(config, reach_embedded(announced)), announced)
        arguments = ["--pyargs", "conformance.suite", "-c", str(SUITE / "pytest.ini"), "-q"]
        pytest.main([*arguments, f"--sparkrtc-level={LEVEL}"], [run, items])
    if run.report is None:
        raise RuntimeError("the run was not carried out")
    sent = run.collected.requests_by_item
    rows = [
        {
            "test": name_of(nodeid),
            "effort": effort,
            "judges": list(judges),
            "requests": dict(sorted(sent.get(nodeid, {}).items())),
        }
        for nodeid, (effort, judges) in items.rules.items()
    ]
    return sorted(rows, key=lambda row: str(row["test"]))


def main() -> None:
    """Write the file, one test on a line, so that a change shows in review."""
    with tempfile.TemporaryDirectory() as folder:
        # No module is left out, as one may be that an earlier run is known to have no use for.
        os.environ["XDG_CACHE_HOME"] = folder
        rows = measure(Path(folder))
    lines = ",\n".join(f" {json.dumps(row, ensure_ascii=False)}" for row in rows)
    COSTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    total = sum(sum(row["requests"].values()) for row in rows)
    print(f"{len(rows)} tests, {total} requests; written to {COSTS.name}")


if __name__ == "__main__":
    sys.exit(main())
