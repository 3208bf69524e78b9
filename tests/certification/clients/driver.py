"""A driver for the sweep, made of urllib: right, or wrong in one way (its first argument)."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

import yaml

WRONG = sys.argv[2] if len(sys.argv) > 2 else ""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PATHS = {
    node["operationId"]: (method.upper(), path)
    for path, item in yaml.load(open(sys.argv[1], encoding="utf-8"), LOADER)["paths"].items()  # noqa: S506, SIM115, PTH123
    for method, node in item.items()
    if isinstance(node, dict) and "operationId" in node
}


def call(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make one call; what is understood of its answer."""
    method, path = PATHS[operation]
    for name, value in arguments["path"].items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = {k: ",".join(v) if isinstance(v, list) else v for k, v in arguments["query"].items()}
    body = arguments["body"]
    request = urllib.request.Request(  # noqa: S310
        f"{os.environ['SPARKRTC_BASE_URL']}{path}?{urlencode(query)}".rstrip("?"),
        data=None if body is None else json.dumps(body).encode(),
        headers={"X-Auth-Token": os.environ["SPARKRTC_TOKEN"], "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        text = answer.read()
    return {"understood": json.loads(text) if text else None}


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """The reply to one order."""
    if asked["op"] == WRONG.removeprefix("without-"):
        return {"unsupported": True}
    try:
        said = call(asked["op"], asked["arguments"])
    except urllib.error.HTTPError as error:
        try:
            code = json.loads(error.read()).get("error_code")
        except ValueError:
            code = None
        if WRONG == "deaf":
            return {"understood": {}}
        if WRONG == "retry" and error.code >= 500:
            return reply_again(asked)
        return {"error": {"status": error.code, "error_code": code}}
    except (OSError, ValueError, EOFError) as error:
        return {"failure": str(error)}
    except Exception as error:  # http.client raises more than it documents
        return {"failure": repr(error)}
    if WRONG == "forgetful" and isinstance(said["understood"], dict):
        said["understood"].pop("app_id", None)
    return said


def reply_again(asked: dict[str, Any]) -> dict[str, Any]:
    """Retry once, whatever it was that failed."""
    try:
        return call(asked["op"], asked["arguments"])
    except urllib.error.HTTPError as error:
        return {"error": {"status": error.code, "error_code": None}}


for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps({"id": order["id"], **reply(order)}), flush=True)  # noqa: T201
    if WRONG == "quits":
        break
