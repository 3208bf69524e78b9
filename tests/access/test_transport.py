"""Networks as they are: every way to fail has a stage, and none is an exception."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import trustme

from conformance.access.auth import Account, PasswordAuth, SignatureAuth, TokenAuth
from conformance.access.connection import proxy_url
from conformance.access.settings import Limits, Timeouts, Tls
from conformance.access.transport import Sent, TargetClient, failure_of
from conformance.errors import ConfigurationError, Refused, TargetUnreachable
from conformance.model.exchange import Request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-request-id: r1\r\n\r\n{}"
Script = Callable[[socket.socket], None]
QUICK = Timeouts(connect=2.0, read=0.2, write=0.5, pool=1.0, total=0.5)


def read_request(connection: socket.socket) -> bytes:
    """One request without a body, as it arrived."""
    head = b""
    while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
        head += piece
    return head


@contextmanager
def serve(script: Script, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on loopback that plays a script on every connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if over.is_set():
                connection.close()
                return
            connection.settimeout(5)
            try:
                stream = (
                    context.wrap_socket(connection, server_side=True) if context else connection
                )
                with stream:
                    script(stream)
            except OSError:
                connection.close()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield f"{'https' if context else 'http'}://localhost:{port}"
    finally:
        over.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join(5)
        listener.close()


def answering(answer: bytes) -> Script:
    """Read a request, send these bytes, hang up."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return script


def get(settings: Any, **options: Any) -> Sent:
    """One GET with a client of its own."""
    with TargetClient(settings, **options) as client:
        return client.send(Request("ListApps", "GET", f"{settings.base_url}/v2/apps", ()))


def test_answer_comes_back_as_it_was(make_settings: Any) -> None:
    """Status, headers in their own spelling, body, and what was sent, credentials and all."""
    with serve(answering(OK)) as url:
        settings = make_settings(base_url=url, headers={"X-Own": "1"})
        with TargetClient(settings) as client:
            request = Request("ListApps", "GET", f"{url}/v2/apps?a=%E4%B8%AD", (("X-Case", "é"),))
            sent = client.send(request, TokenAuth("t0"))
    assert sent.response is not None
    assert (sent.response.status, sent.response.body) == (200, b"{}")
    assert ("X-request-id", "r1") in sent.response.headers
    headers = dict(sent.request.headers)
    assert headers["X-Case"] == "é"
    assert headers["X-Auth-Token"] == "t0"
    assert headers["X-Own"] == "1"
    assert headers["Accept-Encoding"] == "identity"
    assert "Content-Length" not in headers
    assert sent.request.url.endswith("?a=%E4%B8%AD")
    assert sent.request.operation == "ListApps"


def test_headers_of_the_case_win(make_settings: Any) -> None:
    """A case that sends its own Content-Type, twice or none, gets exactly that."""
    received: list[bytes] = []

    def script(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(OK)

    with serve(script) as url, TargetClient(make_settings(base_url=url)) as client:
        headers = (("User-Agent", "own"), ("X-Two", "1"), ("X-Two", "2"))
        client.send(Request(None, "POST", f"{url}/v2/apps", headers, b""))
    lines = received[0].decode().split("\r\n")
    assert lines[0] == "POST /v2/apps HTTP/1.1"
    assert "User-Agent: own" in lines
    assert [line for line in lines if line.startswith("X-Two")] == ["X-Two: 1", "X-Two: 2"]
    assert not any(line.lower().startswith("content-type") for line in lines)
    assert "Content-Length: 0" in lines


def hang(connection: socket.socket) -> None:
    """Read and say nothing."""
    read_request(connection)
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    """Read and reset."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def drip(pieces: bytes) -> Script:
    """A byte now and then, each in time, never an end."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(pieces)
        ticker = threading.Event()
        while not ticker.wait(0.05):
            connection.sendall(b"x")

    return script


@pytest.mark.parametrize(
    ("script", "stage"),
    [
        (answering(b""), "closed"),
        (reset, "closed"),
        (hang, "timeout"),
        (answering(b"SMTP ready\r\n\r\n"), "protocol"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"), "closed"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000), "size"),
        (
            answering(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 9999)
            ),
            "size",
        ),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"), "timeout"),
        (drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), "timeout"),
    ],
)
def test_each_failure_has_its_stage(make_settings: Any, script: Script, stage: str) -> None:
    """Hanging, resetting, lying, dripping and flooding servers end as data, and in time."""
    with serve(script) as url:
        limits = Limits(response_bytes=1024)
        settings = make_settings(base_url=url, timeouts=QUICK, limits=limits)
        began = time.monotonic()
        sent = get(settings)
        assert time.monotonic() - began < 30
    assert sent.response is None
    assert sent.failure is not None
    assert sent.failure.stage == stage
    assert sent.failure.message


