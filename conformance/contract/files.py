"""Where the contract's files are, in a checkout and in an installed wheel."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.parsed import parse_cached
from conformance.errors import ContractError
from conformance.given_files import given_bytes, given_text, is_half_spelled


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


class UnusableError(yaml.MarkedYAMLError):
    """A document that nobody can work with: its aliases have no end, or a text has no UTF-8."""


def read_yaml(path: Path) -> Any:
    """Parse one YAML file. Raises ContractError with file and line when it cannot be parsed."""
    try:
        return parse_cached(given_text(path), _value)
    except OSError as error:
        raise ContractError(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContractError(str(path), f"is not UTF-8 (byte {error.start})") from error
    except NOT_YAML as error:
        line, problem = what_is_wrong(error)
        raise ContractError(f"{path}:{line or '?'}", f"is not YAML ({problem})") from error


NOT_YAML = (yaml.YAMLError, RecursionError, ValueError)
"""What reading YAML raises: for dates and numbers that are none as well."""


def what_is_wrong(error: Exception) -> tuple[int | None, str]:
    """The line of a file (from 1) that is no YAML, where it is known, and what is wrong there."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else None), str(error.problem or error.context)
    if isinstance(error, RecursionError):
        return None, "it is nested too deeply"
    return None, " ".join(str(error).split())[:200]


def bounded(root: yaml.Node | None) -> yaml.Node | None:
    """The same node. Raises UnusableError when its aliases have no end, or make too much."""
    sizes: dict[int, int] = {}
    above: set[int] = set()
    stack = [(root, False)] if root is not None else []
    while stack:
        node, is_done = stack.pop()
        known = sizes.get(id(node))
        if known is not None:
            continue
        below = list(_below(node))
        if is_done:
            above.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in below)
            if sizes[id(node)] > MOST_NODES:
                problem = f"its aliases make more than {MOST_NODES:,} values"
                raise UnusableError(problem=problem, problem_mark=node.start_mark)
            continue
        if id(node) in above:
            raise UnusableError(problem="it is inside itself", problem_mark=node.start_mark)
        above.add(id(node))
        stack.append((node, True))
        stack += [(child, False) for child in below]
    return root


MOST_NODES = 2_000_000
"""Values of a document, those behind its aliases counted each time; ours has 60,000."""


def spelled(text: str, value: Any) -> Any:
    """The value that a text holds. Raises UnusableError for half of a surrogate pair in it."""
    if is_half_spelled(text, value):
        raise UnusableError(problem="a text in it has half of a surrogate pair")
    return value


def _below(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


def _value(text: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = bounded(loader.get_single_node())
        value = None if node is None else loader.construct_document(node)
        return spelled(text, value)
    finally:
        loader.dispose()


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal."""
    return hashlib.sha256(given_bytes(path)).hexdigest()
