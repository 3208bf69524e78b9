"""The command line: parses and wires, nothing else.

Exit status: 0 conformant, 1 nonconformant, 2 wrong usage or configuration, 3 the target could not
be reached or the run not carried out, 4 incomplete, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from conformance.commands.crash import reported_crashes
from conformance.commands.lazily import Entry, LazyGroup
from conformance.commands.streams import tolerant_streams
from conformance.errors import ConformanceError, plain

_ROOM = "conformance.commands"
COMMANDS: Mapping[str, Entry] = {
    name: Entry(f"{_ROOM}.{place}", text)
    for name, place, text in (
        ("run", "run:run", "Judge a running implementation."),
        ("serve", "serve:serve", "Serve the reference implementation."),
        ("simulate", "simulate:simulate", "Simulate users at a served reference."),
        ("requirements", "listing:requirements", "List requirements."),
        ("catalogue", "catalogue:catalogue", "Write the requirements as pages."),
        ("errata", "listing:errata", "List where the document contradicts itself."),
        ("faults", "listing:faults", "List the faults that serve can plant."),
        ("variants", "listing:variants", "List the permitted variants that serve can make."),
        ("capabilities", "listing:capabilities", "List the capabilities of targets."),
        ("target", "target:target", "Write or describe target files."),
        (
            "certify-client",
            "certify:certify_client",
            "Judge a client by the requests that it sends.",
        ),
        (
            "certify-receiver",
            "certify_receiver:certify_receiver",
            "Judge an address that takes record events.",
        ),
        ("cleanup", "cleanup:cleanup", "Delete what an interrupted run has left."),
        ("compare", "compare:compare", "Compare two reports."),
        (
            "contract",
            "contract:contract",
            "Compare editions; check or export a contract of your own.",
        ),
        ("report", "compare:report", "Merge reports, show a trend, or set runs side by side."),
        ("certificate", "compare:certificate", "Issue or verify a certificate."),
    )
}


def _text_without_secrets(text: str) -> str:
    """A traceback for people. Imported late: nothing of it is needed while all goes well."""
    from conformance.access.credentials import secrets_in
    from conformance.access.redaction import Redactor

    return Redactor(secrets_in(os.environ)).text(text)


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="sparkrtc-conformance")
def cli() -> None:
    """Judge any implementation or client of the SparkRTC server API by its document."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every error that is foreseen becomes one line and an exit status.

    What reads the output, and in which letters, changes nothing of it; output that a full disk
    does not take is an error.
    """
    if sys.stdin is None:  # closed by whoever started us: questions are answered by nobody
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for as long as we run
    with tolerant_streams() as streams:
        status = _status(arguments)
        sys.stdout.flush()
        lost = [stream.lost for stream in streams if stream.lost is not None]
        for error in lost:
            click.echo(f"error: the output: cannot be written ({error.strerror})", err=True)
    sys.exit(2 if lost and status == 0 else status)


def _status(arguments: Sequence[str] | None) -> int:
    try:
        with reported_crashes(_text_without_secrets):
            given = sys.argv[1:] if arguments is None else list(arguments)
            status = cli.main(given, standalone_mode=False, obj=given)
    except click.exceptions.Abort:
        status = 130
        if not sys.stdin.isatty():
            problem = "no terminal to ask on; give the answer as an option (see --help)"
            click.echo(f"\nerror: standard input: {problem}", err=True)
            status = 2
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        click.echo("\n".join(map(plain, said.getvalue().rstrip().split("\n"))), err=True)
        status = 2
    except ConformanceError as error:
        click.echo(f"error: {error}", err=True)
        status = error.exit_status
    except KeyboardInterrupt:
        status = 130
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    main()
