"""Faults of the reference, and the tests that tell which of them are hunted."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
