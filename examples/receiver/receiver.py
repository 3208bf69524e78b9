"""A receiver of record events (section 14.6 of the SparkRTC API reference), in Flask.

    pip install flask
    CALLBACK_KEY=secret flask --app receiver run --port 8000

It takes what the document describes and passes over what it does not, answers at once, and keeps
each file once however often it is told.
"""

from __future__ import annotations

import hmac
import os
from typing import Any

from flask import Flask, Response, request

HEADER = os.environ.get("CALLBACK_KEY_HEADER", "Authorization")
KEY = os.environ.get("CALLBACK_KEY", "")
MOST_BYTES = 256 * 1024
OVER = {"CLOUD_RECORD_SERVER_OVER", "CLOUD_RECORD_OVER"}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
files: dict[str, dict[str, Any]] = {}
finished: set[str] = set()


@app.post("/events")
def take() -> Response:
    """Take one event; 401 without the key, 400 for what is no event."""
    sent = request.headers.get(HEADER, "").encode()
    if KEY and not hmac.compare_digest(sent, KEY.encode()):
        return Response(status=401)
    event = request.get_json(force=True, silent=True)
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        return Response(status=400)
    kind = event["event_type"]
    if kind == "RECORD_FILE_COMPLETE":
        files[str(event.get("obs_object"))] = event
    elif kind in OVER:
        finished.add(str(event.get("job_id")))
    return Response(status=204)


@app.get("/files")
def show() -> list[dict[str, Any]]:
    """The files that are complete."""
    return list(files.values())
