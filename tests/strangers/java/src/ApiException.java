/** An error answer: HTTP status plus the error_code / error_msg body of chapter 14.2. */
final class ApiException extends RuntimeException {
    final int status;
    final String code;

    ApiException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    private static ApiException rtc(int status, String number, String message) {
        return new ApiException(status, "RTC.0000" + number, message);
    }

    static ApiException noDomain() {
        return rtc(400, "1001", "OperationUnauthorized: get DomainID fail please check X-Auth-Token or AK/SK");
    }

    static ApiException malformedBody() {
        return rtc(400, "1002", "MalformedRequestBody: json parsing failed");
    }

    static ApiException invalid() {
        return rtc(400, "1003", "InvalidParameterValue");
    }

    static ApiException combination() {
        return rtc(400, "1004", "InvalidParameterCombination");
    }

    static ApiException missing() {
        return rtc(400, "1005", "MissingParameter");
    }

    static ApiException jobRunning() {
        return rtc(400, "1006", "JobRunning: job exists and is not over");
    }

    static ApiException jobExceed() {
        return rtc(400, "1007", "JobExceed");
    }

    static ApiException jobNotExist() {
        return rtc(404, "1008", "JobNotExist: job does not exist");
    }

    static ApiException jobDone() {
        return rtc(400, "1009", "JobDone: task canceled or completed");
    }

    static ApiException layoutNotExist() {
        return rtc(400, "1010", "LayoutTemplateNotExist: layout template not exist under your app");
    }

    static ApiException ruleNotExist() {
        return rtc(404, "1011", "RecordRuleNotExist: record rule not exist under your app");
    }

    static ApiException unsupportedRegion() {
        return rtc(400, "1012", "UnsupportRegion: rtc does not provide services in the region");
    }

    static ApiException ruleForbiddenDelete() {
        return rtc(400, "1013", "RuleForbiddenDelete: rule is associated with backup rule");
    }

    static ApiException bucketNotExist() {
        return rtc(404, "1014", "BucketNotExist: bucket does not exist");
    }

    static ApiException appNotExist() {
        return rtc(404, "1015", "AppNotExist: app does not exist under your account");
    }

    static ApiException appDeactivated() {
        return rtc(400, "1016", "AppDeactivation: app is stopped");
    }

    static ApiException appsExceed() {
        return rtc(400, "1017", "AppsExceed: app num exceed");
    }

    static ApiException recordRuleExist() {
        return rtc(400, "1019", "RecordRuleExist: record rule of the app exists");
    }

    static ApiException appExist() {
        return rtc(400, "1020", "AppExist: app exists");
    }

    static ApiException noPermission() {
        return rtc(400, "1021", "NoPermission: policy doesn't allow action to be performed");
    }

    /** Chapter 11.2 and 12 answer these statuses with the generic code. */
    static ApiException roomNotFound() {
        return rtc(404, "1003", "InvalidParameterValue");
    }

    static ApiException internal() {
        return rtc(500, "2002", "InternalServerError.DbErr");
    }

    /** Statistics service, 13.1 - 13.10, 13.13, 13.14. */
    static ApiException data(String message) {
        return new ApiException(400, "DATA.100011001", message);
    }

    /** Statistics service, 13.11 and 13.12. */
    static ApiException client(String message) {
        return new ApiException(400, "400", message);
    }
}
