"""Writes one English sentence for each derived requirement."""

from __future__ import annotations

from typing import Any

from conformance.contract.fields import Field

_FIXED = {
    "body/json/malformed": "A body that is not JSON is refused.",
    "body/json/object": "A body that is JSON but no object is refused.",
    "auth/no-credentials": "A request without credentials is refused.",
    "auth/wrong-token": "A request with a token that was never issued is refused.",
    "auth/malformed-token": "A request with text in place of a token is refused.",
    "answer/status/documented": "Every answer has a status that the document lists.",
}
_STATUS_TAILS = {
    "status/answered": "A valid request is answered with status {status}.",
    "header/content-type/json": "An answer {status} is declared as application/json.",
    "body/json": "The body of an answer {status} is JSON text in UTF-8.",
    "body/empty": "An answer {status} has no body.",
    "body/nulls": "An answer {status} leaves out what it has nothing to say of, instead of null.",
    "body/undeclared": "An answer {status} carries no field that the document does not name.",
}


def wording(
    keyword: str, place: str, field: Field | None, preferred: str | None, tail: str = ""
) -> str:
    """The sentence for one requirement; ``tail`` is its id without the operation."""
    if field is None:
        return _plain(tail)
    where = "parameter" if place in {"query", "path", "header"} else "field"
    subject = f"{where} {field.path}"
    if keyword.endswith("-code"):
        base = keyword.removesuffix("-code")
        return f"The refusal of a request that breaks {base} of {subject} carries {preferred}."
    if place.isdigit():
        return f"In an answer {place}, {_statement(keyword, field, subject)}"
    return f"{_demand(keyword, field, subject)}"


def notification_wording(keyword: str, field: Field) -> str:
    """The sentence for a field of a notification."""
    return f"In a notification, {_statement(keyword, field, f'field {field.path}')}"


def _plain(tail: str) -> str:
    if tail in _FIXED:
        return _FIXED[tail]
    status, _, rest = tail.partition("/")
    if rest.startswith("header/") and rest.endswith("/required"):
        return f"An answer {status} carries the header {rest.split('/')[1]}."
    code, _, keyword = rest.partition("/")
    if keyword == "catalogued":
        return f"The {code} of an answer {status} is one that the document gives to that status."
    return _STATUS_TAILS[rest].format(status=status)


def _statement(keyword: str, field: Field, subject: str) -> str:
    if keyword == "required":
        return f"{subject} is present."
    if keyword == "type":
        return f"{subject} is of type {' or '.join(field.types)}."
    return f"{subject} {limit_of(keyword, field)}."


def _demand(keyword: str, field: Field, subject: str) -> str:
    demands = {
        "required": f"A request without {subject} is refused.",
        "optional": f"A request without {subject} is accepted.",
        "type": f"{subject} takes {' or '.join(field.types) or 'its type'} and nothing else.",
        "null": f"null for {subject} is refused"
        + ("." if field.presence == "required" else ", or read as if the field were absent."),
        "default": f"Without {subject}, {_show(field.schema.get('default'))} is taken.",
        "known": f"{_article(field.resource)} in {subject} that does not exist is refused.",
    }
    if keyword in demands:
        return _capital(demands[keyword])
    limit = limit_of(keyword, field)
    return _capital(f"{subject} {limit}: values within are accepted, others not.")


def limit_of(keyword: str, field: Field) -> str:
    """A constraint keyword as the end of a sentence."""
    schema = field.schema
    value = schema.get(keyword)
    form = schema.get("x-form", schema.get("pattern", schema.get("format")))
    limits = {
        "enum": f"is one of {', '.join(map(_show, schema.get('enum', ())))}",
        "const": f"is {_show(schema.get('const'))}",
        "minimum": f"is at least {value}",
        "maximum": f"is at most {value}",
        "minLength": f"has at least {value} character(s)",
        "maxLength": f"has at most {value} character(s)",
        "minItems": f"has at least {value} item(s)",
        "maxItems": f"has at most {value} item(s)",
        "uniqueItems": "names no item twice",
        "format": f"is written as {form}",
        "range": f"is {' or '.join(_branch(part) for part in schema.get('anyOf', ()))}",
    }
    return limits[keyword]


def _branch(part: dict[str, Any]) -> str:
    if "const" in part:
        return _show(part["const"])
    if "minimum" in part or "maximum" in part:
        return f"{part.get('minimum', '…')} to {part.get('maximum', '…')}"
    if "pattern" in part:
        return f"text like {part['pattern']}"
    return " and ".join(f"{key} {_show(value)}" for key, value in part.items())


def _show(value: object) -> str:
    if value == "":
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _article(noun: str | None) -> str:
    return f"{'An' if str(noun)[0] in 'aeiou' else 'A'} {noun}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
