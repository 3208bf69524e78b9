"""The contract as one record, read from ``spec/``."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from conformance.contract.basis import Bases, read_bases
from conformance.contract.catalogue import Catalogue, Refusals, read_catalogue, read_refusals
from conformance.contract.compiled import compiled
from conformance.contract.conventions import Conventions, read_conventions
from conformance.contract.errata import Erratum, read_errata
from conformance.contract.files import digest, read_yaml, spec_folder
from conformance.contract.inlining import Inliner
from conformance.contract.notifications import Notification, read_notifications
from conformance.contract.operations import METHODS, Operation, RuleSpec, read_operation, read_rule
from conformance.contract.requirements import derive
from conformance.contract.resources import Resources, read_resources
from conformance.errors import ContractError
from conformance.model.expectation import Answer, Expectation
from conformance.model.requirement import Requirement
from conformance.model.requirement_id import RequirementId

_SOURCES = ("openapi.yaml", "errata.yaml", "basis.yaml", "lines.json")
"""Every file of a folder that a contract is read from."""


@dataclass(frozen=True)
class Contract:
    """Everything that must hold: operations, catalogue, errata. Not slotted: derived parts cache.

    ``raw`` is the OpenAPI document as written; ``resources`` what requests need;
    ``flow_groups`` maps a group to (requests, seconds); ``shards`` some of the groups to the
    process that they share under flow control. ``remarks`` are sentences on what of a document is
    not judged, and why.
    """

    revision: str
    sha256: str
    raw: Mapping[str, Any]
    operations: Mapping[str, Operation]
    notifications: Mapping[str, Notification]
    common_rules: tuple[RuleSpec, ...]
    catalogue: Catalogue
    refusals: Refusals
    resources: Resources
    flow_groups: Mapping[str, tuple[int, float]]
    shards: Mapping[str, str]
    regions: Mapping[str, str]
    conventions: Conventions
    errata: Mapping[str, Erratum]
    bases: Bases = field(default_factory=Bases)
    remarks: tuple[str, ...] = ()

    @cached_property
    def requirements(self) -> Mapping[str, Requirement]:
        """Every testable statement by its id, in the order of the document."""
        told = [one for it in self.notifications.values() for one in it.requirements()]
        derived = derive(self.operations.values(), told, self.common_rules, self.refusal)
        return {item.id: self.bases.rest(item) for item in derived}

    @cached_property
    def rules(self) -> Mapping[str, RuleSpec]:
        """Every rule by the id of its requirement."""
        of_operations = {
            f"{operation.id}/rule/{rule.id}": rule
            for operation in self.operations.values()
            for rule in operation.rules
        }
        return of_operations | {rule.id: rule for rule in self.common_rules}

    def answers_of(self, rule_id: str) -> Expectation:
        """The answers that a rule accepts: success statuses, and refusals with its codes.

        Raises LookupError for a rule that the contract does not have.
        """
        rule = self.rules[rule_id]
        answers = (Answer(status, self._codes(rule, status)) for status in rule.statuses)
        return Expectation(tuple(answers), erratum=rule.erratum)

    def _codes(self, rule: RuleSpec, status: int) -> tuple[str, ...]:
        """The codes of a rule for one status: none for a success, any where none are listed.

        A rule with several statuses lists its codes once; the catalogue assigns them to statuses.
        To a status that it has no code for it assigns none, so that each may come with it.
        """
        if status < 400 or not rule.codes:
            return () if status < 400 else ("*",)
        entries = self.catalogue.entries
        if all(entry.status != status for entry in entries.values()):
            return rule.codes
        fit = (c for c in rule.codes if c not in entries or entries[c].status == status)
        return tuple(fit) or rule.codes

    @cached_property
    def answer_requirements(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of requirements on answers, by operation and status (``ShowBook/200``)."""
        found: dict[str, list[str]] = {}
        for requirement in self.requirements.values():
            if requirement.kind == "answer":
                answer_key = RequirementId.parse(requirement.id).answer_key
                found.setdefault(answer_key, []).append(requirement.id)
        return {prefix: tuple(ids) for prefix, ids in found.items()}

    def refusal(self, operation: Operation, kind: str) -> Expectation | None:
        """The accepted refusals of that kind of violation; None where the contract has none.

        A code that only the examples of this operation show is as good as those of its family.
        """
        family = self.refusals.families.get(operation.error_family, {})
        expectation = operation.refusals.get(kind) or family.get(kind)
        return expectation and expectation.also(
            {
                status: codes
                for (owner, status), codes in self.catalogue.peculiar.items()
                if owner == operation.id
            }
        )

    def operation(self, operation_id: str) -> Operation:
        """One operation. Raises ContractError when the contract has none of that name."""
        try:
            return self.operations[operation_id]
        except KeyError as error:
            raise ContractError(operation_id, "is not an operation of the contract") from error


