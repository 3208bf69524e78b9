"""A statement of what exactly a conformant run has judged, checkable without any network.

The file is an in-toto Statement (v1). By itself it proves that its evidence is unchanged and says
what it says; who issued it is proved by a signature (``signature``), and by nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from conformance.comparison.signature import (
    ALGORITHM,
    envelope_beside,
    key_id,
    read_envelope,
    signed_envelope,
)
from conformance.errors import ReportError
from conformance.given_files import given_bytes, given_json
from conformance.model.report import Report
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.file import write_text
from conformance.reporting.formats import FORMATS
from conformance.reporting.json_file import read_json
from conformance.verdicts.tally import tally

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://sparkrtc-conformance.invalid/certificate/v1"
FILENAME: Final = "certificate.json"
_RED: Final = (Verdict.FAIL, Verdict.BLOCKED, Verdict.INCONCLUSIVE)
_REMEDY: Final = "choose another file with --output"


class CertificateRefusedError(ReportError):
    """The run earns no certificate: status 1 when something failed, 4 when it is incomplete."""

    def __init__(self, thing: str, problem: str, remedy: str, exit_status: int) -> None:
        super().__init__(thing, problem, remedy)
        self.exit_status = exit_status


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """What verifying a certificate has found: it holds when there are no ``problems``.

    ``notes`` are worth knowing and break nothing: a waiver that has expired since. ``checked`` is
    whether its signature was held against a public key, and fits.
    """

    certificate: Mapping[str, Any]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    checked: bool = False

    @property
    def holds(self) -> bool:
        """Whether the evidence exists, is unchanged, and supports what the certificate says."""
        return not self.problems

    @property
    def exit_status(self) -> int:
        """0 when it holds, otherwise 1."""
        return 0 if self.holds else 1


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12, closed) of a certificate."""
    text = resources.files(__package__).joinpath("certificate.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def issue_certificate(
    report_path: Path,
    *,
    output: Path | None = None,
    issued: dt.datetime | None = None,
    key: Ed25519PrivateKey | None = None,
) -> Path:
    """Issue a certificate for ``report_path`` with the formats beside it as evidence.

    It is written to ``output``, or beside the report as ``certificate.json``. With a key its
    signature is written beside it; without one it says that nobody has signed it.

    Raises CertificateRefusedError when anything failed or was left incomplete, ReportError when a
    file cannot be read or written.
    """
    report = read_json(report_path)
    _refuse_unearned(report, report_path)
    output = output or report_path.parent / FILENAME
    names = {report_path.name, *(known.filename for known in FORMATS.values())}
    files = sorted(
        path for path in report_path.parent.iterdir() if path.name in names and path != output
    )
    moment = (issued or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds")
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": path.name, "digest": {"sha256": _digest(path)}} for path in files],
        "predicateType": PREDICATE,
        "predicate": {
            "issued": moment,
            "signed_by": _signer(key),
            **_predicate(report, report_path.name),
        },
    }
    problem = _schema_problem(statement)
    if problem:
        raise ReportError(str(output), problem, "this is a fault of the suite, please report it")
    text = json.dumps(statement, ensure_ascii=False, indent=1) + "\n"
    write_text(output, text, _REMEDY)
    envelope = envelope_beside(output)
    if key is not None:
        write_text(envelope, signed_envelope(text.encode(), key), _REMEDY)
    else:
        envelope.unlink(missing_ok=True)  # of an earlier certificate, which is gone
    return output


def verify_certificate(
    path: Path,
    *,
    folder: Path | None = None,
    today: dt.date | None = None,
    key: Ed25519PublicKey | None = None,
) -> CertificateCheck:
    """Check a certificate against its evidence, in its own folder or in ``folder``.

    With ``key`` it holds only if the owner of that key has signed it.

    Raises ReportError when the file is no certificate at all.
    """
    statement = _load(path)
    problem = _schema_problem(statement)
    if problem:
        raise ReportError(str(path), f"is not a certificate: {problem}", "pass a certificate.json")
    folder = folder or path.parent
    predicate = statement["predicate"]
    problems = list(_changed_files(statement["subject"], folder))
    named = {subject["name"] for subject in statement["subject"]}
    if predicate["report"] not in named:
        problems.append(f"{predicate['report']}: is not among the evidence")
    elif not any(line.startswith(f"{predicate['report']}:") for line in problems):
        problems += _disagreements(predicate, folder / predicate["report"])
    notes = _expired(predicate, today or dt.datetime.now(dt.UTC).date())
    check = CertificateCheck(statement, tuple(problems), notes)
    if key is None:
        return check
    problem = _signature_problem(path, key)
    if problem is None:
        return replace(check, checked=True)
    return replace(check, problems=(*check.problems, problem))


def _signer(key: Ed25519PrivateKey | None) -> dict[str, str] | str:
    if key is None:
        return "nobody: anyone can have written this"
    return {"algorithm": ALGORITHM, "key": key_id(key.public_key())}


def _signature_problem(path: Path, key: Ed25519PublicKey) -> str | None:
    """Why a certificate is not signed with that key; None when it is."""
    file = envelope_beside(path)
    envelope = read_envelope(file)
    if envelope is None:
        return f"nobody has signed it: there is no {file.name} beside it"
    if not envelope.is_signed_with(key):
        return f"{file.name}: is not signed with the key {key_id(key)[:16]}…"
    if envelope.payload != given_bytes(path):
        return f"{file.name}: what was signed is not what {path.name} says"
    return None


def _refuse_unearned(report: Report, path: Path) -> None:
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


def _predicate(report: Report, name: str) -> dict[str, Any]:
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


def _changed_files(subjects: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    problems: list[str] = []
    for subject in subjects:
        file = folder / subject["name"]
        if not file.is_file():
            problems.append(f"{subject['name']}: is missing from {folder}")
        elif _digest(file) != subject["digest"]["sha256"]:
            problems.append(f"{subject['name']}: was changed after the certificate was issued")
    return problems


def _disagreements(predicate: Mapping[str, Any], path: Path) -> list[str]:
    """What in the certificate differs from its report, or rules a certificate out."""
    try:
        report = read_json(path)
        _refuse_unearned(report, path)
    except ReportError as error:
        return [str(error)]
    drawn = json.loads(json.dumps(_predicate(report, path.name)))
    return [
        f"{key}: the certificate says something else than {path.name}"
        for key, value in drawn.items()
        if predicate[key] != value
    ]


def _expired(predicate: Mapping[str, Any], today: dt.date) -> tuple[str, ...]:
    return tuple(
        f"the waiver of {item['id']} has expired on {item['expires']}"
        for item in predicate["waived"]
        if item.get("expires", "9999-12-31") < today.isoformat()
    )


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(given_bytes(path)).hexdigest()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ReportError(str(path), problem, "check its permissions") from error


def _schema_problem(statement: Any) -> str | None:
    validator = jsonschema_rs.Draft202012Validator(schema())
    error = next(iter(validator.iter_errors(statement)), None)
    if error is None:
        return None
    place = "/" + "/".join(str(step) for step in error.instance_path)
    return f"it breaks its schema at {place}: {error.message[:200]}"


def _load(path: Path) -> Any:
    try:
        return given_json(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        problem = f"cannot be read as JSON ({why})"
        raise ReportError(str(path), problem, "pass a certificate.json") from error
