// Error codes of chapter 14.2 and the gateway errors that precede them.
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const CATALOG = {
  OperationUnauthorized: [400, 'RTC.00001001', 'OperationUnauthorized: get DomainID fail please check X-Auth-Token or AK/SK'],
  MalformedRequestBody: [400, 'RTC.00001002', 'MalformedRequestBody: json parsing failed'],
  InvalidParameterValue: [400, 'RTC.00001003', 'InvalidParameterValue'],
  InvalidParameterCombination: [400, 'RTC.00001004', 'InvalidParameterCombination'],
  MissingParameter: [400, 'RTC.00001005', 'MissingParameter'],
  JobRunning: [400, 'RTC.00001006', 'JobRunning: job exists and is not over'],
  JobExceed: [400, 'RTC.00001007', 'JobExceed'],
  JobNotExist: [404, 'RTC.00001008', 'JobNotExist: job does not exist'],
  JobDone: [400, 'RTC.00001009', 'JobDone: task canceled or completed'],
  LayoutTemplateNotExist: [400, 'RTC.00001010', 'LayoutTemplateNotExist: layout template not exist under your app'],
  RecordRuleNotExist: [404, 'RTC.00001011', 'RecordRuleNotExist: record rule not exist under your app'],
  UnsupportRegion: [400, 'RTC.00001012', 'UnsupportRegion: rtc does not provide services in the region'],
  BucketNotExist: [404, 'RTC.00001014', 'BucketNotExist: bucket does not exist'],
  AppNotExist: [404, 'RTC.00001015', 'AppNotExist: app does not exist under your account'],
  AppDeactivation: [400, 'RTC.00001016', 'AppDeactivation: app is stopped'],
  AppsExceed: [400, 'RTC.00001017', 'AppsExceed: app num exceed'],
  RecordRuleExist: [400, 'RTC.00001019', 'RecordRuleExist: record rule of the app exists'],
  AppExist: [400, 'RTC.00001020', 'AppExist: app exists'],
  NoPermission: [400, 'RTC.00001021', "NoPermission: policy doesn't allow action to be performed"],
  JobNotInitialized: [400, 'RTC.00001022', 'job is not initialized'],
  RoomNotExist: [404, 'RTC.00001003', 'InvalidParameterValue: room does not exist'],
  InternalError: [500, 'RTC.00002002', 'InternalServerError.DbErr'],
  Unauthorized: [401, 'APIGW.0301', 'Incorrect IAM authentication information'],
  ObsUnauthorized: [401, 'RTC.00001003', 'InvalidParameterValue: X-Auth-Token is invalid'],
  ApiNotFound: [404, 'APIGW.0101', 'The API does not exist or has not been published in the environment'],
  MethodNotAllowed: [405, 'APIGW.0106', 'Method not allowed'],
};

export function apiError(name, detail) {
  const [status, code, message] = CATALOG[name];
  return new ApiError(status, code, detail ? `${message}: ${detail}` : message);
}

export function fail(name, detail) {
  throw apiError(name, detail);
}

// Errors of chapter 13: DATA.* for most operations, plain "400" for 13.11 and 13.12.
export const dataError = (message) => new ApiError(400, 'DATA.100011001', message);
export const plainError = (message) => new ApiError(400, '400', message);
