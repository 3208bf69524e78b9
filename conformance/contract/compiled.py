"""The contract as it is after reading, kept between processes: reading it anew takes longer.

What is kept is a pickle in the user's cache folder, named by the digest of every file that it was
made from, the code that made it included: it can be neither stale nor of another version. It is
read only where the folder and the file are the user's own and nobody else may write to them;
whatever goes wrong with it, the contract is read anew.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from conformance.contract.parsed import cache_folder, write_in_one_step

T = TypeVar("T")

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_ROOMS: Final = ("contract", "model")
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_MOST: Final = 12
"""Pickles that are kept: those of this version and its contract, and of a few before."""


def compiled(kind: type[T], sources: Iterable[Path], make: Callable[[], T]) -> T:
    """What ``make`` makes of the sources, from the cache where it is known.

    Raises what ``make`` raises, and OSError where a source cannot be read.
    """
    texts = (source.read_bytes() if source.is_file() else b"" for source in sources)
    store = Store(*(hashlib.sha256(text).hexdigest() for text in texts))
    known = store.read(kind)
    if known is not None:
        return known
    made = make()
    store.write(made)
    return made


class Store:
    """A place for one thing, named by what it was made from and by the code that made it.

    ``facts``: digests and the like. ``rooms``: packages whose code has a part in it.
    """

    def __init__(self, *facts: str, rooms: tuple[str, ...] = _ROOMS) -> None:
        digest = hashlib.sha256(_code(rooms))
        digest.update(repr(facts).encode())
        self._path = cache_folder() / f"{digest.hexdigest()}.pickle"

    def read(self, kind: type[T]) -> T | None:
        """What is kept; None where nothing is, or nothing that can be trusted."""
        with suppress(Exception):  # a pickle may be broken in every way
            if _is_ours(self._path.parent) and _is_ours(self._path):
                kept = pickle.loads(self._path.read_bytes())  # noqa: S301 - ours, see above
                return kept if isinstance(kept, kind) else None
        return None

    def write(self, value: object) -> None:
        """Keep it, if that can be; the oldest of too many go."""
        with suppress(OSError, pickle.PicklingError, TypeError, AttributeError):
            write_in_one_step(self._path, pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
            kept = sorted(self._path.parent.glob("*.pickle"), key=lambda p: p.stat().st_mtime)
            for old in kept[:-_MOST]:
                old.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """Whether nobody but this user can have written it."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return False
    owner = os.getuid() if hasattr(os, "getuid") else found.st_uid
    return found.st_uid == owner and not found.st_mode & _OTHERS_MAY_WRITE


@cache
def _code(rooms: tuple[str, ...]) -> bytes:
    """A digest of the interpreter and of the code whose records are kept."""
    digest = hashlib.sha256(sys.version.encode())
    for room in rooms:
        for source in sorted((_PACKAGE / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.digest()
