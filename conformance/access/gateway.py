"""The path of every request of a run: flow control, transport, retries.

Flow control (table 1-2) and throttled answers are waited out only at targets that have it; the 429
of an emulator is an answer to be judged.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from conformance.access.retry import Patience, Retry
from conformance.access.settings import TargetSettings
from conformance.access.transport import Sent, TargetClient
from conformance.model.exchange import Request

if TYPE_CHECKING:
    from conformance.access.flow import FlowGate, FlowLimits

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Gateway:
    """Sends through ``client``, with the flow control and the retries that the target needs.

    ``store`` is a file that all processes of a run share for their slots in flow groups.
    """

    def __init__(
        self,
        settings: TargetSettings,
        client: TargetClient,
        limits: FlowLimits,
        store: Path | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._client = client
        self._retry = retry or Retry()
        self._limits = limits
        self._gate: FlowGate | None = None
        self.patience: Counter[str] = Counter()
        if settings.has_flow_control:
            from conformance.access.flow import FlowGate, memory_buckets, sqlite_buckets

            buckets = memory_buckets if store is None else sqlite_buckets(store)
            self._gate = FlowGate(limits, buckets, scale=settings.limits.scale)

    def send(self, request: Request, auth: httpx.Auth | None, group: str) -> Sent:
        """Send one request when its group allows. Raises what the client raises."""
        gate = self._gate
        if gate is None or group not in self._limits:
            return self._client.send(request, auth)

        def once() -> Sent:
            gate.acquire(group)
            return self._client.send(request, auth)

        sent, patience = self._retry.send(
            once,
            idempotent=request.method in _REPEATABLE,
            hold=lambda seconds: gate.hold(group, seconds),
        )
        self._count(patience)
        return sent

    def close(self) -> None:
        """Close connections and files."""
        self._client.close()
        if self._gate is not None:
            self._gate.close()

    def _count(self, patience: Patience) -> None:
        self.patience["throttled"] += patience.throttled
        self.patience["network"] += patience.network
