"""Named, deliberate deviations of the reference: each breaks requirements that it names.

Most are derived from the reference's own models (a constraint not enforced, a field of an answer
of another type); those that break rules are written by hand, a module per chapter.
"""

from __future__ import annotations

from conformance.faults.registry import all_faults, find_fault, plant

__all__ = ["all_faults", "find_fault", "plant"]
