"""The statistics of two seeded applications, asked through their routes at a fixed moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from conformance.reference.statistics import StatisticsData, routes
from conformance.reference.statistics.sessions import AppRecords

NOW = datetime(2023, 11, 28, 10, 17, 23, tzinfo=UTC)
PROJECT = "project-1"
APPS = ("app-1", "app-2")


class Asker:
    """Asks the operations of chapter 13, as an authenticated caller of one project."""

    def __init__(self, data: StatisticsData) -> None:
        self.data = data
        self.now = NOW
        self.project = PROJECT
        self.apps = {*APPS, "app-without-data"}
        self._app = Starlette(routes=routes(data))

    async def _gate(self, scope: Any, receive: Any, send: Any) -> None:
        state = {
            "request_id": "r",
            "project_id": self.project,
            "now": self.now,
            "has_app": self.apps.__contains__,
        }
        await self._app({**scope, "state": state}, receive, send)

    def get(
        self, path: str, params: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a query; a path without a leading slash is one of the project."""
        url = path if path.startswith("/") else f"/v1/{PROJECT}/rtc/{path}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._gate)
            async with httpx.AsyncClient(transport=transport, base_url="http://ref") as client:
                return await client.get(url, params=params, headers=headers)

        return asyncio.run(send())

    def ok(self, path: str, **params: object) -> Any:
        """Send a query that must be answered; its body."""
        response = self.get(path, params)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, path: str, **params: object) -> tuple[str, str]:
        """Send a query that must be refused; its error code and message."""
        response = self.get(path, params)
        assert response.status_code == 400, response.text
        body = response.json()
        return body["error_code"], body["error_msg"]

    def ago(self, **past: float) -> str:
        """A moment before now, as a parameter."""
        return f"{self.now - timedelta(**past):%Y-%m-%dT%H:%M:%SZ}"

    def day(self, ago: int) -> str:
        """A day before today, as a parameter."""
        return f"{self.now - timedelta(days=ago):%Y-%m-%d}"


@cache
def _past(seed: int) -> StatisticsData:
    return StatisticsData.seeded(seed, NOW, APPS)


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Asker:
    """An asker over a past of its own; parametrized, over one of that seed."""
    past = _past(getattr(request, "param", 0))
    copies = {app: AppRecords(app, past.app(app).sessions, past.app(app).events) for app in APPS}
    return Asker(StatisticsData(copies))
