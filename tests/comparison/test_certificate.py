"""A certificate says what was judged, and stops holding when its evidence is touched."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.comparison.certificate import issue_certificate, verify_certificate
from conformance.comparison.certificate_statement import CertificateRefusedError, schema
from conformance.comparison.certificate_text import check_lines
from conformance.comparison.signature import (
    envelope_beside,
    generate_keys,
    read_private_key,
    read_public_key,
)
from conformance.errors import ReportError, UsageError
from conformance.model.report import Report, SelectionRecord
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.formats import write_all
from conformance.reporting.json_file import write_json
from tests.comparison.conftest import WAIVER, with_verdict

ONE = "CreateApp/body/app_name/required"
TWO = "ShowApp/200/state.state/enum"
ISSUED = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def earned(clean: Report) -> Report:
    """A conformant run with a warning, a waiver and things that were not judged."""
    return with_verdict(
        clean,
        {
            ONE: Verdict.WARN,
            TWO: {"verdict": Verdict.WAIVED, "waiver": WAIVER},
            "CreateApp/body/domain/type": {
                "verdict": Verdict.NOT_APPLICABLE,
                "reason": "the target does not claim writes",
            },
            "CreateApp/body/domain/enum": {
                "verdict": Verdict.NOT_SELECTED,
                "reason": "excluded by --exclude",
            },
        },
    )


@pytest.fixture
def folder(earned: Report, tmp_path: Path) -> Path:
    """The folder of that run, with three formats and a file that is none of ours."""
    write_all(earned, tmp_path, ["json", "junit", "badge"])
    (tmp_path / "notes.txt").write_text("private")
    return tmp_path


def issue(folder: Path) -> Path:
    """Certify the run in that folder."""
    return issue_certificate(folder / "report.json", issued=ISSUED)


def change(path: Path, alter: Any) -> None:
    """Change one JSON file in place."""
    data = json.loads(path.read_text("utf-8"))
    alter(data)
    path.write_text(json.dumps(data), "utf-8")


def test_certificate_says_what_was_judged(folder: Path, earned: Report) -> None:
    """Contract, suite, profile, counts, warned, waived and excluded ids, and all evidence."""
    data = json.loads(issue(folder).read_text("utf-8"))
    Draft202012Validator(schema()).validate(data)
    predicate = data["predicate"]
    assert predicate["contract"]["sha256"] == earned.contract["sha256"]
    assert predicate["suite"] == earned.suite
    assert predicate["target"]["profile"] == "emulator"
    assert predicate["requirements"]["total"] == len(earned.requirements)
    assert predicate["requirements"]["by_verdict"]["pass"] == len(earned.requirements) - 4
    assert predicate["warned"] == [ONE]
    assert predicate["waived"] == [{**WAIVER, "id": TWO}]
    assert predicate["not_selected"] == {"excluded by --exclude": ["CreateApp/body/domain/enum"]}
    assert predicate["not_applicable"] == {
        "the target does not claim writes": ["CreateApp/body/domain/type"]
    }
    assert [item["name"] for item in data["subject"]] == ["badge.svg", "junit.xml", "report.json"]


def test_untouched_evidence_holds(folder: Path) -> None:
    """Right after it was issued, and issued once more, a certificate holds."""
    issue(folder)
    check = verify_certificate(issue(folder))
    assert check.holds
    assert check.exit_status == 0
    assert check_lines(check)[-1] == "certificate holds: 3 files of evidence are unchanged"


def test_certificate_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    """The evidence is looked for in the folder that is named."""
    output = tmp_path / "elsewhere" / "c.json"
    issue_certificate(folder / "report.json", output=output, issued=ISSUED)
    assert verify_certificate(output, folder=folder).holds
    assert not verify_certificate(output).holds


@pytest.mark.parametrize("name", ["report.json", "junit.xml", "badge.svg"])
def test_changed_or_missing_evidence_does_not_hold(folder: Path, name: str) -> None:
    """One byte more in any file, or a file less, is named."""
    certificate = issue(folder)
    with (folder / name).open("a") as file:
        file.write("\n")
    assert verify_certificate(certificate).problems == (
        f"{name}: was changed after the certificate was issued",
    )
    (folder / name).unlink()
    check = verify_certificate(certificate)
    assert check.exit_status == 1
    assert check.problems == (f"{name}: is missing from {folder}",)
    assert check_lines(check)[-1] == "certificate does not hold"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("waived", []),
        ("target", {"name": "x", "base_url": None, "profile": "live", "capabilities": []}),
        ("warned", []),
        ("not_selected", {}),
    ],
)
def test_certificate_that_says_more_than_its_report_does_not_hold(
    folder: Path, key: str, value: Any
) -> None:
    """A statement edited by hand disagrees with its own evidence."""
    certificate = issue(folder)
    change(certificate, lambda data: data["predicate"].update({key: value}))
    assert verify_certificate(certificate).problems == (
        f"{key}: the certificate says something else than report.json",
    )


def test_certificate_without_its_report_does_not_hold(folder: Path) -> None:
    """The report that everything is drawn from must be among the evidence."""
    certificate = issue(folder)
    change(certificate, lambda data: data["subject"].pop())
    assert verify_certificate(certificate).problems == ("report.json: is not among the evidence",)


def test_report_that_earns_nothing_does_not_hold(folder: Path, earned: Report) -> None:
    """A failed report under a forged digest is still seen for what it is."""
    certificate = issue(folder)
    write_json(with_verdict(earned, {ONE: Verdict.FAIL}), folder / "report.json")
    forged = hashlib.sha256((folder / "report.json").read_bytes()).hexdigest()
    change(certificate, lambda data: data["subject"][2]["digest"].update(sha256=forged))
    (problem,) = verify_certificate(certificate).problems
    assert "gets no certificate: the run is nonconformant" in problem


@pytest.mark.parametrize(
    ("verdict", "word", "status"),
    [
        (Verdict.FAIL, "nonconformant (1 fail", 1),
        (Verdict.BLOCKED, "incomplete (1 blocked", 4),
        (Verdict.INCONCLUSIVE, "incomplete (1 inconclusive", 4),
    ],
)
def test_refused_when_anything_failed_or_is_incomplete(
    clean: Report, tmp_path: Path, verdict: Verdict, word: str, status: int
) -> None:
    """One clear line with the count and the first requirement; nothing is written."""
    write_json(with_verdict(clean, {ONE: verdict}), tmp_path / "report.json")
    with pytest.raises(CertificateRefusedError) as refusal:
        issue(tmp_path)
    assert f"the run is {word}; the first is {ONE})" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.exit_status == status
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_verdict_that_its_requirements_do_not_bear_out_is_refused(
    clean: Report, tmp_path: Path
) -> None:
    """A report that calls itself conformant beside a failure is not believed."""
    broken = replace(with_verdict(clean, {ONE: Verdict.FAIL}), verdict=RunVerdict.CONFORMANT)
    write_json(broken, tmp_path / "report.json")
    with pytest.raises(CertificateRefusedError, match="nonconformant"):
        issue(tmp_path)


@pytest.mark.parametrize(
    ("fields", "verdict", "told"),
    [
        ({"interrupted": True}, RunVerdict.CONFORMANT, "incomplete (interrupted)"),
        ({}, RunVerdict.INCOMPLETE, "incomplete (nothing was judged)"),
        (
            {"problems": ["waiver X/y expired on 2026-01-01"]},
            RunVerdict.NONCONFORMANT,
            "nonconformant (waiver X/y expired on 2026-01-01)",
        ),
    ],
)
def test_runs_that_were_cut_short_are_refused(
    clean: Report, tmp_path: Path, fields: dict[str, Any], verdict: RunVerdict, told: str
) -> None:
    """An interrupted run, one without judgements, one with a stale waiver: each is told why."""
    report = replace(clean, run=replace(clean.run, **fields), verdict=verdict)
    write_json(report, tmp_path / "report.json")
    with pytest.raises(CertificateRefusedError) as refusal:
        issue(tmp_path)
    assert told in str(refusal.value)


def test_expired_waivers_are_noted(folder: Path) -> None:
    """A waiver that has run out since does not break the evidence; it is said."""
    certificate = issue(folder)
    assert verify_certificate(certificate, today=dt.date(2026, 11, 21)).notes == ()
    check = verify_certificate(certificate, today=dt.date(2026, 11, 22))
    assert check.holds
    assert check.notes == (f"the waiver of {TWO} has expired on 2026-11-21",)


@pytest.mark.parametrize("content", ["", "[]", '{"_type": "https://in-toto.io/Statement/v1"}'])
def test_what_is_no_certificate_is_refused(tmp_path: Path, content: str) -> None:
    """A file that is something else is named in one line."""
    path = tmp_path / "certificate.json"
    path.write_text(content)
    with pytest.raises(ReportError, match=r"certificate\.json"):
        verify_certificate(path)


def test_a_signed_certificate_is_checked_against_its_key(folder: Path, tmp_path: Path) -> None:
    """The owner's key fits, another does not; without one it says what was not checked."""
    private, public = generate_keys(tmp_path / "keys")
    _, other = generate_keys(tmp_path / "other")
    assert private.stat().st_mode & 0o077 == 0
    certificate = issue_certificate(folder / "report.json", key=read_private_key(private))
    check = verify_certificate(certificate, key=read_public_key(public))
    assert (check.holds, check.checked) == (True, True)
    assert any(line.startswith("signed    with the Ed25519 key ") for line in check_lines(check))
    unchecked = verify_certificate(certificate)
    assert (unchecked.holds, unchecked.checked) == (True, False)
    assert any("pass --public-key" in line for line in check_lines(unchecked))
    wrong = verify_certificate(certificate, key=read_public_key(other))
    assert not wrong.holds
    assert "is not signed with the key" in wrong.problems[0]


