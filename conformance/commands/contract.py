"""``contract diff``, ``check`` and ``export``: the contract itself, and those of the user's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from conformance.access.capability import CAPABILITIES
from conformance.commands.contract_export import export
from conformance.commands.edition import checklist, new_edition
from conformance.commands.report_choice import format_option, json_option
from conformance.comparison import contract_formats
from conformance.comparison.contract_change import Impact
from conformance.comparison.contracts import baseline_loss, diff_contracts
from conformance.contract.authoring.checking import all_problems
from conformance.contract.authoring.draft import read_draft
from conformance.contract.own import contract_of
from conformance.errors import plain
from conformance.reporting.console import PlainConsole
from conformance.reporting.json_file import read_json

_path = click.Path(path_type=Path)


@click.group()
def contract() -> None:
    """Check, compare and export contracts."""


contract.add_command(new_edition)
contract.add_command(checklist)
contract.add_command(export)


@contract.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--base", metavar="DATE|FILE", help="edition or file under an overlay")
@click.option(
    "--baseline", type=_path, help="a report.json: list the verdicts that would no longer hold"
)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "risky"]),
    help="exit with status 1 from this impact on",
)
@format_option("text", "json", "markdown")
def diff(
    a: str, b: str, base: str | None, baseline: Path | None, fail_on: str | None, form: str
) -> int:
    """Compare two contracts: revision dates, files, overlays or git references.

    The exit status is 0 unless --fail-on names an impact from which on it is 1; risky includes
    breaking.
    """
    difference = diff_contracts(a, b, base=base)
    loss = baseline_loss(difference, read_json(baseline)) if baseline else None
    if form == "text":
        contract_formats.render_text(difference, PlainConsole(), loss)
    elif form == "json":
        click.echo(contract_formats.render_json(difference, loss))
    else:
        click.echo(contract_formats.render_markdown(difference, loss))
    worst = max(difference.worst(side).weight for side in ("client", "server"))
    return int(fail_on is not None and worst >= Impact(fail_on).weight)


@contract.command("check")
@click.argument("file", type=_path)
@click.option(
    "--base",
    metavar="DATE|FILE",
    help="edition or file under an overlay (default: the newest edition)",
)
@json_option
def check(file: Path, base: str | None, as_json: bool) -> int:
    """Check a contract of your own: FILE, a folder, or an overlay on an edition.

    Reports every fault with file, line, operation, member and what is expected. Exit status: 0
    none, 1 faults, 2 it cannot be read.
    """
    draft = read_draft(file, base)
    problems = all_problems(draft, CAPABILITIES, contract_of)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(plain(str(problem)))
        noun = "fault" if len(problems) == 1 else "faults"
        click.echo(f"{len(problems)} {noun} in {draft.source.path}", err=True)
    return 1 if problems else 0
