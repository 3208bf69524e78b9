"""Clients that public generators make of the contract: made, checked, certified, in a table.

``python tests/generators/measure.py [--folder FOLDER [--resume]] [TOOL …]`` writes the table of
``docs/generators.md`` and its Chinese edition when all are measured. It fails when a client cannot
be made, does not pass its check, or breaks a requirement that ``known.yaml`` does not explain.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tools import HERE, ROOT, TOOLS, Broken, Tool, Workshop

from conformance.contract.document import load_contract
from conformance.contract.generators.whole import for_generators
from conformance.contract.generators.writing import written
from conformance.contract.inlining import Inliner
from conformance.model.requirement import glob_to_pattern

PAGES = {"en": ROOT / "docs/generators.md", "zh": ROOT / "docs/generators.zh-CN.md"}
_START, _END = "<!-- measured by tox -e generators -->", "<!-- end of what is measured -->"
_WORDS = {
    "en": ("generator", "checked by", "operations called", "kept", "broken: MUST", "SHOULD",
           "what is broken, and why"),
    "zh": ("生成器", "检查方式", "调用的操作", "遵守", "违反：MUST", "SHOULD", "违反之处及原因"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one client: requirements broken by id, with ``fail`` or ``warn``."""

    tool: Tool
    version: str
    called: int
    operations: int
    kept: int
    broken: Mapping[str, str]


def workshop(folder: Path) -> Workshop:
    """A folder with the export, what drivers need to know of it, and the npm packages."""
    contract = load_contract()
    document = for_generators(contract.raw, contract.conventions)
    (folder / "openapi.yaml").write_text(written(document, "yaml"), encoding="utf-8")
    listing = json.dumps(operations(document), indent=1)
    (folder / "operations.json").write_text(listing, encoding="utf-8")
    (folder / "package.json").write_text((HERE / "package.json").read_text("utf-8"), "utf-8")
    shop = Workshop(folder, folder / "openapi.yaml", folder / "operations.json")
    shop.run("npm", "install", "--no-audit", "--no-fund", "--loglevel", "error")
    return shop


def operations(document: Mapping[str, Any]) -> dict[str, Any]:
    """Method, path, names of path parameters in order, and of the models of body and answer."""
    inline, found = Inliner(document), {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = [a for status, a in operation["responses"].items() if status[0] == "2"]
            found[operation["operationId"]] = {
                "method": method.upper(),
                "path": path,
                "path_parameters": re.findall(r"{(\w+)}", path),
                "query": [p["name"] for p in inline(operation.get("parameters", []))],
                "body": _model(operation.get("requestBody", {}), ""),
                "answer": _model(answers[0], f"{operation['operationId']}Response"),
            }
    return found


def _model(node: Mapping[str, Any], inline: str) -> str | None:
    schema = node.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    return str(schema.get("$ref", inline)).rpartition("/")[2]


def measured(tool: Tool, shop: Workshop) -> Measured:
    """What the report on a client says; ``certified`` has made it."""
    reports = shop.folder / "reports" / tool.name
    report = json.loads((reports / "report.json").read_text("utf-8"))
    coverage = json.loads((reports / "coverage.json").read_text("utf-8"))
    rows = report["requirements"]
    return Measured(
        tool,
        tool.version(shop),
        coverage["shares"]["operations"]["covered"],
        coverage["shares"]["operations"]["total"],
        sum(row["verdict"] == "pass" for row in rows),
        {row["id"]: row["verdict"] for row in rows if row["verdict"] in {"fail", "warn"}},
    )


def certified(tool: Tool, shop: Workshop) -> None:
    """Make, check and sweep one client. Raises Broken where one of them does not succeed."""
    _say(f"{tool.name}: make")
    tool.make(shop)
    _say(f"{tool.name}: check")
    tool.check(shop)
    _say(f"{tool.name}: sweep")
    reports = shop.folder / "reports" / tool.name
    command = shlex.join(map(str, tool.driver(shop)))
    certify = [sys.executable, "-m", "conformance.cli", "certify-client", "--driver", command]
    done = subprocess.run(
        [*certify, "--name", tool.label, "--report-dir", str(reports)],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    if done.returncode not in (0, 1, 4):
        raise Broken((done.stdout + done.stderr)[-2000:])


def reasons(one: Measured, known: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is known of this client and was seen. Raises Broken for what nothing explains."""
    left, seen = set(one.broken), []
    for reason in known:
        if one.tool.name not in reason["tools"]:
            continue
        patterns = [glob_to_pattern(glob) for glob in reason["broken"]]
        hit = {i for i in one.broken if any(pattern.match(i) for pattern in patterns)}
        if hit & left:
            seen.append(reason)
        left -= hit
    unexplained = sorted(left)
    if unexplained:
        raise Broken(f"{len(unexplained)} not explained: {' '.join(unexplained[:40])}")
    return seen


def table(rows: Sequence[tuple[Measured, Sequence[Mapping[str, Any]]]], code: str) -> str:
    """The table of one language."""
    words = _WORDS[code]
    lines = [f"| {' | '.join(words)} |", f"|{'---|' * len(words)}"]
    for one, why in rows:
        counts = [sum(v == kind for v in one.broken.values()) for kind in ("fail", "warn")]
        cells = (
            f"{one.tool.label} {one.version}",
            one.tool.checked_by,
            f"{one.called}/{one.operations}",
            str(one.kept),
            *map(str, counts),
            " ".join(reason[code] for reason in why) or "–",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(rows: Sequence[tuple[Measured, Sequence[Mapping[str, Any]]]]) -> None:
    """Put the table into both pages."""
    for code, page in PAGES.items():
        text = page.read_text("utf-8")
        head, rest = text.split(_START)
        tail = rest.split(_END)[1]
        page.write_text(f"{head}{_START}\n{table(rows, code)}\n{_END}{tail}", encoding="utf-8")


def main() -> int:
    """Measure all tools, or those named; 1 when one of them is broken or not explained."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tools", nargs="*", metavar="TOOL")
    parser.add_argument("--folder", type=Path, help="kept; a temporary one by default")
    parser.add_argument("--resume", action="store_true", help="leave those that have a report")
    arguments = parser.parse_args()
    chosen = [tool for tool in TOOLS if not arguments.tools or tool.name in arguments.tools]
    known = yaml.safe_load((HERE / "known.yaml").read_text("utf-8"))
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        shop = workshop(folder.resolve())
        for tool in chosen:
            try:
                if not (arguments.resume and (shop.folder / "reports" / tool.name).is_dir()):
                    certified(tool, shop)
                one = measured(tool, shop)
                rows.append((one, reasons(one, known)))
                _say(f"{tool.name}: {one.kept} kept, {len(one.broken)} broken")
            except Broken as error:
                wrong += 1
                _say(f"{tool.name}: {error}")
    if len(rows) == len(TOOLS):
        write(rows)
    return int(wrong > 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
