"""Several processes: what the controller passes to its workers, and what they return."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.engine.run.scheduling import ShardScheduling
from conformance.errors import TargetError
from conformance.plugin.conformance_run import ConformanceRun
from conformance.plugin.items import SUITE


def input_of(config: pytest.Config) -> Mapping[str, Any] | None:
    """The input from the controller; None in the controller, and without xdist."""
    told: Mapping[str, Any] | None = getattr(config, "workerinput", None)
    return told


def hand_over(config: pytest.Config, run: ConformanceRun, left_behind: list[str]) -> None:
    """Return from a worker its plan, what it could not delete, and why it stopped."""
    stopped = run.stopped
    config.workeroutput["sparkrtc"] = {  # type: ignore[attr-defined]
        "planned": sorted(run.collected.planned),
        "effort_of": run.collected.effort_of,
        "left_behind": left_behind,
        "stopped": (stopped.thing, stopped.problem, stopped.remedy) if stopped else None,
    }


class Distribution:
    """The hooks of pytest-xdist, in the controller."""

    def __init__(self, run: ConformanceRun) -> None:
        self._run = run

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Pass a worker the seed, and the embedded reference's address."""
        node.workerinput["sparkrtc"] = {
            "seed": self._run.session.config.seed,
            "announced": self._run.announced,
            "seconds_left": self._run.session.time.left,
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Under flow control a process for each shard, instead of one for whoever is free."""
        session = self._run.session
        if not session.reach.settings.has_flow_control:
            return None
        return ShardScheduling(config, log, session.contract, _flow_group)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:  # noqa: ARG002
        """Take over the plan of a worker that has ended, and what is left."""
        output = getattr(node, "workeroutput", {}).get("sparkrtc")
        if output:
            collected = self._run.collected
            collected.planned.update(output["planned"])
            collected.effort_of.update(output["effort_of"])
            collected.left_behind.extend(output["left_behind"])
            if output["stopped"] and self._run.stopped is None:
                self._run.stop(TargetError(*output["stopped"]))


def _flow_group(nodeid: str) -> str | None:
    """The flow group that the module of an item is marked with; the controller collects nothing."""
    parts = nodeid.partition("::")[0].removesuffix(".py").split("/")
    parts = parts[parts.index("suite") + 1 :] if "suite" in parts else parts
    module = importlib.import_module(".".join((SUITE, *parts)))
    marks = getattr(module, "pytestmark", [])
    marks = marks if isinstance(marks, list) else [marks]
    named = [mark.args[0] for mark in marks if mark.name == "sparkrtc_flow_group"]
    return named[0] if named else None
