"""What a measurement was made on: the class of the machine, and versions."""

from __future__ import annotations

import datetime as dt
import os
import platform
from importlib.metadata import version


def measured_on(*packages: str) -> str:
    """One paragraph: date, processor cores, memory, Python and the packages."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    named = ", ".join(f"{package} {version(package)}" for package in packages)
    today = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"Measured on {today}: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, Python {platform.python_version()}, {named}."
    )
