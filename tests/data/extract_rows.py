"""Extract the facts of every parameter table of the API reference into ``rows.json``.

Usage: ``python tests/data/extract_rows.py REFERENCE.txt > tests/data/rows.json``

The reference itself is not part of the repository. What is kept of a row are its facts: name,
place, required or not, type, enumerated values, range, default, unit and form. Two things the page
breaks did to the tables are undone here: the header row that is printed again on each page, and
rows that continue on the next page under an empty name (tables 13-65, 13-90 and 13-97).
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Number = int | float

KINDS = {
    "路径参数": "path",
    "Query 参数": "query",
    "请求 Header 参数": "request-header",
    "请求 Body 参数": "request-body",
    "响应 Header 参数": "response-header",
    "响应 Body 参数": "response-body",
}
REQUIRED = {"是": True, "否": False}
UNITS = {"毫秒": "milliseconds", "秒": "seconds", "KB": "kilobytes"}
FIRST_CHAPTER, LAST_CHAPTER = 5, 13
NOTIFICATION_TABLE = "14-3"

_SECTION = re.compile(r"^(\d+\.\d+) \S")
_TABLE = re.compile(r"^表 (\d+-\d+) (.+)$")
_STATUS = re.compile(r"^状态码[：:]\s*(\d{3})$")
_TAG = re.compile(r"</?(?:ul|li|p)[^>]*>")
_BARE = re.compile(r"[A-Z][A-Z_\d]+|[\d*]+_\d+_\d+|cn-[a-z]+-\d")
_RANGES = (
    re.compile(r"取值范围[：:]\s*\[(-?[\d.]+),\s*(-?[\d.]+)\]"),
    re.compile(r"范围是\s*\[(-?[\d.]+),\s*(-?[\d.]+)\]"),
    re.compile(r"最小为(\d+)，最大为(\d+)"),
)
_DEFAULTS = (
    re.compile(
        r"(?:默认值为|默认为|缺省为|默认)\s*(true|false|-?\d+|[A-Z][A-Z_]*|ctime)(?![A-Za-z])"
    ),
    re.compile(r"默认(\{app_id\}.*?)\s*可自定义"),
    re.compile(r"(\w+)：[^：]*（默认）"),
)


@dataclass(slots=True)
class Row:
    """One row of one table, as facts."""

    section: str
    table: str
    title: str
    kind: str
    status: int | None
    object: str | None
    name: str
    required: bool | None
    type: str
    enum: list[str | int] = field(default_factory=list)
    range: list[Number] | None = None
    also: list[Number] = field(default_factory=list)
    default: str | Number | bool | None = None
    unit: str | None = None
    form: str | None = None
    first: int | None = None
    text: str = ""


# What a cell says of the form of a text, first match wins.
_FORMS = (
    ("date-time-or-dash", re.compile(r"hh:mm:ssZ.*返回\s*“-”")),
    ("date-time", re.compile(r"2006-01-02T15:04:05|[Dd]{2}Thh:mm:ssZ")),
    ("date", re.compile(r"YYYY-MM-DD")),
    ("http-url", re.compile(r"http://或https://开头")),
    ("s3-uri", re.compile(r"s3://bucket/object")),
)


def _number(text: str) -> Number:
    return float(text) if "." in text else int(text)


def _range(text: str) -> list[Number] | None:
    for pattern in _RANGES:
        if match := pattern.search(text):
            return [_number(match[1]), _number(match[2])]
    return None


def _default(row: Row) -> str | Number | bool | None:
    for pattern in _DEFAULTS:
        if match := pattern.search(row.text):
            value = _TAG.sub("", match[1]).replace(" ", "")
            if row.type == "Boolean":
                return value == "true"
            return int(value) if row.type in {"Integer", "Long"} else value
    return None


def _unit(text: str) -> str | None:
    match = re.search(r"单位(?:：|:|为)?\s*(毫秒|秒|KB)", text)
    return UNITS[match[1]] if match else None


def _form(text: str) -> str | None:
    return next((name for name, pattern in _FORMS if pattern.search(text)), None)


def _listed(text: str) -> Iterator[str]:
    """The values that a cell lists. Some pages lost their bullets, so each word is looked at."""
    listing = re.split(r"<ul[^>]*>|[●•]", text, maxsplit=1)[1]
    for word in re.split(r"[\s●•]+", _TAG.sub(" ", listing)):
        value, colon, _ = word.replace("：", ":").partition(":")
        if colon or _BARE.fullmatch(value):
            yield value


def _enum(row: Row) -> list[str | int]:
    """The enumerated values of a row, or nothing where it lists none."""
    text = row.text
    if row.name == "record_formats":
        return ["HLS", "MP4"]
    if row.name == "operation":
        return [int(v) for v in re.findall(r"(\d)-", text)]
    if row.name == "time_type":
        return re.findall(r"[cs]time", text)
    if row.table == "12-11" and row.name == "type":
        return re.findall(r"([a-z]+):", text)
    if row.table == "13-23" and row.name == "metric":
        return re.findall(r"([A-Za-z]+):", text)
    if row.name in {"record_prefix", "record_max_duration_to_merge_file"} or row.type == "Boolean":
        return []
    if "<ul" not in text and "●" not in text and "•" not in text:
        return []
    if row.name.endswith("_desc"):
        return _described(text)
    pattern = r"\d+" if row.type == "Integer" else r"[A-Za-z0-9_*.-]+"
    found: list[str | int] = list(re.findall(r"填([a-z]+)则", text))
    for value in _listed(text):
        if re.fullmatch(pattern, value):
            item = int(value) if row.type == "Integer" else value
            if item not in found:
                found.append(item)
    return found


def _described(text: str) -> list[str | int]:
    """The Chinese values of the ``*_desc`` rows, which are facts of the interface."""
    bulleted = re.sub(r"<ul[^>]*>\s*(?=[^●•\s])", " ● ", text)
    bulleted = re.sub(r" (?=对端用户无帧率|本端服务器|其他情况)", " ● ", bulleted)
    bulleted = re.sub(r"</?(?:p|li)[^>]*>|</ul>", "\n", bulleted)
    found: list[str | int] = []
    for item in re.split(r"[●•]", bulleted)[1:]:
        value = item.strip().split("\n")[0].strip()
        value = re.sub(r"^其他情况.*", "其他", value)
        if value and value not in found:
            found.append(value)
    return found


def _finish(row: Row) -> Row:
    row.type = re.sub(r"(?<=Callback) (?=Url)", "", row.type)
    row.range = _range(row.text)
    row.also = [0] if "或者0" in row.text else []
    row.default = _default(row)
    row.enum = _enum(row)
    row.form = _form(row.text)
    row.first = 1 if "从1开始编号" in row.text else None
    row.unit = None if row.enum else _unit(row.text)
    return row


def rows(lines: list[str]) -> Iterator[Row]:
    """Every table row of chapters 5 to 13 and of table 14-3, in the order of the document."""
    section = table = title = ""
    status: int | None = None
    columns: list[str] = []
    current: Row | None = None
    for line in lines[lines.index("1 使用前必读") :]:
        if not line.strip():
            continue
        if match := _TABLE.match(line):
            table, title, columns = match[1], match[2].strip(), []
        elif "\t" not in line:
            table, columns = ("", []) if columns else (table, columns)
            if match := _SECTION.match(line):
                section, status = match[1], None
            elif match := _STATUS.match(line.strip()):
                status = int(match[1])
        elif table and line.split("\t")[0] in {"参数", "名称"}:
            columns = line.split("\t")
        elif table and columns and _wanted(table):
            cells = [cell.strip() for cell in line.split("\t")]
            if not cells[0] and current is not None:
                current.text += " " + cells[-1]
                continue
            if current is not None:
                yield _finish(current)
            current = _row(section, table, title, status, columns, cells)
    if current is not None:
        yield _finish(current)


def _wanted(table: str) -> bool:
    return FIRST_CHAPTER <= int(table.split("-")[0]) <= LAST_CHAPTER or table == NOTIFICATION_TABLE


def _row(
    section: str,
    table: str,
    title: str,
    status: int | None,
    columns: list[str],
    cells: list[str],
) -> Row:
    request = "是否必选" in columns
    nested = None if title in KINDS else title
    kind = KINDS.get(title, "request-object" if request else "response-object")
    return Row(
        section=section,
        table=table,
        title=title,
        kind=kind,
        status=status if kind.startswith("response") else None,
        object=nested,
        name=cells[0],
        required=REQUIRED[cells[1]] if request else None,
        type=cells[2] if request else cells[1],
        text=cells[-1],
    )


def main(path: str) -> None:
    """Print the rows as JSON, one row per line."""
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    facts = []
    for row in rows(lines):
        record = asdict(row)
        del record["text"]
        facts.append(json.dumps(record, ensure_ascii=False))
    sys.stdout.write("[\n" + ",\n".join(facts) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
