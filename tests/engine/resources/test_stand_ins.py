"""Pictures of the examples, and those of the target that stand in for them where they must."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from conformance.access.settings import Fixtures
from conformance.engine.judging.environment import environmental_reason
from conformance.model.case import Given, Template
from tests.labs import BASE_URL, answer_like

if TYPE_CHECKING:
    from tests.labs import MakeLab

EXAMPLE = "s3://rtc-bucket-cn-north-4/img/one.jpg"
OTHER = "s3://rtc-bucket-cn-north-4/img/two.jpg"
OWN = ("art/a.png", "art/b.png", "readme.txt")
Answering = Callable[[httpx.Request, httpx.Response], httpx.Response]


def _target(objects: tuple[str, ...], *, looks: bool) -> Answering:
    """A target with these objects in every bucket, that looks for pictures or does not."""

    def answer(request: httpx.Request, plain: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/objects"):
            rows = [{"file_name": one, "size": 1} for one in objects]
            return answer_like(plain, 200, {"count": len(rows), "objects": rows})
        text = request.content.decode()
        there = any(f"/{one}" in text for one in objects)
        if looks and request.method in {"POST", "PUT"} and "s3://" in text and not there:
            return answer_like(plain, 404, {"error_code": "RTC.00001014", "error_msg": "m"})
        return plain

    return answer


def _template(*pictures: str) -> Template:
    images = [{"user_id": "u", "image_uri": one} for one in pictures]
    body = {"mix_param": {"user_background_images": images}}
    return Template("CreateMixJob", path={"app_id": Given("app")}, body=body)


def _pictures(body: Any) -> list[str]:
    return [one["image_uri"] for one in body["mix_param"]["user_background_images"]]


def test_those_of_the_examples_are_kept_where_they_serve(make_lab: MakeLab) -> None:
    """One job is made to see it, and stopped again; then nothing more is asked."""
    lab, requests = make_lab(_target(OWN, looks=False))
    assert _pictures(lab.fill(_template(EXAMPLE)).body) == [EXAMPLE]
    tried = [r for r in requests if r.url.path.endswith("/mix-stream-jobs")]
    stopped = [r for r in requests if r.method == "DELETE"]
    assert (len(tried), len(stopped)) == (1, 1)
    lab.fill(_template(EXAMPLE))
    assert len([r for r in requests if r.url.path.endswith("/mix-stream-jobs")]) == 1


def test_pictures_of_the_target_stand_in(make_lab: MakeLab) -> None:
    """Different ones for different ones, the same for the same; what is no picture is none."""
    lab, _ = make_lab(_target(OWN, looks=True))
    first, second, again = _pictures(lab.fill(_template(EXAMPLE, OTHER, EXAMPLE)).body)
    assert first == again != second
    assert {first.rpartition("art/")[2], second.rpartition("art/")[2]} <= {"a.png", "b.png"}
    malformed = _pictures(lab.fill(_template("not-this-form")).body)
    assert malformed == ["not-this-form"]


@pytest.mark.parametrize(("objects", "excused"), [((), True), (("elsewhere.png",), False)])
def test_a_refusal_is_excused_only_where_nothing_is_known(
    make_lab: MakeLab, objects: tuple[str, ...], excused: bool
) -> None:
    """A target that refuses what it lists itself is not."""
    known = _target(objects, looks=True)

    def refusing(request: httpx.Request, plain: httpx.Response) -> httpx.Response:
        if b"s3://" in request.content:
            return answer_like(plain, 404, {"error_code": "RTC.00001014", "error_msg": "m"})
        return known(request, plain)

    lab, _ = make_lab(refusing, fixtures=Fixtures())
    exchange = lab.send(_template(EXAMPLE), judge=False)
    assert json.loads(exchange.request.body or b"{}") == lab.fill(_template(EXAMPLE)).body
    assert (environmental_reason(lab, exchange) is not None) is excused


PRINTED = "http://mydomain.com/callback"


@pytest.mark.parametrize(
    ("named", "base_url", "ours"),
    [(None, BASE_URL, True), (None, "http://10.0.0.1", False), ("http://me", BASE_URL, False)],
)
def test_an_address_of_ours_stands_in_where_it_is_looked_at(
    make_lab: MakeLab, named: str | None, base_url: str, ours: bool
) -> None:
    """For a target on this machine that takes no address at which nobody answers (14.2)."""

    def looking(request: httpx.Request, plain: httpx.Response) -> httpx.Response:
        if request.method == "PUT" and b"mydomain.com" in request.content:
            return answer_like(plain, 400, {"error_code": "RTC.00001018", "error_msg": "m"})
        return plain

    lab, _ = make_lab(looking, fixtures=Fixtures(callback_url=named), base_url=base_url)
    sent = lab.sent_for(PRINTED)
    assert (sent != PRINTED) is ours
    if ours:
        assert sent.endswith("/callback")
        assert httpx.get(sent, trust_env=False).status_code == 200
    lab.close()
    if ours:
        with pytest.raises(httpx.ConnectError):
            httpx.get(sent, trust_env=False)


def test_the_address_of_the_examples_is_kept_where_it_serves(make_lab: MakeLab) -> None:
    """Nobody looks: nothing listens, and nothing is left of the application that was asked for."""
    lab, requests = make_lab()
    assert lab.sent_for(PRINTED) == PRINTED
    assert lab.sent_for(PRINTED) == PRINTED
    assert sum(request.method == "PUT" for request in requests) == 1
    assert lab.resources.clean() == []
