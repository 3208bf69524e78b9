"""``sparkrtc-conformance cleanup``: delete what an interrupted run left, from its journal only."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from conformance.access.cleanup import CleanupResult
from conformance.access.cleanup import cleanup as undo_journal
from conformance.access.journal import Journal
from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.commands.report_choice import report_dir_option
from conformance.engine.resources.names import is_of_a_run
from conformance.engine.resources.teardown import Teardown
from conformance.engine.run.config import RunConfig
from conformance.engine.run.folder_lock import lock_folder
from conformance.engine.run.opening import JOURNAL
from conformance.engine.run.session import Session
from conformance.engine.wire.endpoint import reach_target
from conformance.errors import ConfigurationError, plain


@click.command()
@click.option("--target", metavar="FILE|URL", help="target (default: the one in the journal)")
@click.option(
    "--profile", metavar="NAME", help="the --profile of the run, if its target was an address"
)
@report_dir_option()
@contract_options
def cleanup(
    target: str | None,
    profile: str | None,
    report_dir: Path,
    contract: Path | None,
    base: str | None,
) -> int:
    """Delete the resources in the journals of the report folder, and restore settings.

    Deletes only what still carries the run's prefix. Exit status 1 when something is left.
    """
    journals = sorted(report_dir.glob(f"{JOURNAL}*.jsonl"))
    if not journals:
        click.echo(f"no journal in {report_dir}: nothing is left to be cleaned up")
        return 0
    # A profile that does not exist is an error before all else; so is a contract at fault.
    config = RunConfig(profile=profile, report_dir=report_dir, contract=contract, base=base)
    chosen_contract(contract, base)
    complete = True
    with lock_folder(report_dir):
        for path in journals:
            complete = _undo(Journal(path), target, config) and complete
    return 0 if complete else 1


def _undo(journal: Journal, target: str | None, config: RunConfig) -> bool:
    for number in journal.strange:
        click.echo(f"{journal.path}:{number}: NOT undone (no line of a run's journal)", err=True)
    if not journal.pending():
        if journal.strange:
            return False
        click.echo(f"{journal.path}: everything that it names is undone already")
        journal.path.unlink()
        return True
    header = journal.header()
    reach = reach_target(target or header.base_url, os.environ, config.profile)
    if not reach.settings.allow_writes:
        raise ConfigurationError(
            str(journal.path),
            "the target does not allow writes",
            "name its file with --target, or the --profile of the run",
        )
    session = Session(replace(config, profile=None), reach)
    try:
        result = undo_journal(
            journal,
            Teardown(session.contract, session.lab),
            base_url=reach.settings.base_url,
            project_id=reach.settings.project_id,
        )
        left = [*result.doubtful, *_leftovers(session, header.prefix)]
    finally:
        session.hang_up()
    _tell(result, session)
    for thing in left:
        click.echo(f"left: {thing}", err=True)
    complete = result.complete and not journal.strange and not left
    if complete:
        journal.path.unlink()
    return complete


def _leftovers(session: Session, prefix: str) -> list[str]:
    """What the target lists with a name of the run that the journal is of."""
    if not is_of_a_run(prefix):
        return []
    try:
        return list(Teardown(session.contract, session.lab).leftovers(prefix))
    except LookupError as error:
        return [session.prose(f"whatever {prefix} names: cannot be listed ({error})")]


def _tell(result: CleanupResult, session: Session) -> None:
    for noun, items in (
        ("deleted", result.deleted),
        ("gone already", result.gone),
        ("left alone, it is not ours", result.foreign),
    ):
        for item in items:
            click.echo(plain(f"{item.resource} {item.id or item.name}: {noun}"))
    for change in result.restored:
        click.echo(f"{change.resource}: put back as it was")
    for pending, why in result.failed:
        click.echo(plain(session.prose(f"{pending.resource}: NOT undone ({why})")), err=True)
