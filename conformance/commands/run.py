"""``sparkrtc-conformance run``: judge a running implementation."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.commands.crash import reported_crashes
from conformance.commands.progress import Progress
from conformance.commands.report_choice import format_names
from conformance.commands.run_options import run_options
from conformance.engine.run.checkpoint import seed_for
from conformance.engine.run.concurrency import check_concurrency
from conformance.engine.run.config import RunConfig, named_operations
from conformance.engine.run.judged_by import needs_no_credentials
from conformance.engine.run.scheduling import REST
from conformance.engine.run.session import Session
from conformance.engine.run.thorough import check_level
from conformance.engine.wire.endpoint import (
    Reach,
    is_read_only_by_default,
    reach_embedded,
    reach_target,
)
from conformance.engine.wire.named_target import named_target
from conformance.plugin.conformance_run import ConformanceRun
from conformance.reporting.console import PlainConsole
from conformance.reporting.formats import check_formats
from conformance.reporting.language import language
from conformance.reporting.terminal import print_summary

_INI = Path(__file__).resolve().parent.parent / "suite" / "pytest.ini"
_UNUSED = (
    "anyio",
    "cacheprovider",
    "doctest",
    "faulthandler",
    "hypothesispytest",
    "logging",
    "pastebin",
    "respx",
    "schemathesis",
    "stepwise",
    "terminal",
    "threadexception",
    "unittest",
    "unraisableexception",
)
"""Plugins of pytest that a run has no use for, and would pay for with every case."""

_QUIET = ("--capture=no", "--assert=plain", "--noconftest", *(f"-pno:{name}" for name in _UNUSED))


@click.command()
@run_options
def run(
    base_url: str | None,
    reference: bool,
    target: str | None,
    numprocesses: str | None,
    dry_run: bool,
    formats: str,
    code: str,
    seed: int | None,
    watch: bool,
    watch_files: tuple[Path, ...],
    **chosen: Any,
) -> int:
    """Judge BASE_URL, a target file, or the embedded reference.

    Without any of them SPARKRTC_BASE_URL is judged, or the embedded reference if it is not set.
    """
    named = {"BASE_URL": base_url, "--target": target}
    config = RunConfig(
        target=named_target(named, os.environ, reference="--reference", wanted=reference),
        formats=format_names(formats),
        language=code,
        seed=seed_for(seed, chosen["report_dir"], resume=chosen["resume"]),
        operations=named_operations(chosen.pop("operations"), "--operations"),
        **{**chosen, "only": tuple(chosen["only"]), "exclude": tuple(chosen["exclude"])},
    )
    _check(config)
    if watch or watch_files:
        return _watch(config, watch_files)
    with _reach(config) as (reach, announced):
        alone = numprocesses is None and not reach.settings.has_flow_control
        session = Session(dataclasses.replace(config, alone=alone), reach)
        _notice(session)
        session.check_selection()
        check_concurrency(session)
        if dry_run:
            from conformance.commands.planned import print_plan

            print_plan(session, PlainConsole())
            return 0
        prepared = ConformanceRun(session, announced)
        prepared.claim()
        try:
            with reported_crashes(session.prose):
                session.probe()
                return _judge(prepared, numprocesses)
        finally:
            session.hang_up()
            prepared.release()


def _watch(config: RunConfig, files: tuple[Path, ...]) -> int:
    """Hand over to processes that run this command, one at each change."""
    from conformance.commands.watching import Watch, rerun, server_of, watch

    target = Path(config.target) if config.target and config.target.endswith(".toml") else None
    paths = [path for path in (config.contract, target, *files) if path is not None]
    arguments = click.get_current_context().find_root().obj
    return watch(Watch(paths, server_of(config.target)), rerun(arguments))


def _notice(session: Session) -> None:
    """Print that an address is only read, and how to change that."""
    config, reach = session.config, session.reach
    if is_read_only_by_default(config.target, config.profile, reach.settings):
        words = language(config.language)
        click.echo(words.say("run.read-only", target=reach.settings.base_url), err=True)


@contextmanager
def _without_options_of_others() -> Iterator[None]:
    """The arguments without those that a surrounding project sets for pytest."""
    told = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        yield
    finally:
        if told is not None:
            os.environ["PYTEST_ADDOPTS"] = told


def _judge(prepared: ConformanceRun, numprocesses: str | None) -> int:
    """Run pytest, then print the results."""
    console = PlainConsole(stderr=False)
    progress = Progress(console, prepared.session.config.seed)
    arguments = ["--pyargs", "conformance.suite", "-c", str(_INI), *_QUIET]
    arguments += _processes(prepared, numprocesses)
    with progress, terminable(), _without_options_of_others():
        status = int(pytest.main([*arguments, *_passed_on(prepared)], [prepared, progress]))
    report = prepared.report
    if report is None and prepared.stopped is not None:
        click.echo(f"error: {prepared.stopped}", err=True)
        return prepared.stopped.exit_status
    if report is None:
        return status if status in {2, 3, 130} else 3
    print_summary(report, console, code=prepared.session.config.language)
    folder = prepared.session.config.report_dir
    files = ", ".join(path.name for path in prepared.written) or "none"
    console.print(f"seed {report.run.seed} · reports in {folder}: {files}")
    for warning in report.run.warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    for problem in report.run.problems:
        console.print(f"problem: {problem}", style="yellow")
    if report.run.interrupted and prepared.session.config.target is not None:
        console.print("the same command with --resume goes on where this run stopped, by its seed")
    for error in prepared.errors:
        click.echo(f"error: {error}", err=True)
    if prepared.errors:
        return prepared.errors[0].exit_status
    return 130 if status == pytest.ExitCode.INTERRUPTED else status


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a run like Ctrl-C: cleaned up, with a report.

    A hang-up that nohup has told us to ignore stays ignored.
    """
    names = (signal.SIGTERM, getattr(signal, "SIGHUP", None))
    meant = [n for n in names if n is not None and signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _interrupt) for number in meant}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _processes(prepared: ConformanceRun, numprocesses: str | None) -> list[str]:
    """Where flow control makes requests wait, the flow groups run side by side."""
    session = prepared.session
    if session.reach.settings.has_flow_control:
        count = numprocesses or str(len({REST, *session.contract.shards.values()}))
        return ["-n", count]
    return ["-n", numprocesses] if numprocesses else []


