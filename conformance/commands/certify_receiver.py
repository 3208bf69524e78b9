"""``sparkrtc-conformance certify-receiver``: judge an address that takes record events."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.table import Table

from conformance.certification.receiving.calling import Line
from conformance.certification.receiving.certifying import ReceiverPlan, certify
from conformance.certification.report_builder import Certified
from conformance.certification.waiving import read_waivers
from conformance.commands.report_choice import format_names, report_options, strict_option
from conformance.contract.document import load_contract
from conformance.errors import UsageError
from conformance.reporting.console import PlainConsole
from conformance.reporting.formats import check_formats, write_here
from conformance.reporting.material import Material
from conformance.reporting.terminal import print_remarks, print_summary

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("certify-receiver")
@click.argument("url")
@click.option("--key", default="", envvar="SPARKRTC_CALLBACK_KEY", help="auth_key to send")
@click.option(
    "--key-header", default="Authorization", show_default=True, help="header that carries the key"
)
@click.option("--timeout", default=5.0, show_default=True, help="seconds to wait for each answer")
@click.option("--driver", metavar="COMMAND", help="command that reports what the receiver stored")
@click.option("--exclude", multiple=True, metavar="GLOB", help="leave these requirements out")
@click.option("--waivers", type=_FILE, metavar="FILE.toml", help="file of known deviations")
@click.option("--name", metavar="TEXT", help="name of the receiver in reports")
@strict_option
@report_options
def certify_receiver(
    url: str,
    key: str,
    key_header: str,
    timeout: float,
    driver: str | None,
    exclude: tuple[str, ...],
    waivers: Path | None,
    name: str | None,
    strict: bool,
    report_dir: Path,
    code: str,
    formats: str,
) -> int:
    """Call URL as the service calls the callback of an application, and judge its answers.

    Every event type, minimal and large bodies, unknown fields, repetitions, bursts, wrong keys.
    Exit status: 0 conformant, 1 nonconformant, 2 wrong usage, 3 not reached.
    """
    names = format_names(formats)
    _check(url, timeout, names)
    plan = ReceiverPlan(
        line=Line(url, timeout, key, key_header),
        name=name or urlsplit(url).netloc,
        exclude=exclude,
        waivers=read_waivers(waivers) if waivers else (),
        strict=strict,
        driver=tuple(shlex.split(driver or "")),
    )
    done = certify(load_contract(), plan)
    return _tell(done, report_dir, names, code)


def _check(url: str, timeout: float, formats: tuple[str, ...]) -> None:
    """Raise UsageError for unusable arguments."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError("URL", f"{url!r} is not a URL", "give http(s)://host[:port]/path")
    if timeout <= 0:
        raise UsageError("--timeout", f"is {timeout:g}", "give seconds above 0")
    check_formats(formats, "--format")


def _tell(done: Certified, report_dir: Path, formats: tuple[str, ...], code: str) -> int:
    """Print what was sent and the results, write the reports; return the exit status."""
    console = PlainConsole(stderr=False)
    console.print()
    console.print(_sent(done))
    print_summary(done.report, console, code=code)
    material = Material(done.report, exchanges=done.exchanges, language=code)
    files = ", ".join(path.name for path in write_here(material, report_dir, formats))
    console.print(f"reports in {report_dir}: {files}")
    print_remarks(done.report.run.warnings, done.report.run.problems, console)
    return done.report.verdict.exit_status


def _sent(done: Certified) -> Table:
    """Each situation, how many notices were sent in it, and what they were answered with."""
    answers: dict[str, Counter[str]] = {}
    for one in done.exchanges:
        status = str(one.response.status) if one.response is not None else "none"
        answers.setdefault(one.case, Counter())[status] += 1
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("situation", no_wrap=True)
    table.add_column("sent", justify="right")
    table.add_column("answered")
    for case, statuses in answers.items():
        listed = ", ".join(f"{status} ×{count}" for status, count in sorted(statuses.items()))
        table.add_row(case, str(statuses.total()), listed)
    return table
