"""The random layer: Schemathesis draws requests from the contract, Hypothesis shrinks what fails.

Nothing is known of a random request but whether its body keeps the contract. So it is judged by
what holds of every exchange, and by one thing more: a body that breaks a MUST is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode

from conformance.cases.requests import bases, own_resources
from conformance.checks.results import CheckResults
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.lab import Lab
from conformance.model.case import ABSENT, Template
from conformance.model.exchange import Exchange
from conformance.model.requirement import Level

EXAMPLES = 20
"""Requests drawn per operation and way of generating."""

EXAMPLES_USING_UP = 3
"""The same where each of them needs a resource of its own."""


class Broken(AssertionError):  # noqa: N818 - it says what the target is
    """A random request that shows a deviation; Hypothesis makes it smaller."""

    def __init__(self, found: CheckResults) -> None:
        self.found = found
        super().__init__(", ".join(sorted(found.broken)))


def explore(lab: Lab, operation: Operation, mode: GenerationMode) -> None:
    """Send random requests to one operation; the smallest that fails goes into the ledger."""
    smallest: list[CheckResults] = []

    used_up = own_resources(lab.contract, operation)

    def judge(case: Any) -> None:
        template = _template(operation, case)
        if template is None:
            return
        found = _judged(lab, operation, template.with_fresh(used_up))
        if found.broken:
            smallest[:] = [found]
            raise Broken(found)
        lab.ledger.add_results(found)

    try:
        count = EXAMPLES_USING_UP if used_up else EXAMPLES
        _hypothesis(judge, _strategy(lab.contract, operation, mode), lab, count)
    except Broken as broken:
        lab.ledger.add_results(broken.found)
    except hypothesis.errors.Unsatisfiable:
        # Nothing can be spoiled in a request without inputs.
        return
    except (hypothesis.errors.Flaky, BaseExceptionGroup):
        # It failed, and not again: what was seen the last time is still evidence.
        for found in smallest:
            lab.ledger.add_results(found)


def _hypothesis(
    judge: Callable[[Any], None], strategy: st.SearchStrategy[Any], lab: Lab, count: int
) -> None:
    run = hypothesis.given(strategy)(judge)
    run = hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )(run)
    hypothesis.seed(lab.random.getrandbits(32))(run)()


def _strategy(
    contract: Contract, operation: Operation, mode: GenerationMode
) -> st.SearchStrategy[Any]:
    schema = schemathesis.openapi.from_dict(dict(contract.raw))
    found: st.SearchStrategy[Any] = schema[operation.path][operation.method].as_strategy(
        generation_mode=mode
    )
    return found


def _template(operation: Operation, case: Any) -> Template | None:
    """The drawn request on resources that exist; None when it cannot be written as a request."""
    base = bases(operation)[0].template
    if operation.body is None:
        query = {name: _text(value) for name, value in dict(case.query or {}).items()}
        return replace(base, query=query)
    if isinstance(case.body, bytes):
        return replace(base, body=ABSENT, raw=case.body)
    if not isinstance(case.body, (dict, list, str, int, float, bool, type(None))):
        return None
    return replace(base, body=case.body)


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _judged(lab: Lab, operation: Operation, template: Template) -> CheckResults:
    mark = lab.resources.mark
    exchange, found = lab.look(template)
    requirement = _accepted_against(lab.contract, operation, template, exchange)
    if requirement is not None:
        found.fail(
            requirement,
            "a random request that breaks this is accepted",
            "a refusal",
            answer_excerpt(exchange),
        )
    lab.resources.release(mark)
    return found


def _accepted_against(
    contract: Contract, operation: Operation, template: Template, exchange: Exchange
) -> str | None:
    """The MUST that an accepted body breaks, if there is one."""
    if operation.body is None or template.raw is not None or template.body is ABSENT:
        return None
    if not 200 <= exchange.status < 300:
        return None
    for violation in operation.body.validator.violations(template.body):
        identifier = f"{operation.id}/body/{violation.path}/{violation.keyword}"
        requirement = contract.requirements.get(identifier)
        if requirement is not None and requirement.level is Level.MUST:
            return identifier
    return None
