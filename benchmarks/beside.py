"""What the package costs a session of pytest that has nothing to do with it.

``python benchmarks/beside.py --turns 9``: ``pytest --co`` in a folder with one test, without any
plugin, with ours, and with those that come with our dependencies. Processor seconds are compared,
by turns. The table goes to ``reports/benchmarks/beside.md``. Exit status 1 when our own plugin
costs more than its aim.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from machine import measured_on

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "beside.md"
AIM_MS = 50
OURS = "our plugin"
PLUGINS: dict[str, tuple[str, ...]] = {
    "none": (),
    OURS: ("conformance.plugin.options",),
    "pytest-xdist (a dependency)": ("xdist.plugin", "xdist.looponfail"),
    "respx (extra `mock`)": ("respx.plugin",),
    "anyio (of httpx)": ("anyio.pytest_plugin",),
    "Hypothesis (extra `thorough`)": ("_hypothesis_pytestplugin",),
    "Schemathesis (extra `thorough`)": ("schemathesis.pytest.plugin",),
}
_PAGE = """\
# Beside other tests

{machine}

`pytest --co` of one test, each plugin alone, {turns} times by turns. Processor milliseconds of the
process, median and least; what a plugin costs is the difference of the least ones, which a busy
machine disturbs least.

| plugin | median | least | costs |
|---|---|---|---|
{rows}

The aim for our plugin is {aim} ms.
"""


def once(plugins: tuple[str, ...], folder: Path) -> float:
    """Processor milliseconds of one collection."""
    command = [sys.executable, "-m", "pytest", "--co", "-q", *(f"-p{name}" for name in plugins)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Take turns, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9, help="collections with each plugin")
    asked = parser.parse_args()
    took: dict[str, list[float]] = {name: [] for name in PLUGINS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
        for plugins in PLUGINS.values():
            once(plugins, folder)
        for _ in range(asked.turns):
            for label, plugins in PLUGINS.items():
                took[label].append(once(plugins, folder))
    bare = min(took["none"])
    rows = "\n".join(
        f"| {label} | {statistics.median(times):.0f} | {min(times):.0f} | {min(times) - bare:.0f} |"
        for label, times in took.items()
    )
    text = _PAGE.format(
        machine=measured_on("sparkrtc-conformance", "pytest"),
        turns=asked.turns,
        rows=rows,
        aim=AIM_MS,
    )
    print(text)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    sys.exit(0 if min(took[OURS]) - bare <= AIM_MS else 1)


if __name__ == "__main__":
    main()
