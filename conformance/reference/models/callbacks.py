"""Chapter 8: the callback for recording events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from conformance.reference.models.applications import AppCallbackUrl
from conformance.reference.models.strictness import Incoming, Outgoing


class UpdateRecordCallbackBody(Incoming):
    """Table 8-3."""

    url: Annotated[str, Field(pattern=r"^https?://.")]
    auth_key: str = ""


class RecordCallbackAnswer(Outgoing):
    """Tables 8-5 and 8-16."""

    app_id: str
    record_callback: AppCallbackUrl
