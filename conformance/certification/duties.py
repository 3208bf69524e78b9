"""Requirements on every request of a client, whatever it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model.requirement import Level


@dataclass(frozen=True, slots=True)
class Duty:
    """One statement that holds for every request: name below ``client/common``, level, text."""

    name: str
    level: Level
    section: str
    text: str
    erratum: str | None = None


DUTIES: tuple[Duty, ...] = (
    Duty("path/known", Level.MUST, "3.1", "Every request goes to a documented path."),
    Duty("method/known", Level.MUST, "3.1", "A path is asked with a documented method."),
    Duty(
        "request/readable",
        Level.MUST,
        "3.1",
        "A request is well-formed HTTP, its address percent-encoded: no space, nothing but ASCII.",
    ),
    Duty("body/utf-8", Level.MUST, "3.1", "A body is UTF-8 text."),
    Duty("body/json", Level.MUST, "3.1", "A body is well-formed JSON."),
    Duty("body/object", Level.MUST, "3.1", "A body is a JSON object."),
    Duty("body/keys", Level.SHOULD, "3.1", "An object of a body names no key twice."),
    Duty("credentials/present", Level.MUST, "3.2", "A request carries a token or a signature."),
    Duty("credentials/token", Level.MUST, "3.2", "A token is one that was issued and is valid."),
    Duty(
        "credentials/authorization",
        Level.MUST,
        "3.2",
        "An Authorization header is a signature of the algorithm SDK-HMAC-SHA256.",
    ),
    Duty("credentials/access-key", Level.MUST, "3.2", "The access key of a signature exists."),
    Duty(
        "credentials/date",
        Level.MUST,
        "3.2",
        "A signed request says in X-Sdk-Date when it was signed, within 15 minutes.",
    ),
    Duty(
        "credentials/signature",
        Level.MUST,
        "3.2",
        "A signature covers exactly the request that is sent.",
    ),
    Duty("credentials/project", Level.MUST, "3.2", "The project that is named is the caller's."),
    Duty(
        "credentials/kind",
        Level.SHOULD,
        "12.1",
        "Operations that document only a token are sent a token.",
        "E-12-aksk",
    ),
    Duty(
        "credentials/cached",
        Level.SHOULD,
        "3.2",
        "A token is kept while it is valid, and not fetched anew for every call.",
    ),
    Duty(
        "credentials/renewed",
        Level.SHOULD,
        "14.1",
        "A token that was answered 401 is not used again.",
    ),
    Duty("credentials/private", Level.MUST, "3.2", "No credential stands in an address."),
    Duty(
        "resources/made", Level.SHOULD, "14.1", "What a request names was made, or listed, before."
    ),
    Duty("resources/kept", Level.SHOULD, "14.1", "What a request names was not deleted before."),
    Duty(
        "resources/usable",
        Level.SHOULD,
        "14.2",
        "A job that is over is not changed, and a disabled application starts none.",
    ),
    Duty(
        "repeats/refused",
        Level.MUST,
        "14.1",
        "A request that was refused is changed before it is sent again.",
    ),
    Duty(
        "repeats/create",
        Level.SHOULD,
        "14.1",
        "What creates is not repeated unchanged after a server error or without an answer: it"
        " may have been created.",
    ),
    Duty(
        "flow/retry-after",
        Level.MUST,
        "1.4",
        "After 429, its group is left alone for as long as Retry-After says.",
    ),
)
