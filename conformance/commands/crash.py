"""What breaks inside the suite is told with its traceback, with exit status 3, without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from conformance.errors import ConformanceError, Crash

_FORESEEN = (ConformanceError, click.ClickException, click.exceptions.Exit, click.Abort)


@contextmanager
def reported_crashes(clean: Callable[[str], str]) -> Iterator[None]:
    """Whatever was not foreseen becomes a Crash; ``clean`` takes the secrets out of its text."""
    try:
        yield
    except _FORESEEN:
        raise
    except Exception:
        text = clean(traceback.format_exc()).strip()
        raise Crash("the suite", f"broke\n{text}", "please report this") from None
