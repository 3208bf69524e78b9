"""Chapter 7: automatic recording."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from conformance.reference.models.applications import AppAutoRecordMode, RecordMode
from conformance.reference.models.strictness import Incoming, Outgoing, combination


class UpdateAutoRecordBody(Incoming):
    """Table 7-3; switched on, it needs a rule."""

    mode: RecordMode
    record_rule_id: str = ""

    @model_validator(mode="after")
    def _on_needs_a_rule(self) -> Self:
        if self.mode == "AUTO_INDIVIDUAL_RECORD" and not self.record_rule_id:
            raise combination("AUTO_INDIVIDUAL_RECORD needs a record_rule_id")
        return self


class AutoRecordAnswer(Outgoing):
    """Tables 7-5 and 7-16."""

    app_id: str
    auto_record_mode: AppAutoRecordMode
