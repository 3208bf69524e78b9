"""``contract export``: the contract as one OpenAPI document, as it is or for code generators."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.contract.document import Contract
from conformance.contract.generators.whole import for_generators
from conformance.contract.generators.writing import FORMATS, written
from conformance.contract.revisions import load_contract_at
from conformance.errors import ReportError, UsageError


@click.command("export")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["generators"]),
    help="without what code generators overwrite or misread",
)
@click.option("--revision", metavar="DATE", help="an earlier edition")
@click.option("--format", "form", type=click.Choice(FORMATS), help="by default by the file's name")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="instead of standard output"
)
@contract_options
def export(
    purpose: str | None,
    revision: str | None,
    form: str | None,
    output: Path | None,
    contract: Path | None,
    base: str | None,
) -> int:
    """Write the contract as one OpenAPI 3.1 document: an edition, or a contract of your own.

    Overlays are applied. The same contract gives the same bytes. The format is that of the name
    of --output (.json; YAML for any other), and YAML on standard output, unless --format says.
    """
    chosen = _chosen(revision, contract, base)
    document = chosen.raw
    if purpose is not None:
        document = for_generators(document, chosen.conventions)
    named = "json" if output is not None and output.suffix.lower() == ".json" else "yaml"
    text = written(document, form or named)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)
    return 0


def _chosen(revision: str | None, contract: Path | None, base: str | None) -> Contract:
    if revision is None:
        return chosen_contract(contract, base)
    if contract is not None or base is not None:
        problem = "names an edition beside a contract of your own"
        raise UsageError("--revision", problem, "leave one out; an overlay names it with --base")
    return load_contract_at(revision)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        remedy = "name a file in a folder that is there"
        raise ReportError(str(path), f"cannot be written ({error.strerror})", remedy) from error
