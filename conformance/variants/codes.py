"""Refusals with other codes: what the examples print, beside what the catalogue lists."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.faults.combinators import on_answer
from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.messages import Answer
from conformance.faults.middleware import Turn
from conformance.reference import refusals
from conformance.reference.refusals import CATALOGUE
from conformance.reference.statistics.refusals import INVALID as DATA_INVALID
from conformance.reference.statistics.refusals import MISSING as DATA_MISSING
from conformance.variants.edits import recoded
from conformance.variants.model import Variant
from conformance.variants.passages import PASSAGES, Passage, chapters

_NOT_FOUND = (refusals.NO_APP, refusals.NO_RULE, refusals.NO_JOB, refusals.NO_BUCKET)
_INVALID = refusals.INVALID
_UNAUTHORIZED = "RTC.00001001"
_ALL = ("*",)
_WITH_401 = ("3", "12", "14")
"""Chapters whose operations list the status themselves (5655, 5814, 5956)."""
_CATALOGUE_LINES = {
    refusals.MALFORMED: 7740,
    refusals.COMBINATION: 7744,
    refusals.MISSING: 7745,
    refusals.NO_LAYOUT: 7749,
    refusals.NO_REGION: 7750,
    refusals.RULE_IN_USE: 7751,
}
_WITH_LAYOUT = ("CreateMixJob", "UpdateMixJob")
_WITH_REGION = ("CreateRecordRule", "UpdateRecordRule", "UpdateObsBucketAuthority")
_WITHOUT_COMBINATION = (
    "CreateApp",
    "RemoveUsers",
    "UpdateIndividualStreamJob",
    "UpdateObsBucketAuthority",
)
"""Operations of whose body no field calls for another."""
_WITHOUT_MISSING = ("ListRecordRules",)
"""Operations that can do without every parameter of theirs."""


def variants() -> Iterator[Variant]:
    """Every other code that a refusal may carry."""
    for passage in PASSAGES.values():
        if ENDPOINTS[passage.operation].family == "data":
            yield from _of_statistics(passage)
        else:
            yield from _of_management(passage)
    yield _of_the_catalogue()
    yield from _of_conditions()
    yield from _of_credentials()


def _of_management(passage: Passage) -> Iterator[Variant]:
    endpoint = ENDPOINTS[passage.operation]
    if passage.refused_404:
        yield Variant(
            f"codes/{endpoint.name}/404-invalid",
            f"{endpoint.name} answers what does not exist with 404 and the code of its example.",
            f"{endpoint.name} 对不存在的资源返回 404 以及示例中的错误码。",
            (passage.refused_404,),
            recoded(404, dict.fromkeys(_NOT_FOUND, _INVALID)),
            (endpoint.name,),
        )
    if not passage.refused_400:
        return
    codes: list[str] = []
    if (endpoint.body or endpoint.query) and endpoint.name not in _WITHOUT_MISSING:
        codes.append(refusals.MISSING)
    if endpoint.body and endpoint.name not in _WITHOUT_COMBINATION:
        codes.append(refusals.COMBINATION)
    codes += [refusals.NO_LAYOUT] if endpoint.name in _WITH_LAYOUT else []
    codes += [refusals.NO_REGION] if endpoint.name in _WITH_REGION else []
    codes += [refusals.RULE_IN_USE] if endpoint.name == "DeleteRecordRule" else []
    for code in codes:
        reason = CATALOGUE[code].message.partition(":")[0].replace(" ", "-")
        yield Variant(
            f"codes/{endpoint.name}/{reason}-invalid",
            f"{endpoint.name} answers {reason} with the code of its 400 example, {_INVALID}.",
            f"{endpoint.name} 遇到 {reason} 时返回 400 示例中的错误码 {_INVALID}。",
            (passage.refused_400, _CATALOGUE_LINES[code]),
            recoded(400, {code: _INVALID}),
            (endpoint.name,),
        )


def _of_statistics(passage: Passage) -> Iterator[Variant]:
    name, line = passage.operation, passage.refused_400
    printed = "400" if passage.section in {"13.11", "13.12"} else DATA_MISSING
    yield Variant(
        f"codes/{name}/one-code",
        f"{name} answers every wrong parameter with the one code that its example prints.",
        f"{name} 对所有错误参数都返回示例中的唯一错误码。",
        (line,),
        recoded(400, {DATA_INVALID: printed, DATA_MISSING: printed}),
        (name,),
        aspect=f"codes/{name}",
    )
    yield Variant(
        f"codes/{name}/another-number",
        f"{name} gives values that are wrong another number of the DATA family.",
        f"{name} 对错误的参数值返回 DATA 系列的另一编号。",
        (line,),
        recoded(400, {DATA_INVALID: "DATA.100011999"}),
        (name,),
        aspect=f"codes/{name}",
    )


def _of_the_catalogue() -> Variant:
    def change(_turn: Turn, answer: Answer) -> Answer:
        if answer.code not in {DATA_INVALID, DATA_MISSING}:
            return answer
        missing = "is not present" in answer.json["error_msg"]
        code = refusals.MISSING if missing else _INVALID
        told = {"error_code": code, "error_msg": CATALOGUE[code].message}
        return answer.with_json({**answer.json, **told})

    return Variant(
        "codes/statistics/catalogued",
        "Statistics refuse with the codes of the catalogue and its texts, which name nothing.",
        "统计接口使用错误码目录中的错误码和文本，不指出参数名。",
        (7741, 7745),
        on_answer(change, 400),
        tuple(one for one in PASSAGES if ENDPOINTS[one].family == "data"),
        aspect="codes/statistics",
    )


def _of_conditions() -> Iterator[Variant]:
    rows = (
        ("auto-record-rule", "UpdateAutoRecord", refusals.NO_RULE, 404, 400, (3076, 7741)),
        ("authority-bucket", "UpdateObsBucketAuthority", refusals.NO_BUCKET, 404, 400, (5918,)),
        ("mix-job-rule", "CreateMixJob", refusals.NO_RULE, 404, 400, (3980, 7741)),
        ("stream-job-rule", "CreateIndividualStreamJob", refusals.NO_RULE, 404, 400, (4772, 7741)),
        ("update-job-rule", "UpdateIndividualStreamJob", refusals.NO_RULE, 404, 400, (5222, 7741)),
    )
    for slug, name, code, status, new_status, lines in rows:
        yield Variant(
            f"codes/{name}/{slug}-400",
            f"{name} calls an unknown resource in its body an invalid value.",
            f"{name} 将请求体中不存在的资源视为无效参数。",
            lines,
            recoded(status, {code: _INVALID}, new_status),
            (name,),
        )


def _of_credentials() -> Iterator[Variant]:
    refused = refusals.UNAUTHENTICATED
    yield Variant(
        "codes/credentials/400",
        "Wrong credentials are answered with 400 and RTC.00001001 where no 401 is listed.",
        "未列出 401 的接口在凭证错误时返回 400 以及错误码表中的错误码。",
        (7739,),
        recoded(401, {refused: _UNAUTHORIZED}, 400),
        tuple(
            one.operation
            for chapter, passages in chapters().items()
            if chapter not in _WITH_401
            for one in passages
        ),
        aspect="credentials",
    )
    for code in (_UNAUTHORIZED, "APIGW.0303", "APIGW.0307"):
        yield Variant(
            f"codes/credentials/401-{code}",
            f"Wrong credentials are answered with 401 and {code}.",
            f"凭证错误时返回 401 和 {code}。",
            (7718, 7736, 7739),
            recoded(401, {refused: code}),
            _ALL,
            aspect="credentials",
        )