def test_a_forged_certificate_does_not_hold(folder: Path, tmp_path: Path) -> None:
    """Another statement beside an honest signature, a signature that was changed, none at all."""
    private, public = generate_keys(tmp_path / "keys")
    certificate = issue_certificate(folder / "report.json", key=read_private_key(private))
    key = read_public_key(public)
    honest, signature = certificate.read_text("utf-8"), envelope_beside(certificate)
    certificate.write_text(honest.replace('"issued": "2', '"issued": "3'), "utf-8")
    (problem,) = verify_certificate(certificate, key=key).problems
    assert problem == "certificate.dsse.json: what was signed is not what certificate.json says"
    certificate.write_text(honest, "utf-8")
    forged = json.loads(signature.read_text("utf-8"))
    forged["signatures"][0]["sig"] = base64.b64encode(b"x" * 64).decode()
    signature.write_text(json.dumps(forged), "utf-8")
    assert "is not signed" in verify_certificate(certificate, key=key).problems[0]
    signature.write_text('{"payloadType": "x"}', "utf-8")
    with pytest.raises(ReportError, match="is not a DSSE envelope"):
        verify_certificate(certificate, key=key)
    assert not issue(folder).with_name("certificate.dsse.json").exists()
    (problem,) = verify_certificate(certificate, key=key).problems
    assert problem.startswith("nobody has signed it")


