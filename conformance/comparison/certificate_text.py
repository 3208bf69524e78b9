"""Describes a certificate for a terminal: what it covers and who signed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.model.verdict import UNTESTED

if TYPE_CHECKING:
    from conformance.comparison.certificate import CertificateCheck


def check_lines(check: CertificateCheck) -> list[str]:
    """The outcome of a verification for a terminal, the verdict last."""
    predicate = check.certificate["predicate"]
    contract, target = predicate["contract"], predicate["target"]
    counts = predicate["requirements"]["by_verdict"]
    lines = [
        *coverage_lines(predicate),
        f"signed    {_signature_in_words(check)}",
        f"target    {target['name']} (profile {target['profile']})",
        f"contract  revision {contract['revision']}, sha256 {contract['sha256']}",
        f"suite     {predicate['suite']['name']} {predicate['suite']['version']}",
        f"run       {predicate['run']['started']}",
        "judged    " + ", ".join(f"{count} {name}" for name, count in counts.items() if count),
        *(f"note      {note}" for note in check.notes),
        *(f"problem   {problem}" for problem in check.problems),
    ]
    evidence = len(check.certificate["subject"])
    held = f"holds: {evidence} files of evidence are unchanged"
    return [*lines, f"certificate {held if check.holds else 'does not hold'}"]


def coverage_lines(predicate: Mapping[str, Any]) -> list[str]:
    """What a certificate covers, and first of all when it is a part of the contract alone."""
    run, target = predicate["run"], predicate["target"]
    selection = run["selection"]
    parts = [f"--{name} {glob!r}" for name in ("only", "exclude") for glob in selection[name]]
    whole = "every requirement of its level" if not parts else f"A PART ALONE: {' '.join(parts)}"
    how = [f"{name} {run[name]}" for name in ("level", "seed") if name in run]
    lines = [f"covers    {', '.join([whole, *how])}"]
    untested = predicate.get("not_selected", {}).get(UNTESTED, ())
    if untested:
        lines.append(f"but not   {', '.join(untested)} (no test judges them)")
    if "operations" in target:
        offered = ", ".join(target["operations"])
        lines.append(f"offers    {offered} (no other operation was judged)")
    return lines


def _signature_in_words(check: CertificateCheck) -> str:
    signer = check.certificate["predicate"].get("signed_by")
    if not isinstance(signer, Mapping):
        return "by nobody: anyone can have written this"
    name = f"{signer['algorithm']} key {signer['key'][:16]}…"
    if check.checked:
        return f"with the {name} that was given"
    return f"it says with the {name}; pass --public-key to check that"
