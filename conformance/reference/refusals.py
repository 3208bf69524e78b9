"""The error catalogue of section 14.2, and the exception that carries one of its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Entry(NamedTuple):
    """One row of the catalogue."""

    status: int
    message: str


CATALOGUE: Mapping[str, Entry] = {
    "RTC.00001001": Entry(
        400, "OperationUnauthorized: get DomainID fail please check X-Auth-Token or AK/SK"
    ),
    "RTC.00001002": Entry(400, "MalformedRequestBody: json parsing failed"),
    "RTC.00001003": Entry(400, "InvalidParameterValue"),
    "RTC.00001004": Entry(400, "InvalidParameterCombination"),
    "RTC.00001005": Entry(400, "MissingParameter"),
    "RTC.00001006": Entry(400, "JobRunning: job exists and is not over"),
    "RTC.00001007": Entry(400, "JobExceed"),
    "RTC.00001009": Entry(400, "JobDone: task canceled or completed"),
    "RTC.00001010": Entry(400, "LayoutTemplateNotExist: layout template not exist under your app"),
    "RTC.00001012": Entry(400, "UnsupportRegion: rtc does not provide services in the region"),
    "RTC.00001013": Entry(400, "RuleForbidden Delete: rule is associated with backup rule"),
    "RTC.00001016": Entry(400, "AppDeactivation: app is stopped"),
    "RTC.00001017": Entry(400, "AppsExceed: app num exceed"),
    "RTC.00001018": Entry(400, "UrlUnavailable: callback url is unavailable"),
    "RTC.00001019": Entry(400, "RecordRuleExist: record rule of the app exists"),
    "RTC.00001020": Entry(400, "AppExist: app exists"),
    "RTC.00001021": Entry(400, "NoPermission: policy doesn't allow action to be performed"),
    "RTC.00001022": Entry(400, "job is not initialized"),
    "RTC.00001008": Entry(404, "JobNotExist: job does not exist"),
    "RTC.00001011": Entry(404, "RecordRuleNotExist: record rule not exist under your app"),
    "RTC.00001014": Entry(404, "BucketNotExist: bucket does not exist"),
    "RTC.00001015": Entry(404, "AppNotExist: app does not exist under your account"),
    "RTC.00002001": Entry(500, "InternalServerError. GeneratorIDError"),
    "RTC.00002002": Entry(500, "InternalServerError. DbErr"),
    "RTC.00002003": Entry(500, "InternalServerError. Transcode4xxError"),
    "RTC.00002004": Entry(500, "InternalServerError. Transcode5xxError"),
    "RTC.00002005": Entry(500, "InternalServerError. Live4xxError"),
    "RTC.00002006": Entry(500, "InternalServerError. Live5xxError"),
    # The gateway in front of the service has a family of its own, which section 14.2 points to.
    "APIGW.0101": Entry(404, "The API does not exist or has not been published"),
    "APIGW.0201": Entry(413, "Request entity too large"),
    "APIGW.0301": Entry(401, "Incorrect IAM authentication information"),
    "APIGW.0308": Entry(429, "The throttling threshold has been reached"),
    # Section 3.3 shows this one as the error of the identity service.
    "AS.0001": Entry(400, "The format of message is error"),
}

MALFORMED = "RTC.00001002"
INVALID = "RTC.00001003"
COMBINATION = "RTC.00001004"
MISSING = "RTC.00001005"
JOBS_EXCEEDED = "RTC.00001007"
NO_JOB = "RTC.00001008"
JOB_DONE = "RTC.00001009"
NO_LAYOUT = "RTC.00001010"
NO_RULE = "RTC.00001011"
NO_REGION = "RTC.00001012"
RULE_IN_USE = "RTC.00001013"
NO_BUCKET = "RTC.00001014"
NO_APP = "RTC.00001015"
APP_STOPPED = "RTC.00001016"
APPS_EXCEEDED = "RTC.00001017"
URL_UNAVAILABLE = "RTC.00001018"
APP_EXISTS = "RTC.00001020"
JOB_STARTING = "RTC.00001022"
INTERNAL = "RTC.00002002"
NO_API = "APIGW.0101"
TOO_LARGE = "APIGW.0201"
UNAUTHENTICATED = "APIGW.0301"
THROTTLED = "APIGW.0308"
IDENTITY_FORMAT = "AS.0001"


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """A request that is answered with an error envelope.

    ``where`` names the offending parameter; it never repeats what the client sent.
    """

    def __init__(
        self,
        code: str,
        where: str = "",
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        entry = CATALOGUE[code]
        self.code = code
        self.status = entry.status if status is None else status
        self.message = f"{entry.message}: {where}" if where else entry.message
        self.headers = headers
        super().__init__(self.status, code, where)
