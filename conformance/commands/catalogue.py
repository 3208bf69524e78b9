"""``sparkrtc-conformance catalogue``: every requirement as pages to be read."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.certification.scripted.sweep import client_requirements
from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.commands.report_choice import lang_option
from conformance.engine.run.untested import rules_without_test
from conformance.reporting.catalogue import catalogue_pages, write_catalogue


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@lang_option("texts")
@contract_options
def catalogue(folder: Path, code: str, contract: Path | None, base: str | None) -> None:
    """Write the requirements into FOLDER, a Markdown page a chapter.

    Rules of a contract of your own that no test of this suite judges are marked.
    """
    judged_by = chosen_contract(contract, base)
    clients = client_requirements(judged_by)
    pages = catalogue_pages(judged_by, clients, rules_without_test(judged_by), code)
    write_catalogue(folder, pages)
    click.echo(f"{len(pages)} pages in {folder}")
