"""Users made up for the seeded past: who they are, from where they join, how well it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from conformance.reference.statistics.sessions import Client
from conformance.reference.statistics.vocabulary import Media

if TYPE_CHECKING:
    from random import Random

    from conformance.reference.statistics.vocabulary import SdkType

_REGIONS = ("GD", "SN", "BJ", "SH", "ZJ", "SC", "XZ", "HK", "OT")
_ISPS = ("CTCC", "CMCC", "CUCC", "OTHER")
_ACCESS_NETS = ("wifi", "4g", "5g", "ethernet")
_DEVICES: tuple[tuple[str, str, SdkType], ...] = (
    ("HMA-AL00", "android 10", "native"),
    ("Redmi Note 7", "android 12", "native"),
    ("iphone", "ios 15.4", "native"),
    ("MacBookPro", "web-Mac10_15_4", "webrtc"),
    ("PC", "web-Windows10", "webrtc"),
)
_SDKS = ("1.4.0", "1.9.1", "2.0.3")
_NICKNAMES = ("小明", "Ana-María", "nc", "观众", "ops 🎧", "Zoë")
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
_QUALITY_BOUNDS = {
    "VideoFreezeRate": (0, 800),
    "AudioFreezeRate": (0, 500),
    "FirstVideoRecvTime": (180, 1400),
    "FirstAudioRecvTime": (120, 900),
    "PullStreamSuccessRate": (9_300, 10_000),
    "PushStreamSuccessRate": (9_400, 10_000),
    "VideoUpstreamExcellentTransRate": (8_800, 10_000),
    "AudioUpstreamExcellentTransRate": (9_000, 10_000),
    "VideoExcellentTransRate": (8_500, 9_900),
    "AudioExcellentTransRate": (8_800, 9_900),
    "VideoTransDelay": (30, 260),
    "AudioTransDelay": (25, 220),
}
"""Parts of RATE_SCALE for rates, milliseconds for times and delays (table 13-62)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user with a device and a habit of sending video of one definition, or audio alone."""

    uid: str
    client: Client
    media: Media

    @staticmethod
    def draw_quality(draw: Random) -> dict[str, int]:
        """How well one session works, metric by metric."""
        return {metric: draw.randint(*bounds) for metric, bounds in _QUALITY_BOUNDS.items()}


class UserSource:
    """Makes users that differ in everything that can be filtered or counted by."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw

    def person(self) -> Person:
        """Make one more user; the id is never the same twice."""
        draw = self._draw
        model, platform, sdk_type = draw.choice(_DEVICES)
        client = Client(
            nick_name=draw.choice(_NICKNAMES),
            ip=f"{draw.choice(_NETWORKS)}.{draw.randint(1, 254)}",
            region=draw.choice(_REGIONS),
            isp=draw.choice(_ISPS),
            device_model=model,
            platform=platform,
            sdk=draw.choice(_SDKS),
            sdk_type=sdk_type,
            access_net=draw.choice(_ACCESS_NETS),
        )
        return Person(f"{draw.getrandbits(64):016x}", client, draw.choice(get_args(Media)))
