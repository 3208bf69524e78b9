"""Extract where the API reference says what: the lines of its chapters, sections and tables.

Usage: ``python tests/data/extract_lines.py REFERENCE.txt > spec/lines.json``

The reference itself is not part of the repository. Lines are counted from 1, as an editor shows
them; a range holds both its ends. A row that continues on the next page counts to the row that it
continues, and a table that is printed on two pages is one.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

FIRST_LINE = "1 使用前必读"
HEADERS = {"参数", "名称", "状态码", "返回值", "接口", "方法", "地区", "接口分类"}

_HEADING = re.compile(r"^(\d+(?:\.\d+)?) \S")
_TABLE = re.compile(r"^表 (\d+-\d+) \S")


def places(lines: list[str]) -> dict[str, Any]:
    """The ranges of every section, and of every table with its rows."""
    start = lines.index(FIRST_LINE) + 1
    sections: dict[str, list[int]] = {}
    tables: dict[str, dict[str, Any]] = {}
    table: dict[str, Any] | None = None
    open_sections: list[str] = []
    for number, line in enumerate(lines[start - 1 :], start):
        if (heading := _HEADING.match(line)) and _follows(heading[1], open_sections):
            kept = [] if "." not in heading[1] else open_sections[:1]
            open_sections = [*kept, heading[1]]
            sections[heading[1]] = [number, number]
            table = None
        elif match := _TABLE.match(line):
            table = tables.setdefault(match[1], {"lines": [number, number], "rows": {}})
        elif table is not None and "\t" in line:
            _row(table, number, line.split("\t")[0].strip())
        elif table is not None and line.strip() and table["rows"]:
            table = None
        if line.strip():
            for name in open_sections:
                sections[name][1] = number
    return {"sections": sections, "tables": tables}


def _follows(name: str, open_sections: list[str]) -> bool:
    """A heading comes after those before it; a sentence that begins with a number does not."""
    if not open_sections:
        return True
    chapter = int(open_sections[0])
    if "." not in name:
        return int(name) == chapter + 1
    before = int(open_sections[1].split(".")[1]) if len(open_sections) > 1 else 0
    return name == f"{chapter}.{before + 1}"


def _row(table: dict[str, Any], number: int, name: str) -> None:
    table["lines"][1] = number
    if name in HEADERS:
        return
    rows = table["rows"]
    if not name and rows:
        rows[next(reversed(rows))][1] = number
    elif name:
        rows.setdefault(name, [number, number])[1] = number


def main(path: str) -> None:
    """Print the places as JSON, one section or table per line."""
    found = places(Path(path).read_text(encoding="utf-8").split("\n"))
    parts = []
    for kind, entries in found.items():
        rows = ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in entries.items()
        )
        parts.append(f" {json.dumps(kind)}: {{\n{rows}\n }}")
    sys.stdout.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1])
