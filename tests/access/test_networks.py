"""Networks as they are: whatever keeps a run from its target is told in one clear line."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from conformance import cli
from tests.access.test_transport import OK, answering, hang, reset, serve

Opened = Callable[[Path], Iterator[str]]
"""Serves something; gives the lines of a target file that leads to it."""


def _server_side(authority: trustme.CA, host: str, **how: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **how).configure_cert(context)  # type: ignore[arg-type]
    return context


def _trusting(authority: trustme.CA, folder: Path) -> str:
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return '[tls]\nca_file = "ca.pem"'


def unknown_authority(_folder: Path) -> Iterator[str]:
    """A certificate that nobody vouches for."""
    with serve(answering(OK), _server_side(trustme.CA(), "localhost")) as url:
        yield f'base_url = "{url}"'


def wrong_host(folder: Path) -> Iterator[str]:
    """A certificate of another host."""
    authority = trustme.CA()
    with serve(answering(OK), _server_side(authority, "other.test")) as url:
        yield f'base_url = "{url}"\n{_trusting(authority, folder)}'


def expired(folder: Path) -> Iterator[str]:
    """A certificate of last year."""
    authority = trustme.CA()
    end = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    with serve(answering(OK), _server_side(authority, "localhost", not_after=end)) as url:
        yield f'base_url = "{url}"\n{_trusting(authority, folder)}'


def no_client_certificate(folder: Path) -> Iterator[str]:
    """A server that wants a certificate, and gets none."""
    authority = trustme.CA()
    context = _server_side(authority, "localhost")
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with serve(answering(OK), context) as url:
        yield f'base_url = "{url}"\n{_trusting(authority, folder)}'


def no_tls_there(_folder: Path) -> Iterator[str]:
    """A server that speaks no TLS."""
    with serve(answering(OK)) as url:
        yield f'base_url = "{url.replace("http:", "https:")}"'


def unknown_name(_folder: Path) -> Iterator[str]:
    """A host that no name service knows."""
    yield 'base_url = "http://no.invalid"'


def refused(_folder: Path) -> Iterator[str]:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield f'base_url = "http://127.0.0.1:{port}"'


def hung_up(_folder: Path) -> Iterator[str]:
    """A server that resets every connection."""
    with serve(reset) as url:
        yield f'base_url = "{url}"'


def silent(_folder: Path) -> Iterator[str]:
    """A server that takes the request and says nothing."""
    with serve(hang) as url:
        yield f'base_url = "{url}"\n[timeouts]\nread = 0.2\ntotal = 0.5'


def silent_handshake(_folder: Path) -> Iterator[str]:
    """A server that never answers the first word of TLS."""
    with serve(hang) as url:
        url = url.replace("http:", "https:")
        yield f'base_url = "{url}"\n[timeouts]\nconnect = 0.2\ntotal = 0.5'


def refusing_proxy(_folder: Path) -> Iterator[str]:
    """A proxy that does not let us through."""
    said = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with serve(answering(said)) as url:
        yield f'base_url = "https://target.test"\nproxy = "{url}"'


@pytest.mark.parametrize(
    ("opened", "stage", "words"),
    [
        (unknown_authority, "tls", "certificate verify failed"),
        (wrong_host, "tls", "mismatch"),
        (expired, "tls", "expired"),
        (no_client_certificate, "tls", "certificate required"),
        (no_tls_there, "tls", "SSL"),
        (unknown_name, "dns", ""),
        (refused, "connect", "refused"),
        (hung_up, "closed", ""),
        (silent, "timeout", ""),
        (silent_handshake, "connect", "timed out"),
        (refusing_proxy, "connect", "407"),
    ],
)
def test_one_line_says_what_is_in_the_way(
    opened: Opened,
    stage: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The target, the stage, the reason, a remedy; exit status 3 and no traceback."""
    monkeypatch.setenv("SPARKRTC_TOKEN", "a-token-of-nobody")
    with contextmanager(opened)(tmp_path) as lines:
        target = tmp_path / "target.toml"
        target.write_text(lines, encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            cli.main(["run", "--target", str(target), f"--report-dir={tmp_path / 'out'}"])
    error = capsys.readouterr().err.strip()
    assert ended.value.code == 3
    assert error.startswith("error: http")
    assert len(error.splitlines()) == 1
    assert f"no answer ({stage}: " in error
    assert words in error
    assert "see that" in error


def test_a_certificate_that_is_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``verify = false`` is what it says: the run begins."""
    monkeypatch.setenv("SPARKRTC_TOKEN", "a-token-of-nobody")
    with contextmanager(unknown_authority)(tmp_path) as lines:
        target = tmp_path / "target.toml"
        # An emulator is judged in one process, which is what is quick here.
        text = f'profile = "emulator"\n{lines}\n[tls]\nverify = false'
        target.write_text(text, encoding="utf-8")
        folder = tmp_path / "out"
        with pytest.raises(SystemExit) as ended:
            cli.main(
                ["run", "--target", str(target), f"--report-dir={folder}", "--only=ListApps/200/*"]
            )
    capsys.readouterr()
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert ended.value.code == 1
    assert report["run"]["requests"] > 0
