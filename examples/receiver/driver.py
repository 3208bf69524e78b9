"""Tells certify-receiver what the receiver has kept: one JSON line asked, one answered.

sparkrtc-conformance certify-receiver http://127.0.0.1:8000/events --key secret \
        --driver "python examples/receiver/driver.py http://127.0.0.1:8000/files"
"""

from __future__ import annotations

import json
import sys
from urllib.request import urlopen


def main() -> None:
    """Answer until nothing more is asked."""
    for line in sys.stdin:
        asked = json.loads(line)
        with urlopen(sys.argv[1]) as answer:  # noqa: S310 - our own receiver
            files = json.load(answer)
        wanted = asked["arguments"]["obs_object"]
        found = [one for one in files if one.get("obs_object") == wanted]
        sys.stdout.write(json.dumps({"id": asked["id"], "files": found}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
