"""pytest as the engine: options, collection, and the report at the end of the session.

Inert unless the items of ``conformance.suite`` are asked for
(``pytest --pyargs conformance.suite``).
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import importlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.certification.fixtures import sparkrtc_contract, sparkrtc_mock, sparkrtc_server
from conformance.errors import ConformanceError, TargetError

if TYPE_CHECKING:
    from conformance.engine.run.checkpoint import ProgressFile
    from conformance.engine.run.report_builder import Collected
    from conformance.engine.run.session import PreparedRun, Session
    from conformance.engine.scenario import Scenario
    from conformance.model.case import Case
    from conformance.model.report import Report
    from conformance.reporting.contract_lines import ContractLines

__all__ = ["sparkrtc_contract", "sparkrtc_mock", "sparkrtc_server"]

SUITE = "conformance.suite"
_FOLDER = Path(__file__).resolve().parents[1] / "suite"
_RANDOM = "test_random_requests.py"
_MARKERS = (
    "sparkrtc_rules(*ids, effort, phase): requirements that a test judges",
    "sparkrtc_explores(operation): random requests to an operation",
    "sparkrtc_phase(name): hostile or last, for items that come after all others",
    "sparkrtc_flow_group(name): the flow group that a module sends to, for its shard",
)
_EXIT = {"conformant": 0, "nonconformant": 1, "incomplete": 4}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run; the command line passes the same ones."""
    group = parser.getgroup("sparkrtc-conformance")
    group.addoption("--target", metavar="FILE|URL", help="target file or base URL; none: reference")
    for name, text in (
        ("profile", "stateless, emulator or live"),
        ("level", "quick, standard or thorough"),
        ("seed", "seed of everything random"),
        ("report-dir", "where reports go"),
        ("format", "report formats, separated by commas"),
        ("revision", "judge by an earlier revision of the document"),
    ):
        group.addoption(f"--sparkrtc-{name}", metavar=name.upper(), help=text)
    for name in ("only", "exclude", "case"):
        group.addoption(f"--sparkrtc-{name}", action="append", default=[], metavar="GLOB")
    group.addoption("--sparkrtc-strict", action="store_true", help="a warn counts as a fail")
    group.addoption("--sparkrtc-resume", action="store_true", help="go on with an interrupted run")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the run if this session is one."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    if _asked_for(config) and not config.pluginmanager.hasplugin("sparkrtc-run"):
        config.pluginmanager.register(ConformanceRun(config), "sparkrtc-run")


def _asked_for(config: pytest.Config) -> bool:
    return any(_is_suite(str(argument)) for argument in config.args)


def _is_suite(argument: str) -> bool:
    name = argument.split("::")[0]
    if name == SUITE or name.startswith(f"{SUITE}."):
        return True
    return Path(name).resolve().is_relative_to(_FOLDER)


