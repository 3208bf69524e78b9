"""The Chinese pages: as many sections, the same commands, tables and links; Chinese punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conformance.contract.files import spec_folder
from conformance.reporting.language import language

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    *(
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "docs").glob("*.md"))
        if not path.name.endswith(".zh-CN.md")
    ),
)
_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s*(?<![&'\"])#\s.*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
_CODE = re.compile(r"`[^`]*`|\{[^{}]*\}|\]\([^)]*\)|https?://\S+")
_BESIDE = re.compile(r"[\u4e00-\u9fff”》」][,;:!?()]|[,;:!?()][\u4e00-\u9fff“《「]")
"""ASCII punctuation that touches Chinese text."""


def chinese(page: str) -> str:
    """The Chinese page beside an English one."""
    return page.removesuffix(".md") + ".zh-CN.md"


def _read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _blocks(page: str) -> list[tuple[str, str]]:
    """What is to be typed or written, but for comments and the language of reports."""
    return [
        (mark, _COMMENT.sub("", text).replace(" --lang zh", ""))
        for mark, text in _FENCE.findall(_read(page))
    ]


def _prose(page: str) -> str:
    return _FENCE.sub("", _read(page))


def _headings(page: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", _prose(page), re.MULTILINE)]


def _tables(page: str) -> list[int]:
    """Columns of each row, row by row."""
    rows = [line for line in _prose(page).splitlines() if line.startswith("|")]
    return [len(re.findall(r"(?<!\\)\|", row)) for row in rows]


def _links(page: str) -> list[str]:
    """Where a page leads, whatever the language; not to the other language."""
    links = [link.replace(".zh-CN.", ".") for link in _LINK.findall(_prose(page))]
    return sorted(link for link in links if link != Path(page).name.replace(".zh-CN.", "."))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_a_chinese_one_that_says_the_same(page: str) -> None:
    """Sections, commands, rows of tables and links are the same; each leads to the other."""
    other = chinese(page)
    assert (ROOT / other).is_file(), f"translate {page}"
    assert _headings(other) == _headings(page), f"{other}: sections"
    assert _blocks(other) == _blocks(page), f"{other}: code blocks"
    assert _tables(other) == _tables(page), f"{other}: rows of tables"
    assert _links(other) == _links(page), f"{other}: links"
    assert f"]({Path(other).name})" in _read(page)
    assert f"]({Path(page).name})" in _read(other)


@pytest.mark.parametrize("page", PAGES)
def test_options_and_files_stand_on_both_pages(page: str) -> None:
    """Whatever a page sets in code is on the Chinese one: a new option is not forgotten there."""
    code = re.compile(r"`([^`\n]+)`")
    named = set(code.findall(_prose(page)))
    known = set(code.findall(_prose(chinese(page)).replace(".zh-CN.md", ".md")))
    assert {name for name in named - known if name.startswith(("-", "SPARKRTC", "x-"))} == set()


def test_pages_are_chinese_and_punctuated_so() -> None:
    """No ASCII comma, colon, bracket or question mark touches a Chinese character."""
    for page in PAGES:
        found = _BESIDE.findall(_CODE.sub("", _prose(chinese(page))))
        assert found == [], f"{chinese(page)}: {found[:5]}"


def _texts() -> Iterator[tuple[str, str]]:
    """Every Chinese text that a user can see, and where it stands."""
    yield from language("zh").strings.items()
    for path in (
        spec_folder() / "i18n" / "zh.yaml",
        ROOT / "conformance" / "reporting" / "findings.zh.yaml",
    ):
        node = yaml.safe_load(path.read_text(encoding="utf-8"))
        for part in ("sentences", "patterns"):
            yield from (node.get(part) or {}).items()


def test_every_table_of_texts_is_punctuated_in_chinese() -> None:
    """The same for the strings of reports, the texts of requirements and of findings."""
    found = {name: text for name, text in _texts() if _BESIDE.search(_CODE.sub("", text))}
    assert found == {}
