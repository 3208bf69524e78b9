"""Command lines that reproduce a finding: one for pytest, and one of curl per request."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from conformance.contract.document import Contract
from conformance.engine.run.config import RunConfig
from conformance.model.exchange import Request
from conformance.model.item_result import Evidence
from conformance.reporting.evidence import curl, request_of


def pytest_line(case: str, config: RunConfig) -> str:
    """A pytest line that runs the same case again: same target, level and seed."""
    options = ["--sparkrtc-reference"]
    if config.target is not None:
        options = ["--sparkrtc-target", config.target]
    for name in ("profile", "revision", "contract", "base"):
        value = getattr(config, name)
        options += [f"--sparkrtc-{name}", str(value)] if value is not None else []
    if config.operations:
        options += ["--sparkrtc-operations", ",".join(config.operations)]
    options += ["--sparkrtc-level", config.level, "--sparkrtc-seed", str(config.seed)]
    return shlex.join(
        ["pytest", "--pyargs", "conformance.suite", *options, "--sparkrtc-case", case]
    )


def curl_lines(steps: Sequence[Evidence], contract: Contract) -> str:
    """One line of curl for each step, in order; ids from the answers are passed to later steps."""
    names: dict[str, str] = {}
    lines: list[str] = []
    for step in steps:
        request = request_of(step.exchange)
        made = _made(step, contract)
        if made is None:
            lines.append(curl(request, step.stand_in, names))
            continue
        field, identifier = made
        name = _free(field, names)
        names[identifier] = name
        lines.append(_asked(request, step.stand_in, names, field, name))
    return "\n".join(lines)


def _made(step: Evidence, contract: Contract) -> tuple[str, str] | None:
    """The field and the id of what a step created; None where it created nothing."""
    kind = contract.resources.created_by(step.exchange.operation or "")
    response = step.exchange.response
    if kind is None or response is None or not 200 <= response.status < 300:
        return None
    found = re.search(rf'"{re.escape(kind.id)}"\s*:\s*"([^"\\]+)"', response.body or "")
    return (kind.id, found[1]) if found else None


def _asked(
    request: Request, stand_in: str | None, names: dict[str, str], field: str, name: str
) -> str:
    line = curl(request, stand_in, names).replace("curl -i ", "curl -s ", 1)
    take = rf's/.*"{field}" *: *"\([^"]*\)".*/\1/p'
    return f"{name}=$({line} | sed -n {shlex.quote(take)})"


def _free(field: str, names: dict[str, str]) -> str:
    taken, number = set(names.values()), 1
    name = field
    while name in taken:
        number += 1
        name = f"{field}_{number}"
    return name