class ConformanceRun:
    """One pytest session as a conformance run.

    Under xdist each worker has one, and so has the controller, which gathers what they say.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._spreads = bool(config.getoption("numprocesses", None)) and self._worker is None
        self._embedded: Any = None
        self.report: Report | None = None
        self._announced: dict[str, Any] | None = None
        self._prepared = _prepared(config)
        try:
            self.session: Session = self._make_session()
        except ConformanceError as error:
            self._stop_embedded()
            pytest.exit(str(error), returncode=error.exit_status)
        self.collected: Collected = self._make_collected()
        self._progress = self._open_progress()

    # -- set up -----------------------------------------------------------------------------

    def _make_session(self) -> Session:
        from conformance.engine.run.session import Session

        if self._prepared is not None:
            self._announced = self._prepared.announced
            return self._prepared.session
        run = self._run_config()
        reach = self._reach(run.target)
        name = self._worker["workerid"] if self._worker else ""
        return Session(run, reach, name)

    def _make_collected(self) -> Collected:
        from conformance.engine.run.report_builder import Collected

        return Collected(dt.datetime.now(dt.UTC))

    def _open_progress(self) -> ProgressFile | None:
        """The file that lets an interrupted run go on; the embedded reference needs none."""
        from conformance.engine.run.checkpoint import ProgressFile

        session = self.session
        if session.config.target is None:
            return None
        progress = ProgressFile(session.config.report_dir, session.fingerprint)
        try:
            if session.config.resume:
                for item, said in progress.resume():
                    self.collected.absorb(item, said)
            elif self._worker is None:
                progress.begin()
        except ConformanceError as error:
            pytest.exit(str(error), returncode=error.exit_status)
        return progress

    def _run_config(self) -> Any:
        from conformance.engine.run.config import RunConfig, new_seed

        def option(name: str) -> Any:
            return self._config.getoption(f"sparkrtc_{name}")

        if self._worker is not None:
            seed = int(self._worker["sparkrtc"]["seed"])
        else:
            seed = int(option("seed")) if option("seed") is not None else new_seed()
        formats = tuple(part for part in (option("format") or "json").split(",") if part)
        return RunConfig(
            target=self._config.getoption("target"),
            profile=option("profile"),
            level=option("level") or "standard",
            only=tuple(option("only")),
            exclude=tuple(option("exclude")),
            strict=bool(option("strict")),
            seed=seed,
            report_dir=Path(option("report_dir") or "reports/latest"),
            formats=formats,
            revision=option("revision"),
            resume=bool(option("resume")),
            alone=self._worker is None and not self._spreads,
        )

    def _reach(self, target: str | None) -> Any:
        from conformance.access.embedded import EmbeddedReference
        from conformance.engine.wire.endpoint import reach_embedded, reach_target

        if target is not None:
            return reach_target(target, os.environ)
        if self._worker is not None:
            self._announced = self._worker["sparkrtc"]["announced"]
        else:
            self._embedded = EmbeddedReference()
            self._announced = dict(self._embedded.announced)
        return reach_embedded(self._announced)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist: tell a worker the seed, and where the embedded reference is."""
        node.workerinput["sparkrtc"] = {
            "seed": self.session.config.seed,
            "announced": self._announced,
        }

    # -- collection -------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One item per generated case of this run."""
        if metafunc.function.__name__ != "test_generated":
            return
        cases = self.session.selected_cases
        wanted = self._config.getoption("sparkrtc_case")
        if wanted:
            cases = tuple(case for case in cases if case.id in wanted)
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Random requests, and the libraries that draw them, are for the level thorough."""
        idle = self.session.config.level != "thorough" and collection_path.name == _RANDOM
        return True if idle else None

    def pytest_collection_finish(self) -> None:
        """What was built so far stays to the end: the garbage collector need not look at it."""
        gc.collect()
        gc.freeze()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """xdist: under flow control a process for each lane, instead of one for whoever is free."""
        if not self.session.reach.settings.has_flow_control:
            return None
        from conformance.engine.run.scheduling import ShardScheduling

        return ShardScheduling(config, log, self.session.contract, _flow_group)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the rules' tests that this run does not need; note what is planned."""
        kept: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        done = self.collected.requests_by_item.keys() if self.session.config.resume else ()
        for item in items:
            needed = self._needed(item) and item.nodeid not in done
            (kept if needed else dropped).append(item)
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = sorted(kept, key=self._place)
        self._plan()

    def _explores(self, item: pytest.Item) -> bool:
        """Random requests belong to the level thorough, for operations that are offered."""
        marker = item.get_closest_marker("sparkrtc_explores")
        if marker is None:
            return True
        (operation,) = marker.args
        session = self.session
        wanted = any(r.startswith(f"{operation}/") for r in session.selection.judged)
        offered = operation in session.selection.claimed
        return session.config.level == "thorough" and wanted and offered

    def _needed(self, item: pytest.Item) -> bool:
        from conformance.cases.plan import EFFORTS

        marker = item.get_closest_marker("sparkrtc_rules")
        if marker is None:
            return self._explores(item)
        effort = marker.kwargs.get("effort", "standard")
        level = self.session.config.level
        judged = self.session.selection.judged
        needed = EFFORTS.index(effort) <= EFFORTS.index(level) and bool(judged & set(marker.args))
        wanted = self._config.getoption("sparkrtc_case")
        if wanted:
            needed = needed and item.name in wanted
        self.collected.plan(marker.args, effort, selected=needed)
        return needed

    def _place(self, item: pytest.Item) -> tuple[int, int]:
        """Where an item belongs in the order of the run: its phase, then its chapter."""
        from conformance.engine.run.ordering import phase_of

        rules = item.get_closest_marker("sparkrtc_rules")
        own = rules.kwargs.get("phase") if rules is not None else None
        general = item.get_closest_marker("sparkrtc_phase")
        marked = own or (general.args[0] if general is not None else None)
        first = rules.args[0].partition("/")[0] if rules is not None and rules.args else ""
        operation = self.session.contract.operations.get(first)
        chapter = int(operation.chapter) if operation is not None else 98 if rules is not None else 99
        return phase_of(marked, _case(item)), chapter

    def _plan(self) -> None:
        from conformance.engine.run.planning import plan_generated

        plan_generated(self.session, self.collected)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of the suite that cannot be collected: nothing is judged then."""
        if report.failed and self._prepared is not None:
            text = str(report.longrepr).strip().splitlines()
            problem = f"cannot be collected ({text[-1] if text else 'no reason given'})"
            self._prepared.stopped = TargetError(f"the suite's {report.nodeid}", problem)

    # -- running ----------------------------------------------------------------------------

    @pytest.fixture(name="conformance_session")
    def _session_fixture(self) -> Session:
        return self.session

    @pytest.fixture(name="scenario")
    def _scenario_fixture(self, request: pytest.FixtureRequest) -> Iterator[Scenario]:
        marker = request.node.get_closest_marker("sparkrtc_rules")
        scenario = self.session.scenario(request.node.name, marker.args if marker else ())
        mark = self.session.lab.resources.mark
        yield scenario
        self.session.lab.resources.release(mark, spares=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Turn Blocked and Inconclusive into verdicts, failures of rules into failed items."""
        from conformance.engine.outcomes import Blocked, Inconclusive

        scenario = getattr(item, "funcargs", {}).get("scenario")
        error: BaseException | None = None
        try:
            return (yield)
        except (Blocked, Inconclusive) as verdict:
            error = verdict
        except BaseException as failure:
            error = failure
            raise
        finally:
            if scenario is not None:
                self.session.finish(scenario, error)
            if isinstance(error, TargetError):
                self._stop(item.session, error)
        return None

    def _stop(self, session: pytest.Session, error: TargetError) -> None:
        """The target is gone: no further case can be judged, and what was judged is reported."""
        self.collected.interrupted = True
        if self._prepared is not None:
            self._prepared.stopped = error
        session.shouldstop = str(error)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach what the item said to its report, so that it crosses processes."""
        from conformance.engine.run.traceback_redaction import clean_report

        report = yield
        clean_report(report, self.session.prose)
        if call.when != "call":
            return report
        said = self.session.drain()
        report.conformance = said  # type: ignore[attr-defined]
        broken = [told for told in said["told"] if told["outcome"] == "fail" and self._fails(told)]
        if broken and report.passed:
            report.outcome = "failed"
            report.longrepr = "\n\n".join(_explained(told) for told in broken)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """A crash of the suite itself is shown without secrets."""
        from conformance.engine.run.traceback_redaction import clean_traceback

        clean_traceback(excrepr, self.session.prose)

    def _fails(self, told: dict[str, Any]) -> bool:
        requirement = self.session.contract.requirements.get(told["requirement"])
        selection = self.session.selection
        if requirement is None or requirement.id in {*selection.left_out, *selection.excused}:
            return False
        return requirement.level.value == "MUST" or self.session.config.strict

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """In the controlling process: gather."""
        said = getattr(report, "conformance", None)
        if said is not None and self._worker is None:
            self.collected.absorb(report.nodeid, said)
            if self._progress is not None:
                self._progress.add(report.nodeid, said)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:  # noqa: ARG002
        """xdist: a worker has ended; take over its plan and what it could not delete."""
        output = getattr(node, "workeroutput", {}).get("sparkrtc")
        if output:
            self.collected.planned.update(output["planned"])
            self.collected.effort_of.update(output["effort_of"])
            self.collected.left_behind.extend(output["left_behind"])

    # -- the end ----------------------------------------------------------------------------

    def pytest_keyboard_interrupt(self) -> None:
        """The report of an interrupted run says so."""
        self.collected.interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Clean up; in the controlling process write the reports and set the exit status."""
        left = self.session.close()
        self.collected.left_behind.extend(left)
        if self._worker is not None:
            self._config.workeroutput["sparkrtc"] = {  # type: ignore[attr-defined]
                "planned": sorted(self.collected.planned),
                "effort_of": self.collected.effort_of,
                "left_behind": left,
            }
            return
        try:
            self._finish(session)
        finally:
            self._stop_embedded()

    def _finish(self, session: pytest.Session) -> None:
        from conformance.engine.run.report_builder import assemble, reported_exchanges
        from conformance.reporting.formats import write_all

        broken = session.exitstatus in {
            pytest.ExitCode.INTERNAL_ERROR,
            pytest.ExitCode.USAGE_ERROR,
        }
        failed_to_collect = session.testsfailed and not self.collected.requests_by_item
        if broken or failed_to_collect or self._config.option.collectonly:
            return
        self.report = assemble(self.session, self.collected, dt.datetime.now(dt.UTC))
        config = self.session.config
        if self._prepared is not None:
            self._prepared.report = self.report
            self._prepared.collected = self.collected
        write_all(
            self.report,
            config.report_dir,
            config.formats,
            reported_exchanges(self.collected) if "har" in config.formats else (),
            previous=_previous(config.report_dir),
            locate=_locate,
            language=config.language,
        )
        if self._progress is not None and not self.collected.interrupted:
            self._progress.end()
        if session.exitstatus != pytest.ExitCode.INTERRUPTED:
            session.exitstatus = _EXIT[self.report.verdict.value]

    def _stop_embedded(self) -> None:
        if self._embedded is not None:
            self._embedded.stop()
            self._embedded = None