def _passed_on(prepared: ConformanceRun) -> Iterator[str]:
    """The options that workers of pytest-xdist need."""
    config = prepared.session.config
    for name in ("level", "profile", "revision", "contract", "base"):
        value = getattr(config, name)
        if value is not None:
            yield f"--sparkrtc-{name}={value}"
    yield from (f"--sparkrtc-only={glob}" for glob in config.only)
    yield from (f"--sparkrtc-exclude={glob}" for glob in config.exclude)
    yield from (f"--sparkrtc-operations={name}" for name in config.operations)
    yield f"--sparkrtc-format={','.join(config.formats)}"
    yield f"--sparkrtc-report-dir={config.report_dir}"
    if config.duration is not None:
        yield f"--sparkrtc-duration={config.duration}"
    if config.strict:
        yield "--sparkrtc-strict"
    if config.resume:
        yield "--sparkrtc-resume"
    named = f"target={config.target}" if config.target is not None else "reference"
    yield f"--sparkrtc-{named}"


def _check(config: RunConfig) -> None:
    """Raise UsageError for anything that is wrong before a run starts."""
    check_formats(config.formats, "--format")
    check_level(config.level, "--level")
    config.check_report_dir()


@contextmanager
def _reach(config: RunConfig) -> Iterator[tuple[Reach, dict[str, Any] | None]]:
    if config.target is not None:
        anonymous = needs_no_credentials(config)
        yield reach_target(config.target, os.environ, config.profile, anonymous=anonymous), None
        return
    with EmbeddedReference() as embedded:
        announced = dict(embedded.announced)
        yield reach_embedded(announced), announced
