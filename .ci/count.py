"""Print how many tests the JUnit files hold, as one line; fail when they hold none."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

total = failed = skipped = 0
for name in sys.argv[1:]:
    path = Path(name)
    if path.is_file():
        for suite in ET.parse(path).getroot().iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
print(f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped")
sys.exit(0 if total and not failed else 1)
