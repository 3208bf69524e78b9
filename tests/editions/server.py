"""A server that keeps the draft: the reference, with what the draft changes around it.

python server.py [ignores-like | keeps-maximum | sends-removed | lacks-operation]
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any
from urllib.parse import parse_qsl, urlencode

from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

FAULTS = ("ignores-like", "keeps-maximum", "sends-removed", "lacks-operation")
_LIST, _SUMMARY = "/v2/apps", re.compile(r"(/v2/apps/[^/]+)/summary$")
_REFUSED = {"error_code": "RTC.00001003", "error_msg": "InvalidParameterValue"}


class DraftServer:
    """The ASGI application; ``fault`` is what it gets wrong, if anything."""

    def __init__(self, inner: Any, fault: str = "") -> None:
        self._inner = inner
        self._fault = fault

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        path = scope["raw_path"].decode()
        is_read = scope["method"] == "GET"
        summary = _SUMMARY.match(path) if is_read and self._fault != "lacks-operation" else None
        if summary is not None:
            scope = {**scope, "path": summary[1], "raw_path": summary[1].encode()}
        like = ""
        if is_read and path == _LIST:
            scope, like = self._listing(scope)
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        await self._inner(scope, receive, keep)
        start, body = messages[0], b"".join(m.get("body", b"") for m in messages[1:])
        status = start["status"]
        if len(like) > 16 and status == 200:
            status, body = 400, json.dumps(_REFUSED).encode()
        elif status == 200 and body.startswith(b"{"):
            answer = self._changed(json.loads(body), like, of_summary=summary is not None)
            body = json.dumps(answer).encode()
        others = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
        headers = [*others, (b"content-length", str(len(body)).encode())]
        await send({**start, "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _listing(self, scope: Any) -> tuple[Any, str]:
        """The query as the reference understands it, and what the names are to contain."""
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        like = query.pop("like", "") if self._fault != "ignores-like" else ""
        limit = query.get("limit", "")
        if self._fault != "keeps-maximum" and limit.isdecimal() and 100 < int(limit) <= 200:
            query["limit"] = "100"
        return {**scope, "query_string": urlencode(query).encode()}, like

    def _changed(self, answer: Any, like: str, *, of_summary: bool) -> Any:
        if of_summary:
            return {"app_id": answer["app_id"], "rooms": 0}
        for app in [answer, *(answer.get("apps") or ())]:
            if self._fault == "sends-removed" and "scope" in app:
                app["scope"] = "OVERSEA"
        if like:
            answer["apps"] = [app for app in answer["apps"] if like in app["app_name"]]
            answer["count"] = len(answer["apps"])
        return answer


if __name__ == "__main__":
    world = seeded_world(0)
    reference = create_app(world, with_control=True)
    serve(app=DraftServer(reference, *sys.argv[1:2]), world=world)
