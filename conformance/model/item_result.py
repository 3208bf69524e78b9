"""What one pytest item found out, as plain data that crosses process borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.model.report import ReportedExchange
from conformance.model.verdict import Judgement, Outcome


@dataclass(frozen=True, slots=True)
class Evidence:
    """One redacted exchange with the curl line that sends its request again.

    ``stand_in`` is the token that was sent in place of a real one, where the exchange is about
    that.
    """

    exchange: ReportedExchange
    curl: str
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The judgements of one item, and the requirements that it saw kept (id to first case).

    ``statuses`` counts answers by "operation status", ``requests`` counts by flow group.
    """

    judgements: tuple[Judgement, ...] = ()
    passed: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data, for pytest-xdist and the checkpoint file."""
        judgements = [{**asdict(one), "outcome": one.outcome.value} for one in self.judgements]
        return {
            "judgements": judgements,
            "passed": dict(self.passed),
            "statuses": dict(self.statuses),
            "requests": dict(self.requests),
            "evidence": [asdict(one) for one in self.evidence],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ItemResult:
        """Rebuild the record from JSON data. Raises KeyError or TypeError for any other data."""
        return cls(
            tuple(
                Judgement(
                    **{
                        **one,
                        "outcome": Outcome(one["outcome"]),
                        "steps": tuple(one.get("steps", ())),
                    }
                )
                for one in data["judgements"]
            ),
            data["passed"],
            data["statuses"],
            data["requests"],
            tuple(
                Evidence(
                    ReportedExchange.from_dict(one["exchange"]), one["curl"], one.get("stand_in")
                )
                for one in data["evidence"]
            ),
        )