def _locate(requirement: str) -> int | None:
    """The line of the contract that a requirement comes from, for formats that point there."""
    return _contract_lines().locate(requirement)


@functools.cache
def _contract_lines() -> ContractLines:
    from conformance.contract.files import spec_folder
    from conformance.reporting.contract_lines import ContractLines

    return ContractLines(spec_folder() / "openapi.yaml")


def _previous(folder: Path) -> Report | None:
    """The report that this run replaces, if there is one that can be read."""
    from conformance.reporting.json_file import read_json

    path = folder / "report.json"
    if not path.is_file():
        return None
    try:
        return read_json(path)
    except ConformanceError:
        return None


def _prepared(config: pytest.Config) -> PreparedRun | None:
    """The run that the command line has prepared, if it is the one that started pytest."""
    from conformance.engine.run.session import PreparedRun

    plugins = config.pluginmanager.get_plugins()
    return next((plugin for plugin in plugins if isinstance(plugin, PreparedRun)), None)


def _flow_group(nodeid: str) -> str | None:
    """The flow group that the module of an item is marked with; the controller collects nothing."""
    parts = nodeid.partition("::")[0].removesuffix(".py").split("/")
    parts = parts[parts.index("suite") + 1 :] if "suite" in parts else parts
    module = importlib.import_module(".".join((SUITE, *parts)))
    marks = getattr(module, "pytestmark", ())
    marks = marks if isinstance(marks, list) else [marks]
    named = [mark.args[0] for mark in marks if mark.name == "sparkrtc_flow_group"]
    return named[0] if named else None


def _case(item: pytest.Item) -> Case | None:
    """The generated case that an item runs, if it runs one."""
    from conformance.model.case import Case

    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None


def _explained(told: dict[str, Any]) -> str:
    lines = [told["requirement"], f"  {told['message']}"]
    lines += [f"  expected: {told['expected']}"] if told["expected"] else []
    lines += [f"  actual:   {told['actual']}"] if told["actual"] else []
    return "\n".join(lines)
