"""Makes a pytest session a run: from its options, unless a run was registered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.engine.run.checkpoint import seed_for
from conformance.engine.run.concurrency import check_concurrency
from conformance.engine.run.config import DEFAULT_REPORTS, RunConfig, named_operations
from conformance.engine.run.judged_by import needs_no_credentials
from conformance.engine.run.session import Session
from conformance.engine.run.thorough import check_level
from conformance.engine.wire.endpoint import Reach, reach_embedded, reach_target
from conformance.engine.wire.named_target import named_target
from conformance.errors import ConformanceError, UsageError
from conformance.plugin.ahead import RunAhead
from conformance.plugin.collection import Collection
from conformance.plugin.conformance_run import ConformanceRun
from conformance.plugin.results import Results
from conformance.plugin.xdist import Distribution, input_of
from conformance.reporting.formats import check_formats


def start(config: pytest.Config) -> None:
    """Register the parts of the run; an impossible run is one line and an exit status."""
    if config.pluginmanager.hasplugin("sparkrtc-collection"):
        return
    worker = input_of(config)
    run: ConformanceRun | None = None
    try:
        run = _registered(config) or _from_options(config, worker)
        run.open_progress(writes=worker is None)
    except ConformanceError as error:
        if run is not None:
            run.release()
        pytest.exit(f"error: {error}", returncode=error.exit_status)
    register = config.pluginmanager.register
    register(Collection(run), "sparkrtc-collection")
    register(Results(run, config), "sparkrtc-results")
    register(RunAhead(run), "sparkrtc-ahead")
    register(Distribution(run), "sparkrtc-distribution")


def _registered(config: pytest.Config) -> ConformanceRun | None:
    """The run that the command line has registered, if it started pytest."""
    plugins = config.pluginmanager.get_plugins()
    return next((plugin for plugin in plugins if isinstance(plugin, ConformanceRun)), None)


def _from_options(config: pytest.Config, worker: Mapping[str, Any] | None) -> ConformanceRun:
    declared = run_config(config, worker)
    check_formats(declared.formats, "--sparkrtc-format")
    check_level(declared.level, "--sparkrtc-level")
    if worker is None:
        declared.check_report_dir()
    if declared.target is not None:
        anonymous = needs_no_credentials(declared)
        reach = reach_target(declared.target, os.environ, declared.profile, anonymous=anonymous)
        return ConformanceRun(_session(declared, reach, worker), None)
    if worker is not None:
        announced = worker["sparkrtc"]["announced"]
        return ConformanceRun(_session(declared, reach_embedded(announced), worker), announced)
    embedded = EmbeddedReference()
    try:
        announced = dict(embedded.announced)
        session = _session(declared, reach_embedded(announced), worker)
        return ConformanceRun(session, announced, embedded)
    except ConformanceError:
        embedded.stop()
        raise


def _session(config: RunConfig, reach: Reach, worker: Mapping[str, Any] | None) -> Session:
    session = Session(config, reach, worker["workerid"] if worker is not None else "")
    session.check_selection()
    check_concurrency(session)
    return session


def run_config(config: pytest.Config, worker: Mapping[str, Any] | None) -> RunConfig:
    """The configuration from pytest's options. Raises UsageError for an invalid value."""

    def option(name: str) -> Any:
        return config.getoption(f"sparkrtc_{name}")

    spreads = bool(config.getoption("numprocesses", None)) and worker is None
    return RunConfig(
        target=named_target(
            {"--sparkrtc-target": option("target")},
            os.environ,
            reference="--sparkrtc-reference",
            wanted=bool(option("reference")),
        ),
        profile=option("profile"),
        level=option("level") or "standard",
        only=tuple(option("only")),
        exclude=tuple(option("exclude")),
        operations=named_operations(option("operations"), "--sparkrtc-operations"),
        cases=tuple(option("case")),
        strict=bool(option("strict")),
        seed=_seed(config, worker),
        report_dir=Path(option("report_dir") or DEFAULT_REPORTS),
        formats=tuple(part for part in (option("format") or "json").split(",") if part),
        revision=option("revision"),
        contract=Path(option("contract")) if option("contract") else None,
        base=option("base"),
        resume=bool(option("resume")),
        duration=_duration(option("duration"), worker),
        alone=worker is None and not spreads,
        concurrency=_concurrency(option("concurrency")) if worker is None else None,
    )


def _concurrency(given: str | None) -> int | None:
    if given is None:
        return None
    try:
        return int(given)
    except ValueError as error:
        problem = f"{given!r} is no number"
        raise UsageError("--sparkrtc-concurrency", problem, "use 1 to 64") from error


def _duration(given: str | None, worker: Mapping[str, Any] | None) -> float | None:
    """Seconds that this process may take; a worker gets what is left of the run's."""
    if worker is not None:
        left: float | None = worker["sparkrtc"]["seconds_left"]
        return None if left is None else max(left, 0.001)
    try:
        return None if given is None else float(given)
    except ValueError as error:
        problem = f"{given!r} is no number"
        raise UsageError("--sparkrtc-duration", problem, "give seconds") from error


def _seed(config: pytest.Config, worker: Mapping[str, Any] | None) -> int:
    given = config.getoption("sparkrtc_seed")
    if worker is not None:
        return int(worker["sparkrtc"]["seed"])
    if given is None:
        folder = Path(config.getoption("sparkrtc_report_dir") or DEFAULT_REPORTS)
        return seed_for(None, folder, resume=bool(config.getoption("sparkrtc_resume")))
    try:
        return int(given)
    except ValueError as error:
        problem = f"{given!r} is no number"
        raise UsageError("--sparkrtc-seed", problem, "use 0 to 4294967295") from error
