"""Documents without our extensions are judged by defaults, and no finding is false."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.own import load_own_contract
from conformance.contract.plain.schemas import Schemas
from conformance.contract.plain.values import NoValueError, build_value, is_valid
from conformance.errors import ContractError
from tests.plain.server import FAULTS, KEY, pets

DOCUMENT = Path(__file__).parent / "petstore.yaml"
ROOT = DOCUMENT.parents[2]
BROKEN = {
    "limit-unbounded": {("SHOULD", "pets_list/query/limit/maximum")},
    "weight-is-text": {
        ("MUST", f"{name}/type")
        for name in ("post_pets/201/weight", "show/200/weight", "pets_list/200/[].weight")
    },
    "open-door": {
        ("SHOULD", f"{name}/auth/{kind}")
        for name in ("pets_list", "post_pets")
        for kind in ("no-credentials", "wrong-token", "malformed-token")
    },
    "teapot": {("MUST", "show/answer/status/documented")},
    "born-in-any-form": {("SHOULD", "pets_list/query/born/format")},
}


def run(
    folder: Path, url: str, *more: str, key: str | None = KEY
) -> tuple[int, dict[str, Any], str]:
    """Judge the server at that address by the document."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "conformance.cli", "run", url),
            *("--contract", str(DOCUMENT), "--report-dir", "out", *more),
        ],
        env={**clean, "PYTHONPATH": str(ROOT), **({"SPARKRTC_TOKEN": key} if key else {})},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    file = folder / "out" / "report.json"
    report = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return done.returncode, report, done.stdout + done.stderr


def test_an_honest_server_has_no_findings(tmp_path: Path) -> None:
    """Nothing is invented; what is not judged is said, with the reason."""
    with pets() as url:
        status, report, said = run(tmp_path, url, "--strict")
    assert report["findings"] == [], said
    assert (status, report["verdict"]) == (0, "conformant"), said
    assert report["run"]["warnings"] == [
        "put_pets_id_photo is not judged: its body is image/png, and not JSON"
    ]
    assert report["summary"]["pass"] > 50
    assert report["contract"]["revision"] == "1.2.0"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_dishonest_server_is_found(fault: str, tmp_path: Path) -> None:
    """Each fault breaks what it is about; what OpenAPI only implies is a SHOULD."""
    with pets(fault) as url:
        _, report, said = run(tmp_path, url)
    found = {(f["level"], f["requirement"]) for f in report["findings"]}
    assert found == BROKEN[fault], said
    assert all("--sparkrtc-contract" in f["pytest"] for f in report["findings"])


def test_credentials_that_are_wrong_are_no_finding(tmp_path: Path) -> None:
    """Who is turned away has seen nothing of the rest."""
    with pets() as url:
        status, report, said = run(tmp_path, url, key="another-key-0000")
    assert status in {3, 4}, said
    assert not report.get("findings"), said


def test_without_any_credentials_the_remedy_is_said(tmp_path: Path) -> None:
    """A document that asks for a key needs one."""
    with pets() as url:
        status, _, said = run(tmp_path, url, key=None)
    assert (status, "set SPARKRTC_TOKEN" in said) == (2, True), said


def test_no_case_can_be_read_as_valid() -> None:
    """Violations of a query are none in any reading; bodies keep all but one statement."""
    contract = load_own_contract(DOCUMENT)
    cases = {case.id: case for case in generated_cases(contract)}
    assert "pets_list/query/limit/type~fraction" in cases
    assert "post_pets/body/note/null~null" not in cases
    assert all("/filter/" not in name for name in cases)
    body = cases["post_pets/accepts/full"].template.body
    assert "id" not in body
    assert body["code"] != "wrong"
    assert cases["show/accepts/minimal"].template.path == {"id": 1}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        (
            {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 2, "uniqueItems": True},
            [1, 2],
        ),
        (
            {"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}]},
            {"a": 1},
        ),
        ({"type": "string", "x-format": "uuid"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ],
)
def test_values_are_made(schema: dict[str, Any], value: Any) -> None:
    """One value that the schema takes."""
    assert build_value(schema) == value


def test_patterns_without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that matches patterns is an extra: without it no value is known."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(NoValueError):
        build_value({"type": "string", "pattern": "^without_[a-z]{7}$"})


def test_values_that_cannot_be_made() -> None:
    """Patterns are matched where they can be; nothing is sent where nothing fits."""
    pattern = {"type": "string", "pattern": "^sk_[a-z]{4}[0-9]+$"}
    assert is_valid(pattern, build_value(pattern))
    with pytest.raises(NoValueError):
        build_value({"type": "string", "not": {}})


def test_schemas_of_30_are_read() -> None:
    """Flags beside bounds, nullable, recursion and references that lead nowhere."""
    document = {
        "components": {
            "schemas": {"Tree": {"properties": {"up": {"$ref": "#/components/schemas/Tree"}}}}
        }
    }
    read = Schemas(document).read
    assert read({"type": "number", "minimum": 1, "exclusiveMinimum": True}, request=True) == {
        "type": "number",
        "exclusiveMinimum": 1,
    }
    assert read({"type": "string", "enum": ["a"], "nullable": True}, request=True) == {
        "type": ["string", "null"],
        "enum": ["a", None],
    }
    tree = read({"$ref": "#/components/schemas/Tree"}, request=False)
    assert tree == {"properties": {"up": {"x-cut": True}}}
    assert read({"$ref": "#/nowhere"}, request=False) == {}


def test_a_document_that_cannot_be_judged(tmp_path: Path) -> None:
    """One line that says why."""
    file = tmp_path / "none.yaml"
    file.write_text("openapi: 3.0.0\ninfo: {title: None, version: '1'}\npaths: {}\n", "utf-8")
    with pytest.raises(ContractError, match="has no operation that can be judged"):
        load_own_contract(file)
    file = tmp_path / "old.yaml"
    file.write_text("swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n", "utf-8")
    with pytest.raises(ContractError, match=r"is of version 2.0.*convert it to OpenAPI 3"):
        load_own_contract(file)
