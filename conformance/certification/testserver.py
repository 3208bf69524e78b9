"""The object behind the fixture ``sparkrtc_server``."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.certification.client_ledger import violation_lines
from conformance.certification.recording.call import Call
from conformance.certification.session import RecordingServer


class TestServer:
    """Address and credentials of a reference server, and judgements of its requests."""

    __test__ = False

    def __init__(self, recording: RecordingServer) -> None:
        self._recording = recording
        announced = recording.announced
        self.base_url: str = announced["base_url"]
        self.identity_url: str = announced["identity_url"]
        self.project_id: str = announced["project_id"]
        self.token: str = announced["token"]
        self.ak: str = announced["ak"]
        self.sk: str = announced["sk"]
        self.app_id: str = announced["fixtures"]["app_id"]

    @property
    def environment(self) -> dict[str, str]:
        """The same as environment variables, for a client in another process."""
        return self._recording.environment

    @property
    def calls(self) -> Sequence[Call]:
        """Every request so far."""
        return self._recording.calls

    def situation(self, operation: str, name: str, times: int = 1) -> None:
        """Replace the next answers of an operation; KeyError for an unknown one."""
        found = next((o for o in self._recording.control.operations if o.id == operation), None)
        if found is None:
            raise KeyError(operation)
        self._recording.control.plan(found, name, times)

    def meant_to_fail(self, operation: str, name: str, times: int = 1) -> None:
        """Expect the next calls of an operation to fail, for a test of that name.

        Calls that do fail are not judged. KeyError for an unknown operation.
        """
        found = next((o for o in self._recording.control.operations if o.id == operation), None)
        if found is None:
            raise KeyError(operation)
        self._recording.control.mean(found, name, times)

    def violations(self, *, strict: bool = False) -> list[str]:
        """The requirements that the requests break, a line each; with ``strict``, SHOULD too."""
        return violation_lines(self._recording.judge().judge(self.calls), strict=strict)
