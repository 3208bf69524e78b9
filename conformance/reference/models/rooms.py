"""Chapter 11: rooms."""

from __future__ import annotations

from conformance.reference.models.strictness import Incoming, Text


class RemoveUsersBody(Incoming):
    """Table 11-3."""

    user_ids: list[Text]
