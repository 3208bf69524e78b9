"""A document as text: the same document gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import yaml

FORMATS: Final = ("yaml", "json")


_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_Dumper):  # type: ignore[misc]
    """Writes a part that stands in several places out in each of them."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always: generators and people read no anchors."""
        del data
        return True


def _text(dumper: Any, data: str) -> Any:
    """Paragraphs as paragraphs."""
    style = "|" if "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Plain.add_representer(str, _text)


def written(document: Mapping[str, Any], form: str) -> str:
    """The document in one of ``FORMATS``, its members in their order, ending with a line break."""
    if form == "json":
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return yaml.dump(dict(document), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100)
