"""An address that was meant and is not there is an error, never the embedded reference."""

from __future__ import annotations

import pytest

from conformance.engine.wire.named_target import named_target
from conformance.errors import UsageError


def _named(
    argument: str | None = None,
    file: str | None = None,
    *,
    reference: bool = False,
    **env: str,
) -> str | None:
    options = {"BASE_URL": argument, "--target": file}
    return named_target(options, env, reference="--reference", wanted=reference)


def test_the_reference_is_asked_for_or_the_only_thing_in_sight() -> None:
    """By name in any environment; without a name only where no address is set."""
    assert _named() is None
    assert _named(reference=True, SPARKRTC_BASE_URL="http://127.0.0.1:1") is None


def test_an_address_comes_from_the_nearest_place() -> None:
    """An argument or a file goes before the environment, which is honoured without either."""
    env = {"SPARKRTC_BASE_URL": "http://127.0.0.1:1"}
    assert _named(**env) == "http://127.0.0.1:1"
    assert _named("http://127.0.0.1:2", **env) == "http://127.0.0.1:2"
    assert _named(None, "target.toml", **env) == "target.toml"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"argument": ""}, "BASE_URL: is empty; give an address, or --reference"),
        ({"argument": " "}, "BASE_URL: is empty"),
        ({"file": ""}, "--target: is empty"),
        ({"SPARKRTC_BASE_URL": ""}, "SPARKRTC_BASE_URL: is empty"),
        ({"argument": "http://a", "file": "b"}, "BASE_URL and --target: are both given"),
        ({"argument": "", "reference": True}, "BASE_URL and --reference: are both given"),
    ],
)
def test_what_is_forgotten_or_doubled_is_said(given: dict[str, str], words: str) -> None:
    """One line that names the option, with exit status 2."""
    with pytest.raises(UsageError) as caught:
        _named(**given)  # type: ignore[arg-type]
    assert str(caught.value).startswith(words)
    assert caught.value.exit_status == 2
