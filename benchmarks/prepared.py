"""The contract as a tool gets it that only sends what its examples say: with names that exist."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from conformance.contract.files import read_yaml, spec_folder

if TYPE_CHECKING:
    from served import Served

_SIGNING = frozenset({"Authorization", "X-Sdk-Date", "X-Project-Id"})
_DESTRUCTIVE = frozenset({"StartApp", "StopApp", "DeleteApp"})
_IN_ROOMS = ("ListRtcClientQosDetails", "RemoveUsers", "RemoveRoom")
_BUCKET = {"bucket": "rtc-records", "location": "cn-north-4"}


@dataclass(frozen=True, slots=True)
class Existing:
    """What a tool may name: by parameter, and by operation where the thing is lost to it."""

    common: Mapping[str, str]
    of_operation: Mapping[str, Mapping[str, str]]
    token_request: Mapping[str, Any]

    def value(self, operation: str, name: str) -> str | None:
        """What stands for a parameter of an operation; None where nothing is known."""
        return self.of_operation.get(operation, {}).get(name, self.common.get(name))


def document() -> dict[str, Any]:
    """The contract as data."""
    return dict(read_yaml(spec_folder() / "openapi.yaml"))


def furnish(server: Served) -> Existing:
    """Create a rule and jobs past any fault, and some to spare for what deletes them."""
    return asyncio.run(_furnish(server))


async def _furnish(server: Served) -> Existing:
    announced, paths = server.announced, document()["paths"]
    app_id, project = announced["fixtures"]["app_id"], announced["project_id"]
    headers = {"X-Auth-Token": announced["token"]}
    transport = httpx.ASGITransport(server.clean)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://reference", headers=headers
    ) as client:

        async def create(path: str, key: str, app_id: str = app_id, **values: Any) -> str:
            content = paths[f"/v2/apps/{{app_id}}/{path}"]["post"]["requestBody"]["content"]
            body = next(iter(content["application/json"]["examples"].values()))["value"]
            known = {**_BUCKET, "project_id": project, **values}
            answer = await client.post(f"/v2/apps/{app_id}/{path}", json=_known(body, known))
            return str(answer.json()[key])

        apps = (await client.get("/v2/apps")).json()["apps"]
        spare_app = next(app["app_id"] for app in apps if app["app_id"] != app_id)
        rooms = (
            await client.get(f"/v1/{project}/rtc/rooms", params={"app": app_id, "state": "RUNNING"})
        ).json()
        rule = await create("record-rules", "rule_id")
        # In another application, since a rule for the same place would replace the first (6.1).
        third = (await client.post("/v2/apps", json={"app_name": "spare-rule"})).json()["app_id"]
        spare_rule = await create("record-rules", "rule_id", third)
        jobs: dict[str, list[str]] = {}
        for path in ("mix-stream-jobs", "individual-stream-jobs"):
            jobs[path] = [
                await create(path, "job_id", record_rule_id=rule, room_id=room)
                for room in ("room001", "room002")
            ]
    mixed, individual = jobs["mix-stream-jobs"], jobs["individual-stream-jobs"]
    return Existing(
        {
            "project_id": project,
            "app_id": app_id,
            "app": app_id,
            "rule_id": rule,
            "record_rule_id": rule,
            **_times(),
            **_BUCKET,
        },
        {
            **{name: {"app_id": spare_app} for name in _DESTRUCTIVE},
            "DeleteRecordRule": {"app_id": third, "rule_id": spare_rule},
            "ShowMixJob": {"job_id": mixed[0]},
            "UpdateMixJob": {"job_id": mixed[0]},
            "StopMixJob": {"job_id": mixed[1]},
            "ShowIndividualStreamJob": {"job_id": individual[0]},
            "UpdateIndividualStreamJob": {"job_id": individual[0]},
            "StopIndividualStreamJob": {"job_id": individual[1]},
            **{name: {"room_id": rooms["room_info_list"][0]["room_id"]} for name in _IN_ROOMS},
        },
        {
            "auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": announced["username"],
                            "password": announced["password"],
                            "domain": {"name": announced["domain"]},
                        }
                    },
                },
                "scope": {"project": {"name": announced["project_name"]}},
            }
        },
    )


def _times() -> dict[str, str]:
    """A window of today that every operation of chapter 13 takes."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return {
        "start_time": f"{today}T00:00:00Z",
        "end_time": f"{today}T00:30:00Z",
        "time": f"{today}T00:00:00Z",
        "start_date": today,
        "end_date": today,
    }


def prepared(existing: Existing, *, as_enum: bool) -> dict[str, Any]:
    """The contract with examples that exist, without signatures, success only.

    ``as_enum`` says the same as the only value that a schema allows, for a tool that makes up
    values in spite of examples. Refusals are left out: nothing tells such a tool how to provoke
    them, and each would be one more false alarm.
    """
    whole = document()
    for operation, members in _operations(whole):
        parameters = [_inline(whole, one) for one in members.get("parameters", ())]
        members["parameters"] = [
            _named(existing, operation, one, as_enum=as_enum)
            for one in parameters
            if one["name"] not in _SIGNING and not (as_enum and one["in"] == "header")
        ]
        members["responses"] = {
            status: answer for status, answer in members["responses"].items() if status < "300"
        }
        members.pop("security", None)
        for media in members.get("requestBody", {}).get("content", {}).values():
            media["examples"] = {
                name: {**one, "value": _known(one["value"], existing.common)}
                for name, one in media.get("examples", {}).items()
            }
            if operation == "CreateToken":
                media["examples"] = {"given": {"value": existing.token_request}}
    if as_enum:
        whole["paths"] = {p: one for p, one in whole["paths"].items() if not p.startswith("/v3")}
    del whole["components"]["securitySchemes"]["aksk"]
    whole["security"] = [{"token": []}]
    return whole


def _operations(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in whole["paths"].values():
        for members in item.values():
            yield members["operationId"], members


def _inline(whole: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    name = parameter["$ref"].rpartition("/")[2]
    return copy.deepcopy(whole["components"]["parameters"][name])


def _named(
    existing: Existing, operation: str, parameter: dict[str, Any], *, as_enum: bool
) -> dict[str, Any]:
    """The parameter with a value that exists; an optional one without example is not sent."""
    value = existing.value(operation, parameter["name"])
    if value is None and not parameter.get("required") and "x-resource" not in parameter:
        return {key: one for key, one in parameter.items() if key != "example"}
    if value is None:
        return parameter
    if as_enum:
        plain = {key: one for key, one in parameter.items() if key != "example"}
        return {**plain, "schema": {"type": "string", "enum": [value]}}
    return {**parameter, "example": value}


def _known(value: Any, known: Mapping[str, Any]) -> Any:
    """The same value with every name in it that must exist replaced by one that does."""
    if isinstance(value, list):
        return [_known(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: known[key] if key in known and isinstance(one, str) else _known(one, known)
        for key, one in value.items()
    }
