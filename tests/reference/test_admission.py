"""Who may call: tokens and signatures (section 3.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

PATHS = ["/v2/apps", "/v2/rtc-ops/buckets", "/v1/{project_id}/rtc/rooms?app=x", "/v3/projects"]


@pytest.fixture
def sign(world, clock):
    """Sign with the vendor's own signer, at the world's time unless told otherwise."""

    def sign(method, path, body="", *, identity=None, query=(), at=None, headers=None, named=True):
        identity = identity or world.identities[0]
        project = {"X-Project-Id": identity.project_id} if named else {}
        moment = (at or clock.now()).strftime("%Y%m%dT%H%M%SZ")
        request = SdkRequest(
            method=method,
            schema="http",
            host="rtc.example",
            resource_path=path,
            query_params=list(query),
            header_params={"X-Sdk-Date": moment, **project, **(headers or {})},
            body=body,
        )
        signed = Signer(BasicCredentials(identity.ak, identity.sk)).sign(request)
        return signed.header_params, signed.uri

    return sign


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Auth-Token": ""},
        {"X-Auth-Token": "wrong"},
        {"X-Auth-Token": "\xff\xfe"},
        {"Authorization": "Bearer x"},
        {"Authorization": "SDK-HMAC-SHA256 Access=, SignedHeaders=, Signature="},
        {"Authorization": "SDK-HMAC-SHA256 Access=x, SignedHeaders=host, Signature=" + "0" * 64},
    ],
)
def test_nobody(anonymous, world, refused, path, headers):
    """Without credentials, or with wrong or malformed ones, nothing is answered but 401."""
    path = path.format(project_id=world.identities[0].project_id)
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    refused(anonymous.get(path, headers=raw), 401, "APIGW.0301")


def test_authentication_comes_first(anonymous, refused):
    """An unknown application is not told apart from a known one without credentials."""
    refused(anonymous.post("/v2/apps/nope/record-rules", content=b"{"), 401, "APIGW.0301")


def test_token_expires(client, world, clock, refused):
    """A token is good for 24 hours and not a moment longer."""
    clock.advance(24 * 3600 - 1)
    assert client.get("/v2/apps").status_code == 200
    clock.advance(1)
    refused(client.get("/v2/apps"), 401, "APIGW.0301")


def _password(identity, **changes):
    user = {
        "name": identity.user,
        "password": identity.password,
        "domain": {"name": identity.domain},
    }
    project = changes.pop("project", identity.project)
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": {**user, **changes}}},
            "scope": {"project": {"name": project}},
        }
    }


def test_token_is_issued_and_used(anonymous, world, clock):
    """201, the token in a header, its lifetime in the body; then it authenticates."""
    identity = world.identities[1]
    answer = anonymous.post("/v3/auth/tokens", json=_password(identity))
    token = answer.headers["X-Subject-Token"]
    assert answer.status_code == 201
    assert answer.json()["token"]["expires_at"] == "2026-03-05T05:06:07.089000Z"
    assert answer.json()["token"]["methods"] == ["password"]
    assert answer.json()["token"]["project"]["id"] == identity.project_id
    projects = anonymous.get("/v3/projects", headers={"X-Auth-Token": token}).json()
    assert [one["id"] for one in projects["projects"]] == [identity.project_id]
    assert projects["links"]["next"] is None
    assert anonymous.get("/v3/projects/", headers={"X-Auth-Token": token}).json() == projects
    elsewhere = anonymous.get("/v3/projects?name=moon", headers={"X-Auth-Token": token})
    assert elsewhere.json()["projects"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "nobody"},
        {"password": "wrong"},
        {"domain": {"name": "elsewhere"}},
        {"project": "moon"},
    ],
)
def test_wrong_passwords(anonymous, world, refused, changes):
    """Any part that does not fit refuses the token, without saying which."""
    body = _password(world.identities[0], **changes)
    refused(anonymous.post("/v3/auth/tokens", json=body), 401, "APIGW.0301")


@pytest.mark.parametrize("body", [{}, {"auth": {}}, {"auth": None}, [], {"auth": {"identity": 1}}])
def test_malformed_token_requests(anonymous, refused, body):
    """What is no token request is refused in the identity service's own terms (3.3)."""
    refused(anonymous.post("/v3/auth/tokens", json=body), 400, "AS.0001")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v2/apps", ()),
        ("/v2/apps", [("state", "ACTIVATION"), ("limit", "5"), ("offset", "0")]),
        ("/v2/apps", [("limit", "5"), ("x", "a b+c/%~*é中")]),
        ("/v3/projects", ()),
    ],
)
def test_vendor_signature_is_accepted(anonymous, sign, path, query):
    """What the vendor's signer signs, the reference verifies."""
    headers, uri = sign("GET", path, query=query)
    assert anonymous.get(uri, headers=headers).status_code == 200


def test_signed_path_may_be_encoded(anonymous, sign, refused):
    """A path with characters that need encoding verifies; then its application is not found."""
    headers, _ = sign("GET", "/v2/apps/a b é")
    refused(anonymous.get("/v2/apps/a b é", headers=headers), 404, "RTC.00001015")


def test_signed_body(anonymous, sign, refused, world):
    """The body is covered: the signed one is accepted, any other is not."""
    body = '{"app_name": "签名"}'
    project = {"X-Project-Id": world.identities[0].project_id, "Content-Type": "application/json"}
    headers, uri = sign("POST", "/v2/apps", body, headers=project)
    other = body.replace("签名", "x").encode()
    refused(anonymous.post(uri, content=other, headers=headers), 401, "APIGW.0301")
    assert anonymous.post(uri, content=body.encode(), headers=headers).status_code == 201


