"""Reading query parameters: from the text of a URL to typed, checked values.

The models of ``queries.py`` are made of the types here. Integers, dates and comma lists are read
strictly; what a parameter may not be is refused with its name.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from conformance.reference.statistics.refusals import invalid, missing
from conformance.reference.statistics.windows import parse_date, parse_instant

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

INT32_MAX = 2**31 - 1
DEFAULT_LIMIT = 10
"""Stated for 13.13 (table 13-86); 13.1 and 13.2 state none and take the same."""

_INTEGER = re.compile(r"-?\d{1,10}", re.ASCII)


def parse_integer(text: object) -> int:
    """Read a decimal integer and nothing else; raises ValueError."""
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise ValueError("expected an integer")
    return int(text)


def split_list(text: object) -> tuple[str, ...]:
    """Read a comma list without empty elements (array parameters, 13.8); raises ValueError."""
    elements = tuple(text.split(",")) if isinstance(text, str) else ()
    if not all(elements) or not elements:
        raise ValueError("expected values separated by commas")
    return elements


COMMA_LIST = BeforeValidator(split_list)
Instant = Annotated[
    int,
    BeforeValidator(parse_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[
    int, BeforeValidator(parse_date), WithJsonSchema({"type": "string", "format": "date"})
]
Integer = Annotated[
    int, BeforeValidator(parse_integer), Field(json_schema_extra={"format": "int32"})
]
Limit = Annotated[Integer, Field(ge=1, le=INT32_MAX)]
Offset = Annotated[Integer, Field(ge=0, le=INT32_MAX)]
Names = Annotated[tuple[str, ...], COMMA_LIST]


class Query(BaseModel):
    """The query parameters of one operation; parameters that its table does not have are ignored.

    The name of the parameter that carries the application differs: see ``application``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    @property
    @abstractmethod
    def application(self) -> str:
        """The application that is asked about."""


QueryT = TypeVar("QueryT", bound=Query)


def read(model: type[QueryT], sent: QueryParams) -> QueryT:
    """Read the parameters of an operation; raises Refusal for the first that is wrong.

    A required parameter with an empty value counts as not present. A parameter that is sent twice
    is refused, since the document gives each one value (arrays are comma lists).
    """
    values: dict[str, str] = {}
    for name, value in sent.multi_items():
        known = model.model_fields.get(name)
        if known is None or (known.is_required() and not value):
            continue
        if name in values:
            raise invalid(name, "it is given more than once")
        values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    for problem in problems:
        if problem["type"] == "missing":
            raise missing(str(problem["loc"][0]))
    raise invalid(str(problems[0]["loc"][0]), "the value is not one that the parameter can have")
