"""The Python client of openapi-generator, as a driver: ``… FOLDER PACKAGE``."""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import os
import pkgutil
import re
import sys
from typing import Any

sys.path.insert(0, sys.argv[1])
made = importlib.import_module(sys.argv[2])
exceptions = importlib.import_module(f"{sys.argv[2]}.exceptions")
configuration = made.Configuration(
    host=os.environ["SPARKRTC_BASE_URL"], api_key={"token": os.environ["SPARKRTC_TOKEN"]}
)
client = made.ApiClient(configuration)
# The document asks for it of requests without a body too; OpenAPI has no place for it.
client.set_default_header("Content-Type", "application/json")
apis = importlib.import_module(f"{sys.argv[2]}.api")
classes = [
    member
    for found in pkgutil.iter_modules(apis.__path__)
    for name, member in vars(importlib.import_module(f"{apis.__name__}.{found.name}")).items()
    if inspect.isclass(member) and name.endswith("Api")
]


def snake(name: str) -> str:
    """The name that the generator gives."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def call(operation: str, arguments: dict[str, Any]) -> Any:
    """One operation through its own method; raises LookupError where there is none."""
    method = next(
        (getattr(c(client), snake(operation)) for c in classes if hasattr(c, snake(operation))),
        None,
    )
    if method is None:
        raise LookupError(operation)
    given = {**arguments["path"], **(arguments["query"] or {})}
    accepted = [
        name
        for name in inspect.signature(method).parameters
        if not name.startswith("_") or name.strip("_") in given
    ]
    keywords = {name: given[name] for name in accepted if name in given}
    if arguments["body"] is not None:
        (body,) = [name for name in accepted if name.endswith(("_req", "_request"))]
        keywords[body] = arguments["body"]
    return method(**keywords)


def plain(value: Any) -> Any:
    """An answer under the names of the wire."""
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.value if isinstance(value, enum.Enum) else value


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """What the client understood of one call."""
    try:
        return {"understood": plain(call(asked["op"], asked["arguments"]))}
    except LookupError:
        return {"unsupported": True}
    except exceptions.ApiException as error:
        try:
            code = json.loads(error.body or "")["error_code"]
        except (ValueError, TypeError, KeyError):
            code = None
        return {"error": {"status": error.status, "error_code": code}}
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    asked = json.loads(line)
    sys.stdout.write(json.dumps({"id": asked["id"], **reply(asked)}, default=str) + "\n")
    sys.stdout.flush()