def test_refused_connection_and_unknown_host(make_settings: Any) -> None:
    """Nobody listening, and nobody of that name."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url, stage in ((f"http://127.0.0.1:{port}", "connect"), ("http://no.invalid", "dns")):
        sent = get(make_settings(base_url=url))
        assert sent.failure is not None
        assert sent.failure.stage == stage


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[str]:
    """A TLS server with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serve(answering(OK), context) as url:
        yield url


def test_unknown_authority_is_a_tls_failure(make_settings: Any, tls_server: str) -> None:
    """A certificate that nobody vouches for is not accepted by default."""
    sent = get(make_settings(base_url=tls_server))
    assert sent.failure is not None
    assert sent.failure.stage == "tls"
    assert "certificate verify failed" in sent.failure.message


def test_own_authority_is_trusted_for_its_hosts_only(
    make_settings: Any, authority: trustme.CA, tls_server: str, tmp_path: Path
) -> None:
    """``tls.ca_file`` opens the door; a certificate for another name stays shut."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    tls = Tls(ca_file=str(path))
    assert get(make_settings(base_url=tls_server, tls=tls)).response is not None
    sent = get(make_settings(base_url=tls_server.replace("localhost", "127.0.0.1"), tls=tls))
    assert sent.failure is not None
    assert sent.failure.stage == "tls"
    assert get(make_settings(base_url=tls_server, tls=Tls(verify=False))).response is not None


def test_client_certificate_is_shown(
    make_settings: Any, authority: trustme.CA, tmp_path: Path
) -> None:
    """A server that asks for a certificate gets ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    own = authority.issue_cert("client.test")
    ca, cert, key = (tmp_path / name for name in ("ca.pem", "client.pem", "client.key"))
    authority.cert_pem.write_to_path(ca)
    own.cert_chain_pems[0].write_to_path(cert)
    own.private_key_pem.write_to_path(key)
    tls = Tls(ca_file=str(ca), client_cert=str(cert), client_key=str(key))
    with serve(answering(OK), context) as url:
        assert get(make_settings(base_url=url, tls=Tls(ca_file=str(ca)))).failure is not None
        assert get(make_settings(base_url=url, tls=tls)).response is not None


@pytest.mark.parametrize("tls", [Tls(ca_file="none.pem"), Tls(client_cert="none.pem")])
def test_unusable_certificates_are_named(make_settings: Any, tls: Tls) -> None:
    """A wrong path is a configuration error, before anything is sent."""
    with pytest.raises(ConfigurationError, match="tls"):
        TargetClient(make_settings(tls=tls))


