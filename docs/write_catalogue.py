"""Write the catalogue of requirements, one Markdown page a chapter, from the contract.

python docs/write_catalogue.py [FOLDER] [en|zh]      (docs/catalogue by default; git ignores it)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.document import Contract, load_contract
from conformance.model.requirement import Requirement
from conformance.reporting.language import Language, language

FOLDER = Path(__file__).resolve().parent / "catalogue"
_WORDS = {
    "en": ("Requirements", "{count} requirements of the edition {revision}.", "chapter",
           "requirements", "of clients", "Everywhere",
           "requirement | level | what must hold | source | capability | erratum"),
    "zh": ("要求目录", "{revision} 版文档的 {count} 条要求。", "章节", "要求", "客户端", "通用",
           "要求 | 级别 | 内容 | 出处 | 能力 | 勘误"),
}  # fmt: skip


def pages(contract: Contract, code: str = "en") -> dict[str, str]:
    """The text of every page, by its file name."""
    words = language(code)
    chapters: defaultdict[tuple[str, bool], list[Requirement]] = defaultdict(list)
    for requirement in contract.requirements.values():
        chapters[requirement.chapter, False].append(requirement)
    for requirement in client_requirements(contract).values():
        chapters[requirement.chapter, True].append(requirement)
    texts = {
        _file(key): f"# {_title(key, words)}\n\n{_page(found, words)}"
        for key, found in chapters.items()
    }
    return {"README.md": _index(contract, chapters, words), **texts}


def write(folder: Path, contract: Contract, code: str = "en") -> int:
    """Write every page; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages(contract, code)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(texts)


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


def _page(found: Iterable[Requirement], words: Language) -> str:
    *_, everywhere, columns = _WORDS[words.code]
    groups: defaultdict[str, list[Requirement]] = defaultdict(list)
    for requirement in found:
        groups[requirement.operation or everywhere].append(requirement)
    head = f"| {columns} |\n|---|---|---|---|---|---|\n"
    return "\n".join(
        f"## {operation}\n\n{head}{''.join(_row(item, words) for item in group)}"
        for operation, group in groups.items()
    )


def _row(item: Requirement, words: Language) -> str:
    cells = (
        f"`{item.id}`", words.say(f"story.{item.level.value}"), words.requirement(item.text),
        words.source(str(item.source)), ", ".join(sorted(item.capabilities)), item.erratum or "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    chosen = sys.argv[2] if len(sys.argv) > 2 else "en"
    sys.stdout.write(f"{write(target, load_contract(), chosen)} pages in {target}\n")
