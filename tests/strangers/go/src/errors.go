package main

import "net/http"

type apiError struct {
	Status int    `json:"-"`
	Code   string `json:"error_code"`
	Msg    string `json:"error_msg"`
}

func (e *apiError) Error() string { return e.Code + " " + e.Msg }

func newErr(status int, code, msg string) *apiError { return &apiError{status, code, msg} }

func withDetail(base, detail string) string {
	if detail == "" {
		return base
	}
	return base + ": " + detail
}

// Appendix 14.2.
func errNoDomain() *apiError {
	return newErr(400, "RTC.00001001", "OperationUnauthorized: get DomainID fail please check X-Auth-Token or AK/SK")
}
func errMalformed(d string) *apiError {
	return newErr(400, "RTC.00001002", withDetail("MalformedRequestBody: json parsing failed", d))
}
func errInvalid(d string) *apiError {
	return newErr(400, "RTC.00001003", withDetail("InvalidParameterValue", d))
}
func errCombination(d string) *apiError {
	return newErr(400, "RTC.00001004", withDetail("InvalidParameterCombination", d))
}
func errMissing(name string) *apiError {
	return newErr(400, "RTC.00001005", withDetail("MissingParameter", name))
}
func errJobExceed() *apiError { return newErr(400, "RTC.00001007", "JobExceed") }
func errJobNotExist() *apiError {
	return newErr(404, "RTC.00001008", "JobNotExist: job does not exist")
}
func errJobDone() *apiError {
	return newErr(400, "RTC.00001009", "JobDone: task canceled or completed")
}
func errJobRunning() *apiError {
	return newErr(400, "RTC.00001006", "JobRunning: job exists and is not over")
}
func errLayoutTemplate() *apiError {
	return newErr(400, "RTC.00001010", "LayoutTemplateNotExist: layout template not exist under your app")
}
func errRuleNotExist() *apiError {
	return newErr(404, "RTC.00001011", "RecordRuleNotExist: record rule not exist under your app")
}
func errRegion() *apiError {
	return newErr(400, "RTC.00001012", "UnsupportRegion: rtc does not provide services in the region")
}
func errRuleForbiddenDelete() *apiError {
	return newErr(400, "RTC.00001013", "RuleForbiddenDelete: rule is in use")
}
func errBucketNotExist() *apiError {
	return newErr(404, "RTC.00001014", "BucketNotExist: bucket does not exist")
}
func errAppNotExist() *apiError {
	return newErr(404, "RTC.00001015", "AppNotExist: app does not exist under your account")
}
func errAppDeactivated() *apiError {
	return newErr(400, "RTC.00001016", "AppDeactivation: app is stopped")
}
func errAppsExceed() *apiError { return newErr(400, "RTC.00001017", "AppsExceed: app num exceed") }
func errRuleExist() *apiError {
	return newErr(400, "RTC.00001019", "RecordRuleExist: record rule of the app exists")
}
func errAppExist() *apiError { return newErr(400, "RTC.00001020", "AppExist: app exists") }
func errJobInit() *apiError  { return newErr(400, "RTC.00001022", "job is not initialized") }

// Chapter 13 uses its own family of codes.
func errData(msg string) *apiError { return newErr(400, "DATA.100011001", msg) }
func errDataMissing(name string) *apiError {
	return errData("Required String parameter '" + name + "' is not present")
}

// Gateway errors (authentication, routing).
func errUnauthorized(d string) *apiError {
	return newErr(http.StatusUnauthorized, "APIGW.0301", withDetail("Incorrect IAM authentication information", d))
}
func errForbidden(d string) *apiError {
	return newErr(http.StatusForbidden, "APIGW.0302", withDetail("The IAM user is not allowed to access the API", d))
}
