"""Every operation with what it takes and answers: from the reference's tables and models.

The statuses of refusal are those of the tables at the end of each section of chapters 5 to 13.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from conformance.faults.derived.constraint_overrides import complete, undocumented
from conformance.faults.derived.fields import Place, Schema, places
from conformance.reference import app as reference
from conformance.reference.models import applications, obs, record_rules
from conformance.reference.models.auto_record import AutoRecordAnswer
from conformance.reference.models.callbacks import RecordCallbackAnswer
from conformance.reference.models.identity import CreateTokenBody, ProjectList, TokenAnswer
from conformance.reference.models.individual_jobs import IndividualJobAnswer
from conformance.reference.models.mix_jobs import MixJobAnswer
from conformance.reference.statistics import operations as statistics

_ANSWERS: Mapping[str, type[BaseModel]] = {
    "CreateApp": applications.AppId,
    "ListApps": applications.AppList,
    "ShowApp": applications.App,
    "StartApp": applications.AppStateAnswer,
    "StopApp": applications.AppStateAnswer,
    "CreateRecordRule": record_rules.RecordRule,
    "ListRecordRules": record_rules.RecordRuleList,
    "ShowRecordRule": record_rules.RecordRule,
    "UpdateRecordRule": record_rules.RecordRule,
    "UpdateAutoRecord": AutoRecordAnswer,
    "ShowAutoRecord": AutoRecordAnswer,
    "UpdateRecordCallback": RecordCallbackAnswer,
    "ShowRecordCallback": RecordCallbackAnswer,
    "CreateMixJob": MixJobAnswer,
    "ShowMixJob": MixJobAnswer,
    "UpdateMixJob": MixJobAnswer,
    "CreateIndividualStreamJob": IndividualJobAnswer,
    "ShowIndividualStreamJob": IndividualJobAnswer,
    "UpdateIndividualStreamJob": IndividualJobAnswer,
    "ListObsBuckets": obs.ObsBucketList,
    "ListObsBucketObjects": obs.ObsObjectList,
}
_REFUSALS: Mapping[str, tuple[int, ...]] = {
    "CreateApp": (400,),
    "ListApps": (400,),
    "StartApp": (404,),
    "StopApp": (404,),
    "ShowMixJob": (404,),
    "StopMixJob": (404,),
    "ShowIndividualStreamJob": (404,),
    "StopIndividualStreamJob": (404,),
    "RemoveUsers": (400,),
    "ListObsBuckets": (400, 401),
    "ListObsBucketObjects": (401, 404),
    "UpdateObsBucketAuthority": (400, 401),
}
_NO_ID_WHEN_REFUSED = frozenset(
    {
        "ListRtcEvent",
        "ListRtcAbnormalEvent",
        "ListRtcAbnormalEvents",
        "ListRtcAbnormalEventDimension",
    }
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. ``refusals`` are its documented statuses of refusal, without 500.

    ``id_when_refused``: whether its refusals are documented to carry the request id.
    """

    name: str
    method: str
    path: str
    status: int
    body: Schema | None
    query: Schema | None
    answer: Schema | None
    refusals: tuple[int, ...]
    family: str
    id_when_refused: bool = True

    def inputs(self) -> Iterator[tuple[str, Place]]:
        """Every field that it takes, with where: ``query`` or ``body``."""
        for where, schema in (("query", self.query), ("body", self.body)):
            if schema is not None:
                for place in places(schema):
                    yield where, complete(f"{self.name}/{where}/{place.path}", place)

    def shown(self) -> Iterator[Place]:
        """Every field that its answer of success has."""
        if self.answer is not None:
            for place in places(self.answer):
                where = f"{self.name}/{self.status}/{place.path}"
                if not undocumented(where):
                    yield complete(where, place)

    @property
    def in_path(self) -> tuple[str, ...]:
        """Names of the values in its path."""
        parts = self.path.split("/")
        return tuple(part[1:-1] for part in parts if part.startswith("{"))


def _managed() -> Iterator[Endpoint]:
    for one in reference.OPERATIONS:
        answer = _ANSWERS.get(one.name)
        yield Endpoint(
            one.name,
            one.method,
            one.path,
            one.status,
            _schema(one.body),
            _schema(one.query),
            answer.model_json_schema(mode="serialization") if answer is not None else None,
            _REFUSALS.get(one.name, (400, 404)),
            "rtc",
        )


def _measured() -> Iterator[Endpoint]:
    for one in statistics.OPERATIONS:
        yield Endpoint(
            one.name,
            "GET",
            one.path,
            200,
            None,
            _schema(one.query),
            TypeAdapter(one.answer).json_schema(),
            (400,),
            "data",
            one.name in _NO_ID_WHEN_REFUSED,
        )


def _identity() -> Iterator[Endpoint]:
    token = _schema(TokenAnswer)
    yield Endpoint(
        "CreateToken",
        "POST",
        "/v3/auth/tokens",
        201,
        _schema(CreateTokenBody),
        None,
        token,
        (),
        "iam",
    )
    listed = ProjectList.model_json_schema(mode="serialization")
    yield Endpoint("ListProjects", "GET", "/v3/projects", 200, None, None, listed, (), "iam")


def _schema(model: type[BaseModel] | None) -> dict[str, Any] | None:
    return None if model is None else model.model_json_schema()


ENDPOINTS: Mapping[str, Endpoint] = {
    one.name: one for part in (_managed(), _measured(), _identity()) for one in part
}
"""Every operation of chapters 5 to 13 and of the identity service, by name."""
