"""The whole document, for generators."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from conformance.contract.conventions import Conventions
from conformance.contract.generators.credentials import say_once
from conformance.contract.generators.enumerations import lift_enumerations
from conformance.contract.generators.refusals import say_default
from conformance.contract.generators.schemas import loosen_answers, simplify
from conformance.contract.generators.walking import nodes

_UNDERSTOOD = frozenset({"x-enum-varnames"})
"""The extension that generators know; the others speak to this suite."""


_PURPOSE = """\
For code generators, made by `contract export --for generators`: the operations, fields and values
of the contract, without what generators overwrite or misread (webhooks, headers of credentials,
conditions between fields). Judge by the contract itself.
"""


def for_generators(document: Mapping[str, Any], conventions: Conventions) -> dict[str, Any]:
    """A new document of the same operations that generators take; the given one is kept.

    Raises ContractError for references that lead nowhere.
    """
    made = copy.deepcopy(dict(document))
    made["info"] = {**made["info"], "description": _PURPOSE}
    # Generators write a webhook down as one more operation, beside or over those of its tag. What
    # it sends stays among the components.
    made.pop("webhooks", None)
    made["tags"] = [tag for tag in made.get("tags", ()) if tag["name"] in _tags(made)]
    say_once(made, conventions)
    say_default(made, conventions)
    loosen_answers(made)
    simplify(made)
    lift_enumerations(made)
    for node in nodes(made):
        for key in [key for key in node if key.startswith("x-") and key not in _UNDERSTOOD]:
            del node[key]
    return made


def _tags(document: Mapping[str, Any]) -> frozenset[str]:
    items = [item for item in document["paths"].values() if isinstance(item, dict)]
    operations = [one for item in items for one in item.values() if isinstance(one, dict)]
    return frozenset(tag for one in operations for tag in one.get("tags", ()))