def load_contract(
    folder: Path | None = None, document: Mapping[str, Any] | None = None
) -> Contract:
    """Load the newest edition, or build a contract from an already overlaid document.

    The newest one is read once in a process, and kept between processes.
    Raises ContractError when a file is missing, is not YAML, or lacks what the suite needs.
    """
    folder = folder or spec_folder()
    if document is not None:
        return _read_contract(folder, document)
    sources = tuple(folder / name for name in _SOURCES)
    stamps = tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in sources if p.is_file())
    return _newest(folder, stamps)


@lru_cache(maxsize=2)
def _newest(folder: Path, _stamps: tuple[tuple[int, int], ...]) -> Contract:
    """The contract as the files of the folder are now."""

    def read() -> Contract:
        contract = _read_contract(folder, None)
        with suppress(KeyError, TypeError, AttributeError, ValueError):
            _ = (contract.requirements, contract.answer_requirements, contract.rules)
        return contract

    return compiled(Contract, (folder / name for name in _SOURCES), read)


def _read_contract(folder: Path, document: Mapping[str, Any] | None) -> Contract:
    path = folder / "openapi.yaml"
    raw = document if document is not None else read_yaml(path)
    try:
        built = build_contract(raw, digest(path), read_errata(folder / "errata.yaml"))
        return replace(built, bases=read_bases(folder))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"is not the contract that this suite reads ({type(error).__name__}: {error})"
        raise ContractError(str(path), problem, "run the contract's own tests") from error


def build_contract(raw: Mapping[str, Any], sha256: str, errata: Mapping[str, Erratum]) -> Contract:
    """Build the contract from a document that has passed its checks.

    Raises KeyError, TypeError, AttributeError or ValueError where it has not, and ContractError for
    references that point to nothing.
    """
    inline = Inliner(raw)
    conventions = read_conventions(raw)
    operations: dict[str, Operation] = {}
    for path, item in raw["paths"].items():
        shared = [inline(p) for p in item.get("parameters", ())]
        for method in METHODS:
            if method in item:
                node = inline(item[method])
                node = {**node, "parameters": [*shared, *node.get("parameters", ())]}
                operation = read_operation(path, method, node, conventions)
                operations[operation.id] = operation
    ordered = sorted(operations.values(), key=_document_order)
    return Contract(
        revision=str(raw["x-revision"]),
        sha256=sha256,
        raw=raw,
        operations={operation.id: operation for operation in ordered},
        notifications=dict(read_notifications(raw.get("webhooks", {}), inline)),
        common_rules=tuple(
            read_rule(rule, conventions.common_section) for rule in raw.get("x-common-rules", ())
        ),
        catalogue=read_catalogue(raw.get("x-error-catalogue", {"codes": ()})),
        refusals=read_refusals(raw.get("x-refusals", {})),
        resources=read_resources(raw.get("x-resources", {})),
        flow_groups={
            name: (int(group["limit"]), float(group["seconds"]))
            for name, group in raw.get("x-flow-groups", {}).items()
            if isinstance(group, dict)
        },
        shards={
            name: group["shard"]
            for name, group in raw.get("x-flow-groups", {}).items()
            if isinstance(group, dict) and "shard" in group
        },
        regions={row["name"]: row["abbreviation"] for row in raw.get("x-regions", ())},
        conventions=conventions,
        errata=_touching(errata, raw),
    )


def _touching(errata: Mapping[str, Erratum], raw: Mapping[str, Any]) -> dict[str, Erratum]:
    """The errata, without those that only concern operations which this edition lacks."""
    items = [*raw["paths"].values(), *raw.get("webhooks", {}).values()]
    nodes = [node for item in items for node in item.values() if isinstance(node, dict)]
    names = {node.get("operationId") for node in nodes}
    return {
        name: erratum
        for name, erratum in errata.items()
        if not erratum.operations or names.intersection(erratum.operations)
    }


def _document_order(operation: Operation) -> tuple[int, ...]:
    return tuple(int(part) for part in operation.section.split(".") if part.isdigit())