def test_named_body_hash(anonymous, sign, refused):
    """A hash in X-Sdk-Content-Sha256 must be the body's own."""
    headers, uri = sign(
        "POST",
        "/v2/apps",
        '{"app_name": "h"}',
        headers={"Content-Type": "application/json", "X-Sdk-Content-Sha256": "0" * 64},
    )
    refused(anonymous.post(uri, content=b'{"app_name": "h"}', headers=headers), 401, "APIGW.0301")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_stale_signature(anonymous, sign, clock, refused, minutes):
    """More than 15 minutes off, before or after, is refused."""
    headers, uri = sign("GET", "/v2/apps", at=clock.now() + timedelta(minutes=minutes))
    refused(anonymous.get(uri, headers=headers), 401, "APIGW.0301")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_almost_stale_signature(anonymous, sign, clock, minutes):
    """Less than 15 minutes off is accepted."""
    headers, uri = sign("GET", "/v2/apps", at=clock.now() + timedelta(minutes=minutes))
    assert anonymous.get(uri, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"Authorization": "SDK-HMAC-SHA256 Access={ak}, SignedHeaders=host, Signature={zero}"},
        {"X-Sdk-Date": "20260304T050606Z"},
        {"X-Sdk-Date": "today"},
        {"Host": "elsewhere.example"},
    ],
)
def test_tampered_signature(anonymous, sign, world, refused, change):
    """A signed header that changed, or a signature that is not one, is refused."""
    headers, uri = sign("GET", "/v2/apps")
    ak = world.identities[0].ak
    for name, value in change.items():
        headers[name] = value.format(ak=ak, zero="0" * 64)
    refused(anonymous.get(uri, headers=headers), 401, "APIGW.0301")


def test_query_that_is_no_text(anonymous, sign, refused):
    """A signed request whose query is no UTF-8 any more is refused, not an accident."""
    headers, uri = sign("GET", "/v2/apps")
    refused(anonymous.get(f"{uri}?a=%FF&%FE=1", headers=headers), 401, "APIGW.0301")


def test_signature_without_a_project(anonymous, sign, refused):
    """The tables of the service need it with every signature, those of 14.3 do not."""
    headers, uri = sign("GET", "/v2/apps", named=False)
    refused(anonymous.get(uri, headers=headers), 400, "RTC.00001005")
    headers, uri = sign("GET", "/v3/projects", named=False)
    assert anonymous.get(uri, headers=headers).status_code == 200


def test_token_that_has_ended(anonymous, world, refused):
    """A token that its user had long ago is none any more."""
    token = {"X-Auth-Token": world.identities[0].expired_token}
    refused(anonymous.get("/v2/apps", headers=token), 401, "APIGW.0301")


def test_foreign_project_header(anonymous, sign, world, refused):
    """A signed X-Project-Id must be the signer's."""
    project = {"X-Project-Id": world.identities[1].project_id}
    headers, uri = sign("GET", "/v2/apps", headers=project)
    refused(anonymous.get(uri, headers=headers), 401, "APIGW.0301")


OBJECTS = (("bucket", "rtc-records"), ("location", "cn-north-4"), ("type", "objects"))
TOKEN_ALONE = [
    ("GET", "/v2/rtc-ops/buckets", (), ""),
    ("GET", "/v2/rtc-ops/buckets/objects", OBJECTS, ""),
    ("PUT", "/v2/rtc-ops/buckets/authentication", (), "{}"),
    ("GET", "/v1/rtc/data/abnormal-events", (("app", "{app}"),), ""),
    ("GET", "/v1/rtc/data/abnormal-event/dimension", (("app", "{app}"),), ""),
]
"""Chapter 12 and 13.13, 13.14: their tables list a token, 3.2 has signatures for all."""


@pytest.mark.parametrize("is_served", [True, False])
@pytest.mark.parametrize(("method", "path", "query", "body"), TOKEN_ALONE)
def test_signature_where_a_token_alone_is_listed(
    anonymous, sign, world, method, path, query, body, is_served
):
    """E-12-aksk: served, so that a client that signs reaches every operation; or refused."""
    world.policies = replace(world.policies, signed_everywhere=is_served)
    app = next(iter(world.tenant_of(world.identities[0]).apps))
    asked = [(name, value.format(app=app)) for name, value in query]
    headers, uri = sign(method, path, body, query=asked)
    answer = anonymous.request(method, uri, headers=headers, content=body.encode())
    assert (answer.status_code == 401) is not is_served, answer.text
    assert method == "PUT" or not is_served or answer.status_code == 200, answer.text


def test_statistics_know_whose_application_it_is(client, stranger, world, app_id):
    """Chapter 13 answers for the caller's applications; a new one has no data yet."""
    for caller, identity in ((client, world.identities[0]), (stranger, world.identities[1])):
        path = f"/v1/{identity.project_id}/rtc/rooms"
        answer = caller.get(path, params={"app": app_id})
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert answer.json()["total"] == 0


def test_each_tenant_its_own(anonymous, sign, world, app_id, refused):
    """A signature acts for its own tenant."""
    del anonymous.headers["X-Auth-Token"]
    path = f"/v2/apps/{app_id}"
    headers, uri = sign("GET", path, identity=world.identities[1])
    refused(anonymous.get(uri, headers=headers), 404, "RTC.00001015")
    headers, uri = sign("GET", path)
    assert anonymous.get(uri, headers=headers).status_code == 200
