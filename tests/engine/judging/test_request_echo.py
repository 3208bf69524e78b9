"""Where an answer shows what a request sent, it shows that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.contract.document import load_contract
from conformance.engine.judging.request_echo import requirement_of, shown_otherwise
from conformance.model.exchange import Exchange, Request, Response

OPERATIONS = load_contract().operations


def _shown(exchange: Exchange) -> dict[str, str]:
    return shown_otherwise(exchange, OPERATIONS[exchange.request.operation or ""].echo)


_AUDIO = {"encode_template": "audio_only"}


def _exchange(operation: str, body: Any, answer: Any, status: int = 201) -> Exchange:
    request = Request(operation, "POST", "http://target/", (), json.dumps(body).encode())
    response = Response(status, (), json.dumps(answer).encode(), 0.0)
    return Exchange(1, "case", request, response)


def _hls(merged: int) -> dict[str, Any]:
    return {"hls_config": {"record_cycle": 0, "record_max_duration_to_merge_file": merged}}


def test_a_value_that_is_shown_otherwise_is_told_by_its_field() -> None:
    """-1 that comes back as 0 is named, and nothing else."""
    found = _shown(_exchange("CreateRecordRule", _hls(-1), _hls(0)))
    assert list(found) == ["hls_config.record_max_duration_to_merge_file"]


def test_fields_of_objects_in_a_list_are_compared_one_by_one() -> None:
    """The field is named as the contract does, without the position."""
    sent = {"mix_param": {"layout_panes": [{"x": 0.25}, {"x": 0.5}]}}
    shown = {"mix_param": {"layout_panes": [{"x": 0.25}, {"x": 0.0}]}}
    found = _shown(_exchange("CreateMixJob", sent, shown))
    assert list(found) == ["mix_param.layout_panes[].x"]


@pytest.mark.parametrize(
    ("operation", "sent", "shown", "status"),
    [
        ("CreateRecordRule", _hls(-1), {"rule_id": "1"}, 201),
        ("CreateRecordRule", _hls(-1), _hls(0), 400),
        (
            "CreateMixJob",
            {"mix_param": {"max_idle_time": 30}},
            {"mix_param": {"max_idle_time": 0}},
            201,
        ),
        (
            "CreateMixJob",
            {"mix_param": {"encode_template": "1280*720_15_1130"}},
            {"mix_param": {"encode_template": "1280x720_15_1130"}},
            201,
        ),
        (
            "CreateMixJob",
            {"mix_param": {**_AUDIO, "layout_template": "custom"}},
            {"mix_param": {**_AUDIO, "layout_template": "nine_grids_view"}},
            201,
        ),
        (
            "CreateRecordRule",
            {"record_formats": ["HLS", "MP4"]},
            {"record_formats": ["MP4", "HLS"]},
            201,
        ),
    ],
)
def test_what_the_document_leaves_open_is_no_difference(
    operation: str, sent: Any, shown: Any, status: int
) -> None:
    """Fields left out, refusals, the errata, what is ignored, and the order of plain lists."""
    assert _shown(_exchange(operation, sent, shown, status)) == {}


def test_settings_are_shown_beneath_a_field() -> None:
    """The answers of 7.1 and 8.1 hold in an object what the request has at the top."""
    shown = {"app_id": "1", "record_callback": {"url": "http://a/b"}}
    found = _shown(_exchange("UpdateRecordCallback", {"url": "http://a/B"}, shown, 200))
    assert list(found) == ["url"]


def test_a_difference_is_laid_at_a_requirement_of_its_field() -> None:
    """Of the field itself, not of one whose name begins with it; None where there is none."""
    known = ("A/body/url_of/type", "A/query/url/type", "A/body/url/type", "A/body/url/enum")
    assert requirement_of("A", "url", known) == "A/body/url/type"
    assert requirement_of("B", "url", known) is None
