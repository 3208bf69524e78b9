"""Our signature is the vendor's, byte for byte."""

import string
from urllib.parse import quote

import httpx
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.access.auth import SignatureAuth, signable
from conformance.access.signature import Signable, authorization, canonical_path, canonical_query

AK, SK = "AKEXAMPLE", "sk/example+key"
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_names = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=8)
_values = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=10)
_paths = st.lists(_texts, max_size=4).map(lambda parts: "/" + "/".join(parts))
_queries = st.lists(st.tuples(_texts, _texts), max_size=5).flatmap(
    lambda pairs: st.just(pairs + pairs[:2])
)
_types = st.sampled_from(
    [None, "application/json", "application/json; charset=utf-8", "application/bson", "text/plain"]
)


def vendor(
    method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], body: bytes
) -> tuple[str, str, dict[str, str]]:
    """Authorization, URI and headers as the vendor's own signer makes them."""
    request = SdkRequest(
        method=method,
        schema="https",
        host="rtc.test",
        resource_path=path,
        query_params=list(query),
        header_params=dict(headers),
        body=body,
    )
    signed = Signer(BasicCredentials(AK, SK, "p1")).sign(request)
    return signed.header_params["Authorization"], signed.uri, signed.header_params


@settings(max_examples=1000, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "patch"]),
    path=_paths,
    query=_queries,
    extra=st.dictionaries(_names.map(lambda name: f"X-E-{name.lower()}"), _values, max_size=3),
    content_type=_types,
    body=st.one_of(st.just(b""), st.binary(max_size=40)),
)
def test_thousand_requests_are_signed_as_the_vendor_signs_them(
    method: str,
    path: str,
    query: list[tuple[str, str]],
    extra: dict[str, str],
    content_type: str | None,
    body: bytes,
) -> None:
    """Unicode paths, repeated and empty parameters, empty and binary bodies: the same bytes."""
    headers = {"X-Sdk-Date": "20231128T010203Z", "X-Project-Id": "p1", "Host": "rtc.test", **extra}
    if content_type:
        headers["Content-Type"] = content_type
    expected, uri, signed = vendor(method, path, query, headers, body)
    del signed["Authorization"]
    if "X-Sdk-Content-Sha256" in signed:
        headers["X-Sdk-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    assert {name.lower() for name in signed} == {name.lower() for name in headers}
    ours = Signable(method, path, tuple(query), tuple(headers.items()), body)
    assert authorization(ours, AK, SK) == expected
    assert uri == (f"{path}?{canonical_query(tuple(query))}" if query else path)


@settings(max_examples=200, deadline=None)
@given(path=_paths, query=_queries, body=st.binary(max_size=20), content_type=_types)
def test_request_on_the_wire_carries_the_vendors_signature(
    path: str, query: list[tuple[str, str]], body: bytes, content_type: str | None
) -> None:
    """What httpx really sends, signed by the Auth, is what the vendor's SDK would send."""
    url = f"https://rtc.test{quote(path)}?{canonical_query(tuple(query))}".rstrip("?")
    request = httpx.Request("POST", url, content=body)
    if content_type:
        request.headers["Content-Type"] = content_type
    sent = next(SignatureAuth(AK, SK, "p1").auth_flow(request))
    headers = dict(signable(sent).headers)
    on_the_wire = sent.url.raw_path.decode().partition("?")[0]  # httpx resolves dot segments
    expected, _, _ = vendor("POST", on_the_wire, query, headers, body)
    assert sent.headers["Authorization"] == expected


def test_path_is_decoded_once_and_encoded_anew() -> None:
    """A path that is encoded already is not encoded twice, and ends with a slash."""
    assert canonical_path("/v2/apps/%E4%B8%AD a~b") == "/v2/apps/%E4%B8%AD%20a~b/"
    assert canonical_path("/") == "/"
