"""How requests and answers are modelled: strict types, no nulls, unknown fields let through."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

INT32_MAX = 2**31 - 1
TIMESTAMP = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$"

Text = Annotated[str, Field(min_length=1)]
"""A string that names something, so the empty one is no value."""
Timestamp = Annotated[str, Field(pattern=TIMESTAMP)]


class Incoming(BaseModel):
    """A request body, or an object in one. No field of the document may be null.

    ``literal_codes`` says which code an unlisted value of an enumeration has when it is not
    InvalidParameterValue: dotted field path to code.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")
    literal_codes: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            for name, field in cls.model_fields.items():
                if name in data and data[name] is None:
                    kind = "missing_null" if field.is_required() else "null"
                    raise PydanticCustomError(kind, "{name} is null", {"name": name})
        return data


class Outgoing(BaseModel):
    """An answer, or an object in one; a field that is None is left out."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def combination(problem: str) -> PydanticCustomError:
    """Make the error of fields that do not go together (RTC.00001004)."""
    return PydanticCustomError("combination", "{problem}", {"problem": problem})


_WHOLE = re.compile(r"-?[0-9]{1,19}")


def _whole_number(value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return int(value)


QueryInteger = Annotated[int, BeforeValidator(_whole_number)]
"""An integer of a query string: digits with an optional minus sign, nothing else."""
