"""Turns crashes of the suite into exit status 3 and a traceback without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from conformance.errors import ConformanceError, Crash

_FORESEEN = (ConformanceError, click.ClickException, click.exceptions.Exit, click.Abort)


@contextmanager
def reported_crashes(clean: Callable[[str], str]) -> Iterator[None]:
    """Raise any unforeseen error as a Crash; ``clean`` removes secrets from its text."""
    try:
        yield
    except _FORESEEN:
        raise
    except Exception:
        text = clean(traceback.format_exc()).strip()
        raise Crash("the suite", f"broke\n{text}", "please report this") from None
