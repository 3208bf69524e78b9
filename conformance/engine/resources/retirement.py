"""Deleting what a run made, also where it has to be put out of service before (section 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab


def retire(lab: Lab, spec: Mapping[str, Any], path: Mapping[str, Any]) -> Exchange:
    """Delete a resource of that kind (``x-resources``); the last answer is returned.

    Section 5.4 refuses with 400 where the conditions for deleting are not met, and does not say
    what they are: an application that is refused is stopped (``retire``) and deleted again.
    """
    delete = Template(spec["delete"], path=path)
    exchange = lab.send(delete, judge=False)
    if exchange.status == 400 and "retire" in spec:
        lab.send(Template(spec["retire"], path=path), judge=False)
        exchange = lab.send(delete, judge=False)
    return exchange
