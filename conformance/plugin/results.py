"""From the judgements of an item to its outcome in pytest, and to the report."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

from conformance.engine.outcomes import Blocked, Inconclusive
from conformance.engine.run.lanes import with_requests
from conformance.engine.run.session import Session
from conformance.engine.run.traceback_redaction import clean_report, clean_traceback
from conformance.engine.scenario import Scenario
from conformance.errors import ConformanceError, TargetError, UsageError
from conformance.model.item_result import ItemResult
from conformance.model.verdict import Judgement, Outcome
from conformance.plugin.ahead import found_ahead, sent_ahead
from conformance.plugin.conformance_run import ConformanceRun
from conformance.plugin.xdist import hand_over, input_of
from conformance.reporting.causes import causes_of
from conformance.reporting.language import language
from conformance.reporting.terminal import judged_line, verdict_line

"""The exit status of a run, by its verdict."""

_NOT_CARRIED_OUT = {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}
_RESULT = pytest.StashKey[ItemResult]()
"""What an item has found out, from its call to its report."""


class Results:
    """The hooks of running and of the end of a run."""

    def __init__(self, run: ConformanceRun, config: pytest.Config) -> None:
        self._run = run
        self._session = run.session
        self._config = config
        self._is_worker = input_of(config) is not None

    @pytest.fixture(name="conformance_session")
    def _session_fixture(self) -> Session:
        return self._session

    @pytest.fixture(name="scenario")
    def _scenario_fixture(self, request: pytest.FixtureRequest) -> Iterator[Scenario]:
        marker = request.node.get_closest_marker("sparkrtc_rules")
        scenario = self._session.scenario(request.node.name, marker.args if marker else ())
        mark = self._session.lab.resources.mark
        yield scenario
        with suppress(TargetError):  # what stays is deleted at the end of the run
            self._session.lab.resources.release(mark, spares=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Open the lab before the first item of a process; without it the run stops."""
        try:
            _ = self._session.lab
        except ConformanceError as error:
            self._stop(item.session, error)
            pytest.fail(str(error), pytrace=False)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Turn judgements into the item's outcome inside its call, for every reporter."""
        error: BaseException | None = None
        try:
            return (yield)
        except (Blocked, Inconclusive) as unjudged:
            error = unjudged
            pytest.skip(f"{unjudged.outcome.value}: {self._session.prose(str(unjudged))}")
        except BaseException as failure:
            error = failure
            self._raise_redacted(failure)
            raise
        finally:
            self._end(item, error)

    def _end(self, item: pytest.Item, error: BaseException | None) -> None:
        """Collect the item's results; raise if it broke something that fails this run."""
        if (found := found_ahead(item)) is not None:
            item.stash[_RESULT] = found
            return
        scenario = getattr(item, "funcargs", {}).get("scenario")
        if scenario is not None:
            self._session.finish(scenario, error)
        if isinstance(error, TargetError):
            self._stop(item.session, error)
        item.stash[_RESULT] = result = with_requests(self._session.drain(), sent_ahead(item))
        broken = [one for one in result.judgements if self._fails(one)]
        if broken and (error is None or isinstance(error, (Blocked, Inconclusive))):
            pytest.fail("\n\n".join(_explained(one) for one in broken), pytrace=False)

    def _raise_redacted(self, failure: BaseException) -> None:
        """Raise without secrets in place of an error whose text has some."""
        text = f"{type(failure).__name__}: {failure}"
        redacted = self._session.prose(text)
        if redacted != text and isinstance(failure, Exception):
            pytest.fail(redacted, pytrace=False)

    def _stop(self, session: pytest.Session, error: ConformanceError) -> None:
        """Stop: the target or the disk is gone; what was judged is reported."""
        self._run.stop(error)
        session.shouldstop = str(error)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the item's results to its report, to cross processes."""
        report = yield
        clean_report(report, self._session.prose)
        if call.when == "call" and _RESULT in item.stash:
            report.conformance = item.stash[_RESULT].to_data()  # type: ignore[attr-defined]
            del item.stash[_RESULT]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Show a crash of the suite itself without secrets."""
        clean_traceback(excrepr, self._session.prose)

    def _fails(self, judgement: Judgement) -> bool:
        if judgement.outcome is not Outcome.FAIL:
            return False
        requirement = self._session.contract.requirements.get(judgement.requirement)
        selection = self._session.selection
        if requirement is None or requirement.id in {*selection.left_out, *selection.excused}:
            return False
        return requirement.level.value == "MUST" or self._session.config.strict

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect results in the controlling process."""
        data = getattr(report, "conformance", None)
        if data is not None and not self._is_worker:
            self._run.absorb(report.nodeid, ItemResult.from_data(data))

    def pytest_keyboard_interrupt(self) -> None:
        """Note in the report that the run was interrupted."""
        self._run.collected.interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Clean up; in the controlling process write the reports and set the exit status."""
        try:
            left = self._session.close()
            self._run.collected.left_behind.extend(left)
            if self._is_worker:
                hand_over(self._config, self._run, left)
                return
            self._finish(session)
        finally:
            self._run.release()

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Print the last lines: what was judged, the verdict, and the reports."""
        terminal = config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None or self._is_worker:
            return
        for error in self._run.errors:
            terminal.write_line(f"error: {error}")
        report, settings = self._run.report, self._session.config
        if report is None:
            return
        words = language(settings.language)
        files = ", ".join(path.name for path in self._run.written) or "none"
        terminal.write_line(judged_line(report, words))
        terminal.write_line(f"seed {settings.seed} · reports in {settings.report_dir}: {files}")
        terminal.write_line(verdict_line(report, words, len(causes_of(report))).plain)

    def _finish(self, session: pytest.Session) -> None:
        broken = session.exitstatus in _NOT_CARRIED_OUT
        failed_to_collect = session.testsfailed and not self._run.collected.requests_by_item
        if broken or failed_to_collect or self._config.option.collectonly:
            return
        judged = self._run.collected.requests_by_item
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and not judged:
            self._run.stopped = UsageError("the selection", "leaves no case to run", "widen it")
            session.exitstatus = self._run.stopped.exit_status
            return
        report = self._run.finish()
        if session.exitstatus != pytest.ExitCode.INTERRUPTED:
            ends = self._run.errors
            verdict = report.verdict.exit_status
            session.exitstatus = ends[0].exit_status if ends else verdict


def _explained(judgement: Judgement) -> str:
    lines = [judgement.requirement, f"  {judgement.message}"]
    lines += [f"  expected: {judgement.expected}"] if judgement.expected else []
    lines += [f"  actual:   {judgement.actual}"] if judgement.actual else []
    return "\n".join(lines)
