"""The catalogue of requirements: one Markdown page a chapter, from the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from conformance.model.verdict import UNTESTED
from conformance.reporting.file import write_text
from conformance.reporting.language import Language, language

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.document import Contract
    from conformance.model.requirement import Requirement

_WORDS = {
    "en": ("Requirements", "{count} requirements of the edition {revision}.", "chapter",
           "requirements", "of clients", "Everywhere",
           "requirement | level | what must hold | source | capability | erratum"),
    "zh": ("要求目录", "{revision} 版文档的 {count} 条要求。", "章节", "要求", "客户端", "通用",
           "要求 | 级别 | 内容 | 出处 | 能力 | 勘误"),
}  # fmt: skip


def catalogue_pages(
    contract: Contract,
    clients: Mapping[str, Requirement],
    untested: Collection[str] = (),
    code: str = "en",
) -> dict[str, str]:
    """The text of every page, by its file name.

    ``clients`` are the requirements on clients; ``untested`` ids of rules that no test judges,
    which are marked.
    """
    words = language(code)
    chapters: defaultdict[tuple[str, bool], list[Requirement]] = defaultdict(list)
    for requirement in contract.requirements.values():
        chapters[requirement.chapter, False].append(requirement)
    for requirement in clients.values():
        chapters[requirement.chapter, True].append(requirement)
    texts = {
        _file(key): f"# {_title(key, words)}\n\n{_page(found, words, untested)}"
        for key, found in chapters.items()
    }
    return {"README.md": _index(contract, chapters, words), **texts}


def write_catalogue(folder: Path, pages: Mapping[str, str]) -> None:
    """Write every page. Raises ReportError when one cannot be written."""
    for name, text in pages.items():
        write_text(folder / name, text, "name another folder")


def _file(key: tuple[str, bool]) -> str:
    chapter, client = key
    return f"{'client' if client else 'chapter'}-{chapter}.md"


def _title(key: tuple[str, bool], words: Language) -> str:
    chapter, client = key
    title = words.numbered_chapter(chapter).strip()
    return f"{title} ({_WORDS[words.code][4]})" if client else title


def _index(
    contract: Contract, chapters: Mapping[tuple[str, bool], list[Requirement]], words: Language
) -> str:
    title, told, chapter, requirements, *_ = _WORDS[words.code]
    rows = "".join(
        f"| [{_title(key, words)}]({_file(key)}) | {len(found)} |\n"
        for key, found in chapters.items()
    )
    count = sum(map(len, chapters.values()))
    said = told.format(count=count, revision=contract.revision)
    return f"# {title}\n\n{said}\n\n| {chapter} | {requirements} |\n|---|---|\n{rows}"


def _page(found: Iterable[Requirement], words: Language, untested: Collection[str]) -> str:
    *_, everywhere, columns = _WORDS[words.code]
    groups: defaultdict[str, list[Requirement]] = defaultdict(list)
    for requirement in found:
        groups[requirement.operation or everywhere].append(requirement)
    head = f"| {columns} |\n|---|---|---|---|---|---|\n"
    return "\n".join(
        f"## {operation}\n\n{head}{''.join(_row(item, words, untested) for item in group)}"
        for operation, group in groups.items()
    )


def _row(item: Requirement, words: Language, untested: Collection[str]) -> str:
    text = words.requirement(item.text)
    text += f" ({words.told(UNTESTED)})" if item.id in untested else ""
    cells = (
        f"`{item.id}`", words.say(f"story.{item.level.value}"), text,
        words.source(str(item.source)), ", ".join(sorted(item.capabilities)), item.erratum or "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
