"""The connections to a target: TLS, proxy, deadline, and the mapping of their errors."""

from __future__ import annotations

import logging
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpcore
import httpx

from conformance.access.deadline import Deadline, DeadlineBackend
from conformance.access.settings import TargetSettings, Tls
from conformance.errors import ConfigurationError


class PoolTransport(httpx.BaseTransport):
    """Pooled HTTP/1.1 connections, kept open, each under the deadline of its exchange."""

    def __init__(
        self,
        settings: TargetSettings,
        deadline: Deadline,
        proxy_auth: tuple[str, str] | None = None,
    ) -> None:
        _hush()
        proxy = proxy_url(settings)
        context = tls_context(settings.tls) if _needs_tls(settings, proxy) else None
        backend = DeadlineBackend(deadline)
        if proxy is None:
            self._pool = httpcore.ConnectionPool(
                ssl_context=context, network_backend=backend, keepalive_expiry=30.0
            )
        else:
            self._pool = httpcore.HTTPProxy(
                proxy, proxy_auth, ssl_context=context, network_backend=backend
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body of the answer is read when it is asked for."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _translated():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _needs_tls(settings: TargetSettings, proxy: str | None) -> bool:
    """Whether TLS is used or configured at all; loading the authorities takes 30 ms."""
    addresses = (settings.base_url, settings.identity_url, proxy)
    return settings.tls != Tls() or any(str(url).startswith("https") for url in addresses)


def tls_context(tls: Tls) -> ssl.SSLContext:
    """The TLS context that the target file asks for; raise ConfigurationError if a file is bad."""
    if tls.ca_file is not None and not Path(tls.ca_file).is_file():
        raise ConfigurationError("tls.ca_file", f"{tls.ca_file} is not a file", "check the path")
    try:
        if tls.verify and tls.ca_file is not None:
            context = ssl.create_default_context(cafile=tls.ca_file)
        else:
            context = httpx.create_ssl_context(verify=tls.verify, trust_env=False)
        if tls.client_cert is not None:
            context.load_cert_chain(tls.client_cert, tls.client_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError("tls", f"cannot be used: {error}", "give PEM files") from None
    return context


def proxy_url(settings: TargetSettings) -> str | None:
    """The proxy of the target file, or of the environment if that may be trusted."""
    if settings.proxy is not None or not settings.trust_env:
        return settings.proxy
    url = httpx.URL(settings.base_url)
    if urllib.request.proxy_bypass(url.host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _hush() -> None:
    """Silence the libraries: their debug logs would contain addresses and tokens."""
    for name in ("httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def _translated() -> Iterator[None]:
    """Map errors of httpcore to those of httpx; the cause stays attached."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError) as error:
        raise _named(error) from error
    except (httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol) as error:
        raise _named(error) from error


def _named(error: Exception) -> httpx.TransportError:
    kind = getattr(httpx, type(error).__name__, httpx.TransportError)
    assert issubclass(kind, httpx.TransportError)
    return kind(str(error))
