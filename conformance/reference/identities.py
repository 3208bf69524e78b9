"""Who may call: one record per user, with everything that user can authenticate with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """A user of one account (domain) working in one project (sections 3.1, 3.2, 14.3, 14.4)."""

    domain: str
    domain_id: str
    user: str
    user_id: str
    password: str
    project: str
    project_id: str
    ak: str
    sk: str
    token: str

    @property
    def expired_token(self) -> str:
        """A token that this user had long ago."""
        return self.token[::-1]
