"""``contract new-edition`` and ``contract checklist``: from an edition to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from conformance.access.capability import CAPABILITIES
from conformance.certification.receiving.certifying import requirements_of_receivers
from conformance.certification.scripted.sweep import client_requirements
from conformance.commands.report_choice import json_option
from conformance.comparison import checklist as points
from conformance.comparison.checklist import Checklist, Point
from conformance.comparison.contracts import diff
from conformance.contract.authoring.checking import all_problems
from conformance.contract.authoring.draft import read_draft
from conformance.contract.document import Contract, load_contract
from conformance.contract.editions import finish, lead_back, prepare, prepared
from conformance.contract.files import spec_folder
from conformance.contract.own import contract_of
from conformance.contract.revisions import load_contract_at
from conformance.errors import UsageError
from conformance.reporting.language import language


@click.command("new-edition")
@click.argument("date")
def new_edition(date: str) -> None:
    """Prepare the files of the edition of DATE, in a checkout of this project.

    The contract gets the date, the edition before becomes an overlay over it.
    """
    for path in prepare(_checkout(), date):
        click.echo(f"written {path}")
    click.echo("change spec/openapi.yaml; contract checklist says what else there is to do")


@click.command("checklist")
@click.option("--finish", "finishing", is_flag=True, help="when nothing is left: end the work")
@json_option
def checklist(*, finishing: bool, as_json: bool) -> int:
    """What the edition that is being written still asks for.

    The overlay that leads back to the edition before is written anew. Exit status: 0 nothing is
    left, 1 something is.
    """
    folder = _checkout()
    preparation = prepared(folder)
    if preparation is None:
        raise UsageError("checklist", "no edition is being written", "contract new-edition DATE")
    faults = [str(one) for one in all_problems(read_draft(folder), CAPABILITIES, contract_of)]
    if faults:
        made = Checklist(preparation.before, "?", (Point("Faults of the contract", tuple(faults)),))
    else:
        lead_back(preparation)
        old, new = load_contract_at(preparation.before, folder), load_contract(folder)
        made = Checklist(old.revision, new.revision, tuple(_points(folder, old, new)))
    if as_json:
        click.echo(json.dumps(made.to_dict(), ensure_ascii=False, indent=2))
    else:
        for line in made.lines():
            click.echo(line)
    if finishing and not made.left:
        finish(preparation)
        click.echo(f"removed {preparation.previous}", err=True)
    return 1 if made.left else 0


def _points(folder: Path, old: Contract, new: Contract) -> Iterator[Point]:
    # Heavy, and of no use to the other commands of the contract.
    from conformance.checks.exchange import every_exchange
    from conformance.engine.run.cost_estimate import judged_by_tests
    from conformance.faults.registry import all_faults
    from conformance.reference.app import served
    from conformance.reference.seeds import seeded_world
    from conformance.reference.server import EDITION
    from conformance.suite.declared import every_test, rules_of

    yield from points.changes_for_information(diff(old, new, old.revision, new.revision))
    yield points.without_date(old, new)
    yield points.without_example(old, new)
    yield points.without_basis(new)
    clients = client_requirements(new)
    everyone = [*new.requirements.values(), *clients.values()]
    everyone += requirements_of_receivers().values()
    words = language("zh")
    said = {one.text: words.requirement(one.text) for one in everyone}
    yield points.without_translation(everyone, said)
    yield points.lacking_in_reference(old, new, served(seeded_world(0)), EDITION)
    always = every_exchange(new)
    declared = {rule for _, test in every_test() for rule in rules_of(test)}
    yield from points.without_test(new, declared | always, judged_by_tests() | always)
    yield points.without_fault(new, (i for fault in all_faults().values() for i in fault.breaks))
    listed = (folder / "requirements.txt").read_text("utf-8").split()
    yield points.unlisted_ids((*new.requirements, *clients), listed)


def _checkout() -> Path:
    """``spec/`` of a checkout. Raises UsageError where the package is installed."""
    folder = spec_folder()
    if folder.parent == Path(__file__).resolve().parents[1]:
        problem = "is part of an installed package"
        raise UsageError(str(folder), problem, "run this in a checkout of the project")
    return folder
