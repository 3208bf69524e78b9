"""Canary secrets in every spelling, and none in what is kept."""

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.access.redaction import MASK, Redactor
from conformance.model.exchange import Request, Response

CANARY = 'canary/+"&<秘密>\\ 42'


@pytest.mark.parametrize(
    "spelling",
    [
        CANARY,
        json.dumps(CANARY),
        json.dumps(CANARY, ensure_ascii=False),
        json.dumps(CANARY).replace("/", "\\/"),
        quote(CANARY),
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        quote(CANARY, safe="").replace("%2F", "%2f"),
        html.escape(CANARY),
        repr(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
        CANARY.upper(),
        CANARY.encode().hex(),
        CANARY.encode().hex().upper(),
        "".join(f"%{octet:02X}" for octet in CANARY.encode()),
        "".join(f"%25{octet:02x}" for octet in CANARY.encode()),
        json.dumps(json.dumps(CANARY)),
        base64.b64encode(b"u:" + CANARY.encode()).decode(),
        base64.urlsafe_b64encode(b"a" + CANARY.encode() + b"z").decode(),
    ],
)
def test_known_secret_is_found_in_every_spelling(spelling: str) -> None:
    """JSON, URL, HTML, repr and base64 of a secret are the secret."""
    kept = Redactor([CANARY]).text(f"before {spelling} after")
    assert kept.startswith("before ")
    assert kept.endswith(" after")
    assert MASK in kept
    for part in (spelling, spelling[2:-6]):
        assert part not in kept


@given(
    secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=20),
    around=st.text(max_size=10),
)
def test_no_secret_survives_in_json(secret: str, around: str) -> None:
    """Whatever the secret is made of, the JSON that held it holds it no more."""
    body = json.dumps({"msg": around + secret}).encode()
    kept = Redactor([secret]).octets(body)
    if secret not in MASK and around + secret not in MASK:
        assert json.dumps(secret)[1:-1].encode() not in kept


def test_headers_with_credentials_are_masked() -> None:
    """Names decide, whatever their case; the scheme stays as evidence."""
    kept = dict(
        Redactor().headers(
            (
                ("X-AUTH-TOKEN", "t0"),
                ("authorization", "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=ab"),
                ("Proxy-Authorization", "Basic abc"),
                ("Set-Cookie", "session=1"),
                ("X-Subject-Token", "MIIY"),
                ("X-Sdk-Date", "20231128T010203Z"),
                ("X-request-id", "r1"),
            )
        )
    )
    assert kept == {
        "X-AUTH-TOKEN": MASK,
        "authorization": f"SDK-HMAC-SHA256 {MASK}",
        "Proxy-Authorization": f"Basic {MASK}",
        "Set-Cookie": MASK,
        "X-Subject-Token": MASK,
        "X-Sdk-Date": "20231128T010203Z",
        "X-request-id": "r1",
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"app_key": "a\\"b", "app_id": "1"}', f'{{"app_key": "{MASK}", "app_id": "1"}}'),
        ('{"auth_key":123}', f'{{"auth_key":"{MASK}"}}'),
        ('{"auth_key": null}', '{"auth_key": null}'),
        ('{"APP_KEY":"cut o', f'{{"APP_KEY":"{MASK}"'),
        (
            '{"password": {"user": {"password": "p"}}}',
            f'{{"password": {{"user": {{"password": "{MASK}"}}}}}}',
        ),
        ("http://x/?token=abc&a=1", f"http://x/?token={MASK}&a=1"),
        (
            "sent SDK-HMAC-SHA256 Access=AK, SignedHeaders=a;b, Signature=0f",
            f"sent SDK-HMAC-SHA256 {MASK}, SignedHeaders=a;b",
        ),
        ('{"app_name": "token"}', '{"app_name": "token"}'),
    ],
)
def test_secret_fields_are_masked_and_the_rest_stays(text: str, kept: str) -> None:
    """Evidence is kept to the byte around the value; cut and invalid JSON is covered too."""
    assert Redactor().text(text) == kept


def test_secret_seen_in_a_field_is_known_from_then_on() -> None:
    """An app_key that the target made up is masked in later messages as well."""
    redactor = Redactor()
    redactor.response(Response(200, (), b'{"app_key":"fresh-key-1"}', 0.1))
    redactor.headers((("X-Subject-Token", "fresh-token-1"),))
    assert redactor.text("app_key 'fresh-key-1', fresh-token-1") == f"app_key '{MASK}', {MASK}"


def test_exchange_is_masked_in_all_of_its_parts() -> None:
    """URL, headers and body of request and response, also where the field comes last."""
    redactor = Redactor([CANARY])
    request = redactor.request(
        Request(
            "CreateApp",
            "POST",
            f"http://x/{quote(CANARY)}?k=later-key-1",
            (("X-Own", CANARY), ("X-Auth-Token", "t"), ("X-B", "later-key-1")),
            b'{"auth_key": "later-key-1"}',
        )
    )
    response = redactor.response(Response(200, (("X-Echo", CANARY),), b"\xff" + CANARY.encode(), 1))
    everything = repr((request, response))
    assert "canary" not in everything
    assert "later-key-1" not in everything
    assert response.body == b"\xff" + MASK.encode()
    assert (request.operation, request.method, response.status) == ("CreateApp", "POST", 200)


def test_empty_and_tiny_secrets_do_not_destroy_the_text() -> None:
    """An empty variable must not turn every gap into a mask."""
    assert Redactor(["", "a"]).text("a plain line") == "a plain line"
    assert Redactor(["redacted"]).text(f"x {MASK}") == f"x {MASK}"


SIGNED = "tok+en/with=marks\\and+more=="


@pytest.mark.parametrize(
    "unit",
    ["\\", "+", "/", "=", "%", "%25", "%5C", "%255c", "&amp;", "&", "tok+", "\\\\u005c", "\\x5c"],
)
def test_redaction_takes_linear_time(unit: str) -> None:
    """Ten times the text takes about ten times as long, whatever it is made of."""
    redactor = Redactor([SIGNED])

    def seconds(times: int) -> float:
        text = unit * times
        best = []
        for _ in range(3):
            began = time.process_time()
            redactor.text(text)
            best.append(time.process_time() - began)
        return min(best)

    small, large = seconds(2_000), seconds(20_000)
    assert large < max(30 * small, 0.3), (small, large)


def test_an_answer_cannot_mask_its_own_evidence() -> None:
    """What a header is that is named like a secret is masked there, and shown elsewhere."""
    redactor = Redactor()
    headers = (("X-Token-Kind", "application"), ("X-Subject-Token", "hidden-for-good"))
    kept = redactor.response(Response(200, headers, b"application hidden-for-good", 0.0))
    assert kept.body == b"application <redacted>"
    assert dict(kept.headers) == {"X-Token-Kind": MASK, "X-Subject-Token": MASK}


@given(st.text(st.sampled_from("\\%25cCxXuU&amp;#;+/=aAé秘\ud83d\ude00"), max_size=60))
def test_no_text_breaks_the_redactor(text: str) -> None:
    """Half an escape, a surrogate alone, a reference to nothing: it stays as it is."""
    assert Redactor([SIGNED]).text(text) == text


def test_a_secret_that_has_no_utf_8() -> None:
    """JSON can give a secret half of a surrogate pair; it is masked as any other."""
    redactor = Redactor()
    secret = "app-key-\ud800-of-somebody"
    redactor.learn(secret)
    assert secret not in redactor.text(f"said {secret} twice")
    assert b"of-somebody" not in redactor.octets(b'{"x": "app-key-\\ud800-of-somebody"}')