def test_an_unsigned_certificate_says_so(folder: Path) -> None:
    """In its own text, and when it is verified."""
    certificate = issue(folder)
    text = json.loads(certificate.read_text("utf-8"))
    assert text["predicate"]["signed_by"] == "nobody: anyone can have written this"
    lines = check_lines(verify_certificate(certificate))
    assert "signed    by nobody: anyone can have written this" in lines


def test_what_was_covered_comes_first(folder: Path, earned: Report) -> None:
    """A run of a part is never described as more than that."""
    whole = check_lines(verify_certificate(issue(folder)))[0]
    assert whole.startswith("covers    every requirement of its level, level ")
    part = replace(earned.run, selection=SelectionRecord(only=["ShowApp/*"], exclude=[]))
    write_json(replace(earned, run=part), folder / "report.json")
    first = check_lines(verify_certificate(issue(folder)))[0]
    assert first.startswith("covers    A PART ALONE: --only 'ShowApp/*', level ")


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PUBLIC KEY-----\n"])
def test_what_is_no_key_is_said(text: str, tmp_path: Path) -> None:
    """One line names the file and how to make one; a pair is never written over another."""
    path = tmp_path / "key.pem"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"key\.pem: is not a public key"):
        read_public_key(path)
    with pytest.raises(UsageError, match=r"key\.pem: is not a private key"):
        read_private_key(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_private_key(tmp_path / "none.pem")
    generate_keys(tmp_path)
    with pytest.raises(UsageError, match="is there already"):
        generate_keys(tmp_path)
