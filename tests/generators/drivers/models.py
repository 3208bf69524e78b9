"""Models of datamodel-code-generator over httpx, a driver: ``… FOLDER MODULE OPERATIONS``."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, sys.argv[1])
models = importlib.import_module(sys.argv[2])
operations = json.loads(Path(sys.argv[3]).read_text("utf-8"))
http = httpx.Client(
    base_url=os.environ["SPARKRTC_BASE_URL"],
    headers={
        "X-Auth-Token": os.environ["SPARKRTC_TOKEN"],
        # The document asks for it of requests without a body too.
        "Content-Type": "application/json",
    },
)


def sent(name: str | None, body: Any) -> str | None:
    """A body, through its model."""
    if body is None or name is None:
        return None
    model = getattr(models, name).model_validate(body)
    return str(model.model_dump_json(by_alias=True, exclude_unset=True))


def understood(name: str | None, answer: httpx.Response) -> Any:
    """What its model makes of an answer."""
    if name is None or not answer.content:
        return None
    model = getattr(models, name).model_validate_json(answer.content)
    return json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))


def code_of(answer: httpx.Response) -> str | None:
    """The code of an error, None for a body that is none of the service's."""
    try:
        return str(models.Error.model_validate_json(answer.content).error_code)
    except ValueError:
        return None


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """One call and what came of it."""
    operation, given = operations[asked["op"]], asked["arguments"]
    query = {
        name: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in (given["query"] or {}).items()
    }
    path = operation["path"].format(**given["path"])
    try:
        body = sent(operation["body"], given["body"])
        answer = http.request(operation["method"], path, params=query, content=body)
        if answer.is_success:
            return {"understood": understood(operation["answer"], answer)}
        return {"error": {"status": answer.status_code, "error_code": code_of(answer)}}
    except (httpx.HTTPError, ValueError) as error:
        return {"failure": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    asked = json.loads(line)
    sys.stdout.write(json.dumps({"id": asked["id"], **reply(asked)}) + "\n")
    sys.stdout.flush()
