"""A statement of what exactly a conformant run has judged, checkable without any network.

The file is an in-toto Statement (v1). By itself it proves that its evidence is unchanged and says
what it says; who issued it is proved by a signature (``signature``), and by nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.comparison.certificate_statement import (
    digest,
    predicate_of,
    refuse_unearned,
    schema_problem,
    statement_of,
)
from conformance.comparison.signature import (
    ALGORITHM,
    envelope_beside,
    key_id,
    read_envelope,
    signed_envelope,
)
from conformance.errors import ReportError
from conformance.given_files import given_bytes, given_json
from conformance.reporting.file import write_text
from conformance.reporting.formats import FORMATS
from conformance.reporting.json_file import read_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

FILENAME: Final = "certificate.json"
_REMEDY: Final = "choose another file with --output"


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
    refuse_unearned(report, report_path)
    output = output or report_path.parent / FILENAME
    names = {report_path.name, *(known.filename for known in FORMATS.values())}
    files = sorted(
        path for path in report_path.parent.iterdir() if path.name in names and path != output
    )
    statement = statement_of(
        report, report_path.name, files, issued or dt.datetime.now(dt.UTC), _signer(key)
    )
    problem = schema_problem(statement)
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
    problem = schema_problem(statement)
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


def _changed_files(subjects: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    problems: list[str] = []
    for subject in subjects:
        file = folder / subject["name"]
        if not file.is_file():
            problems.append(f"{subject['name']}: is missing from {folder}")
        elif digest(file) != subject["digest"]["sha256"]:
            problems.append(f"{subject['name']}: was changed after the certificate was issued")
    return problems


def _disagreements(predicate: Mapping[str, Any], path: Path) -> list[str]:
    """What in the certificate differs from its report, or rules a certificate out."""
    try:
        report = read_json(path)
        refuse_unearned(report, path)
    except ReportError as error:
        return [str(error)]
    drawn = json.loads(json.dumps(predicate_of(report, path.name)))
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


def _load(path: Path) -> Any:
    try:
        return given_json(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        problem = f"cannot be read as JSON ({why})"
        raise ReportError(str(path), problem, "pass a certificate.json") from error
