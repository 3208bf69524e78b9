"""The command line: parses and wires, nothing else.

Exit status: 0 conformant, 1 nonconformant, 2 wrong usage or configuration, 3 the target could not
be reached or the run not carried out, 4 incomplete, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from conformance.access.credentials import secrets_in
from conformance.access.redaction import Redactor
from conformance.commands.certify import certify_client
from conformance.commands.cleanup import cleanup
from conformance.commands.compare import certificate, compare, contract, report
from conformance.commands.crash import crashes_told
from conformance.commands.listing import capabilities, errata, faults, requirements
from conformance.commands.run import run
from conformance.commands.serve import serve
from conformance.commands.target import target
from conformance.errors import ConformanceError

COMMANDS: tuple[click.Command, ...] = (
    run,
    serve,
    requirements,
    errata,
    faults,
    capabilities,
    target,
    certify_client,
    cleanup,
    compare,
    contract,
    report,
    certificate,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sparkrtc-conformance")
def cli() -> None:
    """Judge any implementation or client of the SparkRTC server API by its document."""


for _command in COMMANDS:
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every error that is foreseen becomes one line and an exit status."""
    try:
        with crashes_told(lambda text: Redactor(secrets_in(os.environ)).text(text)):
            status = cli.main(arguments, standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = 2
    except ConformanceError as error:
        click.echo(f"error: {error}", err=True)
        status = error.exit_status
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # Somebody stopped reading, as `head` does: nothing is left to be said.
        sys.stderr.close()
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
