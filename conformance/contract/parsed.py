"""Large YAML files, parsed once: what they hold is kept as JSON in the user's cache folder.

Parsing the contract takes longer than judging a whole operation. The cache is keyed by the digest
of the text, so that it can be neither stale nor wrong; whatever goes wrong with it is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

LARGE = 100_000
"""Characters from which on a file is worth a place in the cache."""


def parse_cached(text: str, parse: Callable[[str], Any]) -> Any:
    """What ``parse`` makes of a text, from the cache where it is known."""
    if len(text) < LARGE:
        return parse(text)
    path = cache_folder() / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    with suppress(OSError, ValueError):
        return json.loads(path.read_text("utf-8"))
    value = parse(text)
    with suppress(OSError, ValueError, TypeError):
        kept = json.dumps(value, ensure_ascii=False)
        if json.loads(kept) == value:
            write_in_one_step(path, kept.encode())
    return value


def cache_folder() -> Path:
    """Where this suite keeps what it can make anew."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "sparkrtc-conformance"


def write_in_one_step(path: Path, content: bytes) -> None:
    """Another process sees all of it or nothing. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
