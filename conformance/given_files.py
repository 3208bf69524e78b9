"""Files that a user names: read whole, and never for ever.

A named pipe that nobody writes to, a device without end and a file that fits no memory are errors
like a file that is not there. All of them are OSError, so that whoever reads says it in his words.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import select
import stat
from pathlib import Path
from typing import Any, NoReturn

MOST = 128 * 2**20
"""Octets of the largest file that is read; reports of the longest runs have 10 MB."""
PATIENCE = 5.0
"""Seconds until the first octet of a pipe has to be there."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def given_bytes(path: Path) -> bytes:
    """The content of a file or pipe. Raises OSError when it is neither, or larger than ``MOST``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError:  # NUL, or letters that no name of a file has
        raise OSError(errno.EINVAL, "this is no name of a file") from None
    with os.fdopen(descriptor, "rb") as file:
        _must_be_readable(descriptor)
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise OSError(errno.EFBIG, f"it is larger than {MOST >> 20} MB")
    return content


def given_text(path: Path, encoding: str = "utf-8") -> str:
    """The same as text, its lines ended as Python ends them. Raises UnicodeDecodeError as well."""
    text = given_bytes(path).decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def given_json(path: Path, encoding: str = "utf-8") -> Any:
    """The JSON value in a file. Raises OSError, or ValueError saying what is wrong with it.

    Numbers that are none or that no float holds, and texts that have no UTF-8, are no JSON here:
    whoever writes them on would write what nobody can read.
    """
    text = given_text(path, encoding)
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if is_half_spelled(text, value):
        raise ValueError("a text in it has half of a surrogate pair")
    return value


def is_half_spelled(text: str, value: Any) -> bool:
    """Whether an escape in a text stands for half a letter in its value, which has no UTF-8."""
    if not _HALF.search(text):
        return False
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False


def _must_be_readable(descriptor: int) -> None:
    """Raise OSError for what is no file, and for a pipe into which nothing comes."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISFIFO(mode):
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            raise OSError(errno.ETIMEDOUT, f"nothing came out of this pipe for {PATIENCE:g} s")
        os.set_blocking(descriptor, True)
    elif not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no file")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
