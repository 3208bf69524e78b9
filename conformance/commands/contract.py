"""``contract diff`` and ``contract check``: the contract itself, and those of the user's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from conformance.access.capability import CAPABILITIES
from conformance.commands.edition import checklist, new_edition
from conformance.comparison import contract_formats
from conformance.comparison.contract_change import Impact
from conformance.comparison.contracts import baseline_loss, diff_contracts
from conformance.contract.authoring.checking import all_problems
from conformance.contract.authoring.draft import read_draft
from conformance.contract.own import contract_of
from conformance.reporting.json_file import read_json

_path = click.Path(path_type=Path)


@click.group()
def contract() -> None:
    """The contract itself, and contracts of your own."""


contract.add_command(new_edition)
contract.add_command(checklist)


@contract.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--base", metavar="DATE|FILE", help="what an overlay among them changes")
@click.option("--baseline", type=_path, help="a report.json: say what it would lose")
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "risky"]),
    help="exit status 1 when a change is that grave",
)
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
def diff(
    a: str, b: str, base: str | None, baseline: Path | None, fail_on: str | None, form: str
) -> int:
    """Compare two contracts: revision dates, files, overlays or git references.

    Exit status 0 whatever has changed, unless --fail-on says from when on it is 1; risky includes
    breaking.
    """
    difference = diff_contracts(a, b, base=base)
    loss = baseline_loss(difference, read_json(baseline)) if baseline else None
    if form == "text":
        contract_formats.render_text(difference, Console(), loss)
    elif form == "json":
        click.echo(contract_formats.render_json(difference, loss))
    else:
        click.echo(contract_formats.render_markdown(difference, loss))
    worst = max(difference.worst(side).weight for side in ("client", "server"))
    return int(fail_on is not None and worst >= Impact(fail_on).weight)


@contract.command("check")
@click.argument("file", type=_path)
@click.option("--base", metavar="DATE|FILE", help="what an overlay changes; the newest edition")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
def check(file: Path, base: str | None, as_json: bool) -> int:
    """Check a contract of your own: FILE, a folder, or an overlay over an edition.

    Every fault is told with file, line, operation, member and what is expected. Exit status:
    0 none, 1 faults, 2 it cannot be read.
    """
    draft = read_draft(file, base)
    problems = all_problems(draft, CAPABILITIES, contract_of)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{len(problems)} faults in {draft.source.path}", err=True)
    return 1 if problems else 0
