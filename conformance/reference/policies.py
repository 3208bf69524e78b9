"""What the document leaves to the service, or states as a number, in one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.models.applications import RecordEvent

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Policies:
    """Limits and habits of the reference; replace a field to make a service that differs."""

    max_apps: int = 20
    """Applications of one account (section 14.2, RTC.00001017)."""
    max_open_jobs: int = 100
    """Unfinished jobs of one application, of each kind (RTC.00001007; no number documented)."""
    unique_app_names: bool = True
    """Section 5.1: no two applications of a tenant share a name."""
    init_seconds: float = 0.2
    """How long a job stays INIT."""
    token_seconds: float = DAY
    """Section 3.2: a token is valid for 24 hours."""
    signature_skew_seconds: float = 15 * 60
    """How far ``X-Sdk-Date`` may be from now (API signing guide)."""
    subscription: tuple[RecordEvent, ...] = (
        "RECORD_NEW_FILE_START",
        "RECORD_FILE_COMPLETE",
        "CLOUD_RECORD_OVER",
    )
    """Events that a callback is subscribed to, as the example of section 4.1 answers."""
    signed_everywhere: bool = True
    """Section 3.2: whether signatures serve where tables list a token alone (12, 13.13, 13.14)."""
    project_header_needed: bool = True
    """Section 5.2, table 5-10: a signed request names its project in X-Project-Id."""
    unreachable_hosts: tuple[str, ...] = (".invalid",)
    """Host name endings that a callback cannot reach (RTC.00001018); RFC 2606 reserves this one."""
