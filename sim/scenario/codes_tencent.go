package scenario

// tencentCodes lists the codes of Tencent Cloud; their HTTP status is always 200. Each list is in the page's order,
// separated by white space.
var tencentCodes = []tencentPage{
	{"SendSms 错误码 (https://cloud.tencent.com/document/api/382/59177)", "tencent.sms", []tencentList{
		{Again, "", `
InternalError.SigFieldMissing InternalError.SigVerificationFail`},
		{Asks, mobileBlocked, `FailedOperation.PhoneNumberInBlacklist`},
		{Asks, mobileInvalid, `InvalidParameterValue.IncorrectPhoneNumber`},
		{Asks, mobileRange, `UnsupportedOperation.UnsuportedRegion`},
		{Asks, tooManyCodes, `
LimitExceeded.DeliveryFrequencyLimit LimitExceeded.PhoneNumberSameContentDailyLimit
LimitExceeded.PhoneNumberThirtySecondLimit`},
		{Asks, tooManyToday, `LimitExceeded.PhoneNumberDailyLimit`},
		{Asks, tooManyHour, `LimitExceeded.PhoneNumberOneHourLimit`},
		{Stops, packageEmpty, `FailedOperation.InsufficientBalanceInSmsPackage`},
		{Stops, dayLimit, `LimitExceeded.AppDailyLimit LimitExceeded.DailyLimit`},
		{Stops, inArrears, `UnauthorizedOperation.SerivceSuspendDueToArrears`},
		{Stops, badTemplate, `
FailedOperation.MissingSignature FailedOperation.MissingSignatureList FailedOperation.MissingTemplateList
FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.TemplateIncorrectOrUnapproved
FailedOperation.TemplateParamSetNotMatchApprovedTemplate FailedOperation.TemplateUnapprovedOrNotExist`},
		{Stops, clockOff, `InternalError.RequestTimeException`},
		{Stops, supplierSide, `
FailedOperation.ContainSensitiveWord FailedOperation.FailResolvePacket
FailedOperation.JsonParseFail FailedOperation.MarketingSendTimeConstraint FailedOperation.NotEnterpriseCertification
InternalError.JsonParseFail InternalError.RestApiInterfaceNotExist
InvalidParameter.AppidAndBizId InvalidParameter.DirtyWordFound InvalidParameter.InvalidParameters
InvalidParameterValue.ContentLengthLimit InvalidParameterValue.ProhibitedUseUrlInTemplateParameter
InvalidParameterValue.SdkAppIdNotExist InvalidParameterValue.TemplateParameterFormatError
InvalidParameterValue.TemplateParameterLengthLimit
LimitExceeded.PhoneNumberCountLimit MissingParameter.EmptyPhoneNumberSet
UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny UnauthorizedOperation.RequestIpNotInWhitelist
UnauthorizedOperation.RequestPermissionDeny UnauthorizedOperation.SdkAppIdIsDisabled
UnauthorizedOperation.SmsSdkAppIdVerifyFail UnsupportedOperation.
UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber`},
		{Decides, refusedIt, `
FailedOperation.OtherError FailedOperation.ParametersOtherError`},
		{Unclear, maybeSent, `
InternalError.OtherError InternalError.SendAndRecvFail InternalError.Timeout InternalError.UnknownError`},
	}},
	{"人脸核身 错误码 (https://cloud.tencent.com/document/product/1007/47911)", "tencent.check", []tencentList{
		{Again, "", `
FailedOperation.DbError FailedOperation.RequestLimitExceeded FailedOperation.UnKnown InternalError.UnKnown`},
		{Stops, inArrears, `UnauthorizedOperation.Arrears`},
		{Asks, numberDiffers, `FailedOperation.IdFormatError`},
		{Asks, nameDiffers, `FailedOperation.NameFormatError`},
		{Stops, supplierSide, `
FailedOperation.DecryptSystemError FailedOperation.StsUnAuthErrError InvalidParameter.UnsupportEncryptField
UnauthorizedOperation.ActivateError UnauthorizedOperation.Activating
UnauthorizedOperation.ChargeStatusException UnauthorizedOperation.NonAuthorize UnauthorizedOperation.Nonactivated`},
		{Decides, notTaken, `
FailedOperation.IdNameMisMatch FailedOperation.IdNoExistSystem FailedOperation.VerificationFail`},
	}},
	{"API 3.0 公共错误码 (https://cloud.tencent.com/document/api/382/38780)", "tencent.check", []tencentList{
		{Again, "", `
InternalError RequestLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded
RequestLimitExceeded.IPLimitExceeded
RequestLimitExceeded.UinLimitExceeded ResourceUnavailable ServiceUnavailable`},
		{Stops, clockOff, `AuthFailure.SignatureExpire`},
		{Stops, badKey, `
AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId AuthFailure.SecretIdNotFound AuthFailure.SignatureFailure
AuthFailure.TokenFailure`},
		{Stops, supplierSide, `
ActionOffline AuthFailure.MFAFailure AuthFailure.UnauthorizedOperation DryRunOperation InvalidAction InvalidParameter
InvalidParameterValue InvalidRequest IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter NoSuchProduct
NoSuchVersion
OperationDenied RequestSizeLimitExceeded ResourceInsufficient ResourceNotFound ResponseSizeLimitExceeded
UnauthorizedOperation
UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion`},
		{Decides, refusedIt, `
FailedOperation ResourceInUse`},
	}},
	{"SendSms, API 3.0 公共错误码 (https://cloud.tencent.com/document/api/382/38780)", "tencent.sms", []tencentList{
		{Unclear, maybeSent, `InternalError`},
	}},
}

// checkResults lists the values of Result that PhoneVerification documents besides a match
// (https://cloud.tencent.com/document/api/1007/39765).
var checkResults = []struct {
	result  string
	outcome Outcome
	says    string
	text    Text
}{
	{"-4", Asks, threeDiffer, Text{"三者不是同一个人的", "the three are not one person's"}},
	{"-6", Asks, mobileDiffers, Text{"手机号不合法", "the mobile is not well-formed"}},
	{"-7", Asks, numberDiffers, Text{"证件号有误", "the ID number is not well-formed"}},
	{"-8", Asks, nameDiffers, Text{"姓名校验不通过", "the name is not taken"}},
	{"-9", Asks, noRecord, Text{"没有记录", "no record"}},
	{"-11", Again, "", Text{"验证中心服务繁忙", "the verification centre is busy"}},
	{"-12", Decides, noChecksLeft, Text{"今天的认证次数超限", "checked too often today"}},
	{"-13", Asks, mobileDiffers, Text{"号段不支持", "the number range is not supported"}},
}
