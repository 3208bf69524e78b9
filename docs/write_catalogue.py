"""Write the catalogue of requirements, one Markdown page a chapter, from the contract.

python docs/write_catalogue.py [FOLDER]      (docs/catalogue by default; git ignores it)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from conformance.contract.document import Contract, load_contract
from conformance.model.requirement import Requirement

FOLDER = Path(__file__).resolve().parent / "catalogue"
_HEAD = (
    "| requirement | level | what must hold | source | capability | erratum |\n"
    "|---|---|---|---|---|---|\n"
)


def pages(contract: Contract) -> dict[str, str]:
    """The text of every page, by its file name."""
    chapters: defaultdict[str, list[Requirement]] = defaultdict(list)
    for requirement in contract.requirements.values():
        chapters[requirement.chapter].append(requirement)
    texts = {_file(chapter): _page(chapter, found) for chapter, found in chapters.items()}
    return {"README.md": _index(contract, chapters), **texts}


def write(folder: Path, contract: Contract) -> int:
    """Write every page; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages(contract)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(texts)


def _file(chapter: str) -> str:
    return f"chapter-{chapter}.md"


def _index(contract: Contract, chapters: dict[str, list[Requirement]]) -> str:
    rows = "".join(
        f"| [{chapter}]({_file(chapter)}) | {len(found)} |\n" for chapter, found in chapters.items()
    )
    total = len(contract.requirements)
    return (
        f"# Requirements\n\n{total} requirements of the edition {contract.revision}.\n\n"
        f"| chapter | requirements |\n|---|---|\n{rows}"
    )


def _page(chapter: str, found: Iterable[Requirement]) -> str:
    groups: defaultdict[str, list[Requirement]] = defaultdict(list)
    for requirement in found:
        groups[requirement.operation or "Everywhere"].append(requirement)
    parts = [
        f"## {operation}\n\n{_HEAD}{''.join(map(_row, group))}"
        for operation, group in groups.items()
    ]
    return f"# Chapter {chapter}\n\n" + "\n".join(parts)


def _row(requirement: Requirement) -> str:
    cells = (
        f"`{requirement.id}`", requirement.level.value, requirement.text, str(requirement.source),
        ", ".join(sorted(requirement.capabilities)), requirement.erratum or "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    sys.stdout.write(f"{write(target, load_contract())} pages in {target}\n")
