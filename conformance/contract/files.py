"""Where the contract's files are, in a checkout and in an installed wheel."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.parsed import parsed
from conformance.errors import ContractError


def spec_folder() -> Path:
    """The folder ``spec/`` that travels with this code.

    An installed wheel carries it as ``conformance/spec``; a checkout has it at its top level.
    Raises ContractError when neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "spec", package.parent / "spec"):
        if (candidate / "openapi.yaml").is_file():
            return candidate
    raise ContractError("contract", "spec/openapi.yaml is not installed", "reinstall the package")


def read_yaml(path: Path) -> Any:
    """Parse one YAML file. Raises ContractError with file and line when it cannot be parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return parsed(
            path.read_text(encoding="utf-8"),
            lambda text: yaml.load(text, Loader=loader),  # noqa: S506 - a safe loader
        )
    except OSError as error:
        raise ContractError(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContractError(str(path), f"is not UTF-8 (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContractError(f"{path}:{line}", f"is not YAML ({error.problem})") from error


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
