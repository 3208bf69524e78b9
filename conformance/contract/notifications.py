"""What a service sends by itself: the webhooks of the contract, and what they must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.operations import (
    METHODS,
    AnswerSpec,
    RuleSpec,
    read_content,
    read_rule,
)
from conformance.contract.requirements import answer_keywords
from conformance.contract.wording import notification_wording
from conformance.model.requirement import Level, Requirement, Source

PLACE = "notification"
"""Second segment of the ids of what holds of the body of a notification."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One webhook: how it is sent (``method``) and what its body is (``content``)."""

    id: str
    method: str
    chapter: str
    source: Source
    capabilities: frozenset[str]
    content: AnswerSpec
    rules: tuple[RuleSpec, ...]

    def requirements(self) -> Iterator[Requirement]:
        """Everything that can be judged of it: its fields, and its rules.

        That a body is JSON nobody states of a notification, so that it is a SHOULD.
        """
        for tail, text in (
            ("body/json", "The body of a notification is JSON text in UTF-8."),
            (
                "body/undeclared",
                "A notification carries no field that the document does not name.",
            ),
        ):
            yield self._make(f"{PLACE}/{tail}", Level.SHOULD, text, self.source)
        for field in self.content.fields:
            for keyword, level in answer_keywords(field):
                erratum = field.schema.get("x-erratum")
                yield self._make(
                    f"{PLACE}/{field.path}/{keyword}",
                    level,
                    notification_wording(keyword, field),
                    field.source or self.source,
                    erratum,
                )
        for combination in self.content.combinations:
            yield self._make(
                f"{PLACE}/{combination.name}/combination",
                Level(combination.schema.get("x-level", "MUST")),
                combination.text,
                combination.source or self.source,
            )
        for rule in self.rules:
            yield self._make(
                f"rule/{rule.id}",
                Level(rule.level),
                rule.text,
                rule.source,
                rule.erratum,
                rule.capabilities,
            )

    def _make(
        self,
        tail: str,
        level: Level,
        text: str,
        source: Source,
        erratum: str | None = None,
        capabilities: frozenset[str] = frozenset(),
    ) -> Requirement:
        return Requirement(
            id=f"{self.id}/{tail}",
            level=level,
            operation=None,
            chapter=self.chapter,
            source=source,
            text=text,
            kind="rule",
            keyword=tail.rsplit("/", 1)[-1],
            capabilities=self.capabilities | capabilities,
            erratum=erratum,
        )


def read_notifications(
    webhooks: Mapping[str, Any], inline: Any
) -> Iterator[tuple[str, Notification]]:
    """Build the record of every webhook. Raises KeyError for one that lacks what it must have."""
    for item in webhooks.values():
        for method in METHODS:
            if method in item:
                notification = _read(method, inline(item[method]))
                yield notification.id, notification


def _read(method: str, node: Mapping[str, Any]) -> Notification:
    section = str(node["x-source"]["section"])
    source = Source(section, tuple(map(str, node["x-source"].get("tables", ()))))
    return Notification(
        id=node["operationId"],
        method=method.upper(),
        chapter=str(node["x-chapter"]),
        source=source,
        capabilities=frozenset(node.get("x-capabilities", ())),
        content=read_content(0, node["requestBody"], section, source),
        rules=tuple(read_rule(rule, section) for rule in node.get("x-rules", ())),
    )
