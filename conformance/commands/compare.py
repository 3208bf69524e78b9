"""``compare``, ``report`` and ``certificate``: work on reports."""

from __future__ import annotations

import json
from pathlib import Path

import click

from conformance.commands.report_choice import (
    format_option,
    formats_option,
    lang_option,
    report_dir_option,
)
from conformance.comparison import matrix_formats, run_formats, trend_formats
from conformance.comparison.certificate import issue_certificate, verify_certificate
from conformance.comparison.certificate_text import check_lines, coverage_lines
from conformance.comparison.matrix import read_matrix
from conformance.comparison.merge import merge_reports
from conformance.comparison.runs import compare_reports
from conformance.comparison.signature import (
    envelope_beside,
    generate_keys,
    key_id,
    read_private_key,
    read_public_key,
)
from conformance.comparison.trend import read_trend
from conformance.errors import plain
from conformance.reporting.console import PlainConsole
from conformance.reporting.file import write_text
from conformance.reporting.formats import write_here
from conformance.reporting.language import language
from conformance.reporting.material import Material
from conformance.reporting.terminal import print_summary

_file = click.Path(path_type=Path)


@click.command()
@click.argument("a", type=_file)
@click.argument("b", type=_file)
@format_option("text", "json", "markdown", "html")
def compare(a: Path, b: Path, form: str) -> int:
    """Compare reports A and B: regressions, fixes, additions. Exit status 1 on a regression."""
    comparison = compare_reports(a, b)
    if form == "text":
        run_formats.render_text(comparison, PlainConsole())
    else:
        render = {
            "json": run_formats.render_json,
            "markdown": run_formats.render_markdown,
            "html": run_formats.render_html,
        }[form]
        click.echo(render(comparison))
    return comparison.exit_status


@click.group()
def report() -> None:
    """Merge, compare and follow reports of several runs."""


@report.command()
@click.argument("shards", nargs=-1, required=True, type=_file)
@report_dir_option(Path("reports/merged"))
@formats_option
def merge(shards: tuple[Path, ...], report_dir: Path, formats: str) -> int:
    """Merge the reports of one run's shards into the report of the whole run."""
    merged = merge_reports(shards)
    write_here(Material(merged), report_dir, formats.split(","))
    print_summary(merged, PlainConsole())
    return merged.verdict.exit_status


@report.command()
@click.argument("folder", type=_file)
@click.option("--target", help="use only runs against this target")
@format_option("text", "json", "html")
def trend(folder: Path, target: str | None, form: str) -> None:
    """Show the history of a folder of reports, and which requirements are flaky."""
    found = read_trend(folder, target=target)
    if form == "text":
        trend_formats.render_text(found, PlainConsole())
    else:
        render = {"json": trend_formats.render_json, "html": trend_formats.render_html}[form]
        click.echo(render(found))


@report.command("matrix")
@click.argument("reports", nargs=-1, required=True, type=_file)
@click.option(
    "--label", "labels", multiple=True, metavar="NAME", help="name for each run, in order"
)
@format_option("text", "json", "markdown", "html")
@lang_option()
@click.option("--output", type=_file, metavar="FILE", help="write to this file instead of printing")
def side_by_side(
    reports: tuple[Path, ...], labels: tuple[str, ...], form: str, code: str, output: Path | None
) -> None:
    """Compare runs side by side, by requirement: implementations, versions, editions."""
    beside = output.parent if output is not None else Path()
    found, words = read_matrix(reports, labels=labels, beside=beside), language(code)
    if form == "text" and output is None:
        matrix_formats.render_text(found, words, PlainConsole())
        return
    draw = {
        "text": matrix_formats.text_of,
        "json": matrix_formats.render_json,
        "markdown": matrix_formats.render_markdown,
        "html": matrix_formats.render_html,
    }[form]
    if output is None:
        click.echo(draw(found, words), nl=False)
    else:
        write_text(output, draw(found, words), remedy="choose another file with --output")


@click.group()
def certificate() -> None:
    """Issue and verify certificates of conformant runs."""


@certificate.command()
@click.argument("report_file", type=_file)
@click.option("--output", type=_file, help="certificate file (default: beside the report)")
@click.option("--key", type=_file, help="sign with this private key, PEM")
def issue(report_file: Path, output: Path | None, key: Path | None) -> None:
    """Issue a certificate for a conformant run; refused if anything failed or is incomplete."""
    private = read_private_key(key) if key is not None else None
    written = issue_certificate(report_file, output=output, key=private)
    predicate = json.loads(written.read_text("utf-8"))["predicate"]
    for line in coverage_lines(predicate):
        click.echo(plain(line))
    beside = f", its signature to {envelope_beside(written)}" if private else "; nobody signed it"
    click.echo(f"written to {written}{beside}")


@certificate.command()
@click.option(
    "--output", type=_file, default=Path(), help="folder for the keys (default: the current one)"
)
def keygen(output: Path) -> None:
    """Generate a pair of keys for signing certificates."""
    private, public = generate_keys(output)
    click.echo(f"private key  {private}: keep it to yourself")
    click.echo(f"public key   {public}: publish it; key id {key_id(read_public_key(public))}")


@certificate.command()
@click.argument("certificate_file", type=_file)
@click.option("--public-key", type=_file, help="require a signature by this key, PEM")
def verify(certificate_file: Path, public_key: Path | None) -> int:
    """Verify a certificate against its evidence and its signature, offline."""
    public = read_public_key(public_key) if public_key is not None else None
    check = verify_certificate(certificate_file, key=public)
    for line in check_lines(check):
        click.echo(plain(line))
    return check.exit_status