def test_proxy_is_used_with_its_credentials(make_settings: Any) -> None:
    """The request goes to the proxy, with the user of the environment."""
    received: list[bytes] = []

    def script(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(OK)

    with serve(script) as proxy:
        sent = get(make_settings(proxy=proxy), proxy_auth=("me", "secret"))
    assert sent.response is not None
    assert received[0].startswith(b"GET http://target.test/v2/apps HTTP/1.1")
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0" in received[0]


def test_environment_chooses_the_proxy_only_when_trusted(
    make_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY in the air does not redirect a run by accident."""
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")
    assert proxy_url(make_settings()) is None
    assert proxy_url(make_settings(trust_env=True)) == "http://proxy.test:3128"
    assert proxy_url(make_settings(trust_env=True, base_url="http://inside.test")) is None
    assert proxy_url(make_settings(trust_env=True, proxy="http://own.test")) == "http://own.test"


def test_redirect_is_an_answer_and_not_followed(make_settings: Any) -> None:
    """Credentials do not travel where an answer points."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://other.test/\r\nContent-Length: 0\r\n\r\n"
    with serve(answering(moved)) as url:
        sent = get(make_settings(base_url=url))
    assert sent.response is not None
    assert sent.response.status == 302


def test_run_stops_after_failures_in_a_row(make_settings: Any) -> None:
    """N in a row raise; an answer in between starts the count anew."""
    outcomes = ["x", "x", "ok", "x", "x", "x"]

    def handle(_: httpx.Request) -> httpx.Response:
        if outcomes.pop(0) == "x":
            raise httpx.ConnectError("refused")
        return httpx.Response(200)

    settings = make_settings(limits=Limits(consecutive_network_failures=3))
    request = Request(None, "GET", f"{settings.base_url}/", ())
    down = Request(None, "GET", f"{settings.base_url}/%00?token=abcd", ())
    with TargetClient(settings, transport=httpx.MockTransport(handle)) as client:
        sent = [client.send(one) for one in (request, request, request, down, request)]
        assert [one.response is None for one in sent] == [True, True, False, True, True]
        with pytest.raises(TargetUnreachable, match="3 requests in a row failed") as raised:
            client.send(request)
    assert raised.value.problem.endswith("without an answer was GET /%00, the last with one GET /")
    assert outcomes == []


def test_guard_stands_in_front_of_any_transport(make_settings: Any) -> None:
    """A refused request never reaches the transport, and counts as no failure."""
    settings = make_settings(capabilities=frozenset())
    with (
        respx.mock(assert_all_called=False) as router,
        TargetClient(settings, transport=httpx.MockTransport(router.handler)) as client,
        pytest.raises(Refused),
    ):
        client.send(Request(None, "DELETE", f"{settings.base_url}/v2/apps/1", ()))
    assert router.calls.call_count == 0


def test_signature_covers_what_is_sent(make_settings: Any) -> None:
    """The signed headers of the Authorization are on the wire, body and all."""
    with respx.mock(base_url="http://target.test") as router:
        route = router.post("/v2/apps").mock(httpx.Response(201))
        transport = httpx.MockTransport(router.handler)
        with TargetClient(make_settings(), transport=transport) as client:
            headers = (("Content-Type", "application/json"),)
            request = Request("CreateApp", "POST", "http://target.test/v2/apps", headers, b"{}")
            sent = client.send(request, SignatureAuth("ak", "sk", "p1"))
    wire = route.calls.last.request
    signed = dict(sent.request.headers)["Authorization"]
    assert wire.headers["Authorization"] == signed
    assert "SignedHeaders=content-type;host;x-project-id;x-sdk-date" in signed
    assert wire.content == b"{}"


@pytest.mark.parametrize(
    ("error", "stage"),
    [
        (httpx.PoolTimeout("busy"), "pool"),
        (httpx.ConnectTimeout("slow"), "connect"),
        (httpx.WriteTimeout(""), "timeout"),
        (httpx.WriteError("broken"), "write"),
        (httpx.ReadError("odd"), "read"),
        (httpx.CloseError("odd"), "closed"),
        (httpx.ProxyError("407"), "connect"),
        (httpx.UnsupportedProtocol("ftp"), "protocol"),
    ],
)
def test_rare_errors_have_stages_too(error: httpx.TransportError, stage: str) -> None:
    """What a loopback server cannot easily provoke is mapped all the same."""
    failure = failure_of(error)
    assert failure.stage == stage
    assert failure.message


def test_request_that_is_no_http_is_not_the_networks_fault(make_settings: Any) -> None:
    """What cannot be sent says nothing of the target: it does not count towards giving up."""
    with serve(answering(OK)) as url:
        settings = make_settings(base_url=url, limits=Limits(consecutive_network_failures=1))
        with TargetClient(settings) as client:
            for bad in (
                Request(None, "GET", f"{url}/v2/apps", (("X-Bad", "line\nbreak"),)),
                Request(None, "GET", f"{url}:x/", ()),
            ):
                sent = client.send(bad)
                assert sent.failure is not None
                assert sent.failure.stage == "request"


def test_a_body_that_is_not_what_its_encoding_says(make_settings: Any) -> None:
    """It comes as it is, and reading it says why it cannot be: an answer, and a wrong one."""
    with serve(answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{}")) as url:
        sent = get(make_settings(base_url=url, timeouts=QUICK))
    assert sent.response is not None
    assert sent.response.body == b"{}"
    assert "said to be gzip and is not" in str(sent.response.parsed[1])


@pytest.mark.parametrize(
    "headers", ["gzip, gzip, gzip", "gzip\r\nContent-Encoding: gzip", "br", "\x1b[2J"]
)
def test_no_more_than_one_coding_is_undone(make_settings: Any, headers: str) -> None:
    """A few kilobytes that are gigabytes when every coding is undone come as they are."""
    bomb = gzip.compress(b"x" * 9999)
    for _ in range(2):
        bomb = gzip.compress(bomb)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {headers}\r\n\r\n".encode()
    with serve(answering(head + bomb)) as url:
        sent = get(make_settings(base_url=url, timeouts=QUICK))
    if sent.response is None:
        assert headers == "\x1b[2J"
        return
    assert sent.response.body == bomb
    assert "asked for as it is" in str(sent.response.parsed[1])
    assert "\x1b" not in str(sent.response.parsed[1])


def test_an_answer_of_the_identity_service_is_bounded(make_settings: Any) -> None:
    """What comes with a token is read no further than any other answer."""
    flood = b"HTTP/1.1 201 Created\r\nX-Subject-Token: t\r\n\r\n" + b"x" * 5000
    with serve(answering(flood)) as url:
        settings = make_settings(base_url=url, timeouts=QUICK, limits=Limits(response_bytes=1024))
        auth = PasswordAuth(url, Account("u", "p", "d"), {"id": "p"})
        with TargetClient(settings) as client:
            sent = client.send(Request(None, "GET", f"{url}/v2/apps", ()), auth)
    assert sent.failure is not None
    assert sent.failure.stage == "size"
