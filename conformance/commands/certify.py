"""``sparkrtc-conformance certify-client``: judge a client by what it sends and understands."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from conformance.certification.certifying import Certification, Plan, certify
from conformance.certification.gate import read_gates, shortfalls
from conformance.certification.negative_tests import OPTION, VARIABLE, read_meant
from conformance.certification.tables import coverage_table, write_coverage
from conformance.certification.waiving import read_waivers
from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.commands.report_choice import format_names, report_options, strict_option
from conformance.errors import UsageError
from conformance.reporting.console import PlainConsole
from conformance.reporting.formats import check_formats, write_here
from conformance.reporting.material import Material
from conformance.reporting.terminal import print_remarks, print_summary

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a certification, from the last to the first."""
    for option in (
        report_options,
        click.option(
            "--timeout", type=float, metavar="SECONDS", help="stop the command after this time"
        ),
        click.option(
            "--flow-scale",
            default=1.0,
            show_default=True,
            help="factor on the limits of flow control",
        ),
        click.option(
            "--flow-control", is_flag=True, help="enforce the flow control of table 1-2 with 429"
        ),
        strict_option,
        click.option("--name", metavar="TEXT", help="name of the client in reports"),
        click.option("--waivers", type=_FILE, metavar="FILE.toml", help="file of known deviations"),
        click.option(
            OPTION,
            "meant",
            multiple=True,
            envvar=VARIABLE,
            metavar="OPERATION[:STATUS][=NAME]",
            help="calls that the client's tests expect to fail; not judged",
        ),
        click.option(
            "--exclude", multiple=True, metavar="GLOB", help="leave these requirements out"
        ),
        click.option(
            "--only", multiple=True, metavar="GLOB", help="with --driver: only these operations"
        ),
        click.option(
            "--driver", metavar="COMMAND", help="command that makes the calls of every situation"
        ),
        click.option(
            "--har",
            type=_FILE,
            metavar="FILE",
            help="judge a recording instead of running a command",
        ),
        click.option(
            "--base-url",
            "base_urls",
            multiple=True,
            metavar="URL",
            help="with --har: address of the API, with its base path",
        ),
        click.option(
            "--min-coverage",
            multiple=True,
            metavar="[KIND=]PERCENT",
            help="kinds: all, operations, statuses, parameters, values",
        ),
        click.argument("command", nargs=-1, type=click.UNPROCESSED),
    ):
        command = option(command)
    return command


@click.command("certify-client")
@_options
@contract_options
def certify_client(
    command: tuple[str, ...],
    har: Path | None,
    driver: str | None,
    waivers: Path | None,
    meant: tuple[str, ...],
    min_coverage: tuple[str, ...],
    report_dir: Path,
    formats: str,
    code: str,
    contract: Path | None,
    base: str | None,
    **chosen: Any,
) -> int:
    """Run COMMAND against the validating reference, and judge every request that it sends.

    The command is told where the server is by its environment: SPARKRTC_BASE_URL, SPARKRTC_TOKEN,
    HUAWEICLOUD_SDK_AK and others. Exit status: 0 conformant, 1 nonconformant or too little
    covered, 2 wrong usage, 3 not carried out, 4 incomplete (the command failed, or sent nothing).
    """
    names = format_names(formats)
    _check(names, har, driver, command)
    _check_bases(har, chosen["base_urls"])
    gates = read_gates(min_coverage)
    judged_by = chosen_contract(contract, base)
    plan = Plan(
        command=command,
        driver=tuple(shlex.split(driver or "")),
        har=har,
        waivers=read_waivers(waivers) if waivers else (),
        meant=read_meant(meant, judged_by),
        **chosen,
    )
    done = certify(judged_by, plan)
    return _tell(done, shortfalls(done.coverage, gates), report_dir, names, code, contract)


def _check(
    formats: tuple[str, ...], har: Path | None, driver: str | None, command: tuple[str, ...]
) -> None:
    check_formats(formats, "--format")
    if sum(map(bool, (har, driver, command))) != 1:
        raise UsageError(
            "certify-client",
            "needs exactly one thing to judge",
            "give a COMMAND after --, or --driver, or --har",
        )


def _check_bases(har: Path | None, base_urls: tuple[str, ...]) -> None:
    if base_urls and har is None:
        raise UsageError("--base-url", "is for recordings", "give it with --har")
    for url in base_urls:
        if not urlsplit(url if "://" in url else f"https://{url}").netloc:
            raise UsageError("--base-url", f"{url!r} has no host", "give https://HOST/PATH")


def _tell(
    done: Certification,
    lacking: list[str],
    report_dir: Path,
    formats: tuple[str, ...],
    code: str,
    contract: Path | None,
) -> int:
    """Print and write the results; return the exit status."""
    console = PlainConsole(stderr=False)
    report = done.outcome.report
    console.print()
    console.print(coverage_table(done.coverage))
    print_summary(report, console, code=code)
    material = Material(report, exchanges=done.outcome.exchanges, language=code)
    written = write_here(material, report_dir, formats, contract)
    written.append(write_coverage(done.coverage, report_dir))
    files = ", ".join(path.name for path in written)
    console.print(f"reports in {report_dir}: {files}")
    print_remarks(report.run.warnings, (*report.run.problems, *lacking), console)
    if report.run.interrupted:
        return 130
    status = report.verdict.exit_status
    return 1 if lacking and status == 0 else status
