"""What the host of an address says of a target: this machine, or the public cloud."""

from __future__ import annotations

import ipaddress
import unicodedata
from urllib.parse import urlsplit

#: Domains of the public cloud, whose accounts cost money and serve customers (table 1-1).
PRODUCTION_DOMAINS = (
    "myhuaweicloud.com",
    "myhuaweicloud.cn",
    "myhuaweicloud.eu",
    "huaweicloud.com",
    "myhwclouds.com",
)


def is_loopback(url: str) -> bool:
    """Whether the host of ``url`` is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_production(url: str) -> bool:
    """Whether the host of ``url`` belongs to the public cloud."""
    name = unicodedata.normalize("NFKC", urlsplit(url).hostname or "").replace("\u3002", ".")
    host = name.rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in PRODUCTION_DOMAINS)
