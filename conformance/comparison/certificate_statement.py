"""What a certificate states: which runs earn one, and what of a report stands in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from conformance.errors import ReportError
from conformance.given_files import given_bytes
from conformance.model.report import Report
from conformance.model.verdict import RunVerdict, Verdict
from conformance.verdicts.tally import tally

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://sparkrtc-conformance.invalid/certificate/v1"
_RED: Final = (Verdict.FAIL, Verdict.BLOCKED, Verdict.INCONCLUSIVE)


class CertificateRefusedError(ReportError):
    """The run earns no certificate: status 1 when something failed, 4 when it is incomplete."""

    def __init__(self, thing: str, problem: str, remedy: str, exit_status: int) -> None:
        super().__init__(thing, problem, remedy)
        self.exit_status = exit_status


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12, closed) of a certificate."""
    text = resources.files(__package__).joinpath("certificate.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def statement_of(
    report: Report,
    name: str,
    evidence: Iterable[Path],
    issued: dt.datetime,
    signer: dict[str, str] | str,
) -> dict[str, Any]:
    """The in-toto Statement on a report, which is called ``name``, with digests of its evidence."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": path.name, "digest": {"sha256": digest(path)}} for path in evidence],
        "predicateType": PREDICATE,
        "predicate": {
            "issued": issued.isoformat(timespec="seconds"),
            "signed_by": signer,
            **predicate_of(report, name),
        },
    }


def refuse_unearned(report: Report, path: Path) -> None:
    """Raise CertificateRefusedError unless everything in the report was judged and is kept."""
    broken = [item.id for item in report.requirements if item.verdict in _RED]
    failed = any(item.verdict is Verdict.FAIL for item in report.requirements)
    if report.verdict is RunVerdict.CONFORMANT and not broken and not report.run.interrupted:
        return
    status = 1 if failed or report.verdict is RunVerdict.NONCONFORMANT else 4
    counts = tally(item.verdict for item in report.requirements)
    told = ", ".join(f"{counts[v.value]} {v.value}" for v in _RED if counts[v.value])
    if report.run.interrupted:
        told = ", ".join(filter(None, (told, "interrupted")))
    told = told or "; ".join(report.run.problems) or "nothing was judged"
    word = "nonconformant" if status == 1 else "incomplete"
    first = f"; the first is {broken[0]}" if broken else ""
    raise CertificateRefusedError(
        str(path),
        f"gets no certificate: the run is {word} ({told}{first})",
        "certify a conformant run",
        status,
    )


def predicate_of(report: Report, name: str) -> dict[str, Any]:
    """What was judged, derived from the report alone, so that it can be derived again."""
    run = report.run
    return {
        "report": name,
        "verdict": report.verdict.value,
        "suite": report.suite,
        "contract": report.contract,
        "target": report.target,
        "run": {
            "started": run.started,
            "finished": run.finished,
            "requests": run.requests,
            "strict": run.strict,
            "selection": asdict(run.selection),
            **({"seed": run.seed} if run.seed is not None else {}),
            **({"level": run.level} if run.level is not None else {}),
        },
        "requirements": {
            "total": len(report.requirements),
            "by_verdict": tally(item.verdict for item in report.requirements),
            "by_level": {
                level: tally(item.verdict for item in report.requirements if item.level == level)
                for level in dict.fromkeys(item.level for item in report.requirements)
            },
        },
        "warned": [item.id for item in report.requirements if item.verdict is Verdict.WARN],
        "waived": [
            {**(item.waiver or {}), "id": item.id}
            for item in report.requirements
            if item.verdict is Verdict.WAIVED
        ],
        "not_selected": _by_reason(report, Verdict.NOT_SELECTED),
        "not_applicable": _by_reason(report, Verdict.NOT_APPLICABLE),
        "problems": list(run.problems),
    }


def _by_reason(report: Report, verdict: Verdict) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for item in report.requirements:
        if item.verdict is verdict:
            reasons.setdefault(item.reason or "no reason given", []).append(item.id)
    return reasons


def schema_problem(statement: Any) -> str | None:
    """Where a statement breaks the schema of certificates, and how; None if it keeps it."""
    validator = jsonschema_rs.Draft202012Validator(schema())
    error = next(iter(validator.iter_errors(statement)), None)
    if error is None:
        return None
    place = "/" + "/".join(str(step) for step in error.instance_path)
    return f"it breaks its schema at {place}: {error.message[:200]}"


def digest(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal. Raises ReportError if it cannot be read."""
    try:
        return hashlib.sha256(given_bytes(path)).hexdigest()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ReportError(str(path), problem, "check its permissions") from error
