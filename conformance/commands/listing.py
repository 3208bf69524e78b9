"""The lists: requirements, errata, faults, capabilities; as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from conformance.access.capability import CAPABILITIES
from conformance.certification.scripted.sweep import client_requirements
from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.commands.report_choice import json_option, lang_option
from conformance.engine.run.untested import rules_without_test
from conformance.errors import UsageError
from conformance.model.requirement import glob_to_pattern, lines_in_words
from conformance.reporting.language import language

Rows = list[Mapping[str, Any]]


def _print(rows: Rows, as_json: bool, line: Callable[[Mapping[str, Any]], str]) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(line(row))


def _matching(rows: Iterable[Mapping[str, Any]], glob: str | None, key: str, noun: str) -> Rows:
    if glob is None:
        return list(rows)
    pattern = glob_to_pattern(glob)
    found = [row for row in rows if pattern.match(str(row[key]))]
    if not found:
        raise UsageError(f"pattern {glob!r}", f"matches no {noun}", f"see {noun} without a pattern")
    return found


@click.command()
@click.argument("glob", required=False)
@json_option
@lang_option("texts")
@contract_options
def requirements(
    glob: str | None, as_json: bool, code: str, contract: Path | None, base: str | None
) -> None:
    """List the requirements, or those that match GLOB; those of clients start with client/.

    In a contract of your own, rules that no test of this suite judges are marked.
    """
    judged_by, words = chosen_contract(contract, base), language(code)
    untested = frozenset(rules_without_test(judged_by))
    judged = {**judged_by.requirements, **client_requirements(judged_by)}.values()
    rows = [
        {
            "id": item.id,
            "level": item.level.value,
            "operation": item.operation,
            "source": words.source(str(item.source)),
            "text": words.requirement(item.text),
            "capabilities": sorted(item.capabilities),
            "erratum": item.erratum,
            "basis": item.basis,
            "lines": lines_in_words(item.lines),
            "tested": item.id not in untested,
        }
        for item in judged
    ]
    found = _matching(rows, glob, "id", "requirements")
    _print(found, as_json, _requirement_line)


def _requirement_line(row: Mapping[str, Any]) -> str:
    basis = f"  [{row['basis']}: {row['lines']}]" if row["basis"] else ""
    untested = "" if row["tested"] else "  [no test judges it]"
    return f"{row['level']:6} {row['id']}  {row['text']}{basis}{untested}"


@click.command()
@click.argument("glob", required=False)
@json_option
@contract_options
def errata(glob: str | None, as_json: bool, contract: Path | None, base: str | None) -> None:
    """List where the document contradicts itself, and which reading is used."""
    rows: list[Mapping[str, Any]] = [
        {
            "id": item.id,
            "title": item.title,
            "reading": item.reading,
            "readings": [dict(reading) for reading in item.readings],
            "taken": item.taken,
            "consequence": item.consequence,
            "operations": list(item.operations),
            "pins": list(item.pins),
            "loosens": list(item.loosens),
        }
        for item in chosen_contract(contract, base).errata.values()
    ]
    found = _matching(rows, glob, "id", "errata")
    _print(found, as_json, lambda row: f"{row['reading']:7} {row['id']}  {row['taken']}")


@click.command()
@click.argument("glob", required=False)
@json_option
def faults(glob: str | None, as_json: bool) -> None:
    """List the faults that serve --fault can plant, and the requirements that each breaks."""
    from conformance.faults.registry import all_faults

    rows: list[Mapping[str, Any]] = [
        {"name": name, "title": fault.title, "breaks": list(fault.breaks)}
        for name, fault in all_faults().items()
    ]
    found = _matching(rows, glob, "name", "faults")
    _print(found, as_json, lambda row: f"{row['name']}  {row['title']}")


@click.command()
@click.argument("glob", required=False)
@json_option
@lang_option("texts")
def variants(glob: str | None, as_json: bool, code: str) -> None:
    """List the permitted variants for serve --variant, and the lines that permit them."""
    from conformance.variants.registry import all_variants

    rows: list[Mapping[str, Any]] = [
        {
            "name": name,
            "title": one.chinese if code == "zh" else one.title,
            "lines": list(one.lines),
            "operations": [name for name in one.operations if name != "*"],
        }
        for name, one in all_variants().items()
    ]
    found = _matching(rows, glob, "name", "variants")
    _print(found, as_json, lambda row: f"{row['name']}  {row['title']}")


@click.command()
@json_option
def capabilities(as_json: bool) -> None:
    """List the capabilities that a target file can declare."""
    rows: list[Mapping[str, Any]] = [
        {"name": name, "meaning": meaning} for name, meaning in CAPABILITIES.items()
    ]
    _print(rows, as_json, lambda row: f"{row['name']:22} {row['meaning']}")
