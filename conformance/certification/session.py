"""The server for certifying clients: the reference behind a recorder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from conformance.certification.childprocess import environment
from conformance.certification.drafted import drafted
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.judges.credentials import Known
from conformance.certification.recording.call import Call, Router
from conformance.certification.recording.recorder import CONTROL_PATH, Recorder
from conformance.certification.recording.unreadable import listening
from conformance.certification.scripted.control import SituationControl
from conformance.contract.document import Contract
from conformance.model.requirement import Requirement
from conformance.reference.app import create_app
from conformance.reference.flow import FlowControl
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement


class RecordingServer:
    """The reference on a loopback port, with every request to it kept in order."""

    def __init__(self, contract: Contract, *, flow_control: bool = False, seed: int = 0) -> None:
        flow = FlowControl() if flow_control else None
        self._contract = contract
        self._world = seeded_world(seed, flow=flow)
        self.control = SituationControl(contract)
        self.recorder = Recorder(
            drafted(create_app(self._world), contract),
            Router(contract),
            choose=self.control.choose,
            mean=self.control.meant_by,
            control=self.control,
        )
        self._server = ReferenceServer(
            self.recorder, protocol=listening(self.recorder.unreadable, self.recorder.reset)
        )
        self.started = dt.datetime.now(dt.UTC)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self._server.base_url

    @property
    def announced(self) -> Mapping[str, Any]:
        """Address and credentials, as ``serve`` announces them."""
        return announcement(self._world, self.base_url)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for a client's command."""
        return environment(self.announced, f"{self.base_url}{CONTROL_PATH}")

    @property
    def calls(self) -> Sequence[Call]:
        """Every request so far."""
        return self.recorder.calls

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that no report may show."""
        owners = self._world.identities
        return tuple(s for i in owners for s in (i.token, i.sk, i.ak, i.password))

    def judge(self, flow_scale: float = 1.0, extra: Iterable[Requirement] = ()) -> Judge:
        """A judge with the known credentials; ``extra`` requirements are judged elsewhere."""
        known = Known.of(self._world.identities)
        return Judge(self._contract, known, flow_scale, extra)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
