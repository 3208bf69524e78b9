"""The order of a run: what might bring a server down comes late, what moves its clock last.

A server that dies of a request no document speaks of has been judged by all the others then.
"""

from __future__ import annotations

from conformance.model.case import Case

_HOSTILE = frozenset(
    {
        "test_common_addresses.py",
        "test_common_bodies.py",
        "test_common_values.py",
        "test_random_requests.py",
    }
)
_LAST = "test_99_"


def place(file: str, case: Case | None = None, *, hostile: bool = False) -> int:
    """Where an item of that file belongs; a generated case, or a rule's test that is hostile.

    0: requests as a client sends them; 1: bodies that are no JSON, paths that there are not, and
    random ones; 2: what moves the clock or uses up a quota, which would disturb all others.
    """
    if file.startswith(_LAST):
        return 2
    return int(hostile or file in _HOSTILE or (case is not None and case.template.raw is not None))
