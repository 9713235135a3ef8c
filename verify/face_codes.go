package verify

import "maps"

// accountCodes are the error codes of both actions about the account, its service and the vendor's system
// (https://cloud.tencent.com/document/api/1007/31816, …/41957). None of the calls is charged.
var accountCodes = map[string]row{
	"FailedOperation.DecryptSystemError":   operator, // the client sends nothing encrypted
	"FailedOperation.UnKnown":              retry,
	"InvalidParameterValue.RuleIdNotExist": operator,
	"UnauthorizedOperation.ActivateError":  operator,
	"UnauthorizedOperation.Activating":     operator,
	"UnauthorizedOperation.Arrears":        operator,
	"UnauthorizedOperation.NonAuthorize":   operator,
	"UnauthorizedOperation.Nonactivated":   operator,
}

// faceOpenCodes are the error codes of DetectAuth.
var faceOpenCodes = with(accountCodes, map[string]row{
	"InvalidParameter.UnsupportEncryptField": operator,
	"InvalidParameterValue.RuleIdDisabled":   operator,
})

// faceResultCodes are the error codes of GetDetectInfoEnhanced. InvalidParameter is what the vendor's own sample shows
// for a token that is none.
var faceResultCodes = with(accountCodes, map[string]row{
	"FailedOperation.EncryptSystemError":    retry,
	"FailedOperation.StsUnAuthErrError":     operator,
	"InvalidParameter":                      person(ReasonFaceLost),
	"InvalidParameterValue.BizTokenExpired": person(ReasonFaceExpired),
	"InvalidParameterValue.BizTokenIllegal": person(ReasonFaceLost),
})

// with returns the rows of both tables; those of the second one go first.
func with(base, more map[string]row) map[string]row {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}

// facePending are the values of ErrCode of a flow that is not finished.
var facePending = map[int64]bool{
	14: true, // finished just now, its result is not stored yet
	17: true,
}

// faceOutcomes maps the values of ErrCode that are an outcome of the check
// (https://cloud.tencent.com/document/product/1007/31082).
var faceOutcomes = map[string]Outcome{
	"0":    Match,
	"2005": NoRecord, // the source knows no such identity
	"2006": Mismatch, // name and ID number do not belong together
	"2007": NoRecord, // the source has no photo
	"2008": NoRecord,
	"2009": NoRecord, // the photo of the source is too poor
	"2011": Mismatch, // not the same person, suspected not to be alive
	"2015": Mismatch, // not the same person
	"2016": Mismatch, // the similarity is below the threshold
}

// faceRefusals maps the values of ErrCode with which nobody was compared. The person may begin another flow, except
// after those of too many tries.
var faceRefusals = map[string]row{
	"1":    operator, // the call was wrong
	"2":    operator,
	"3":    operator,
	"4":    person(ReasonFaceSupplier),
	"7":    person(ReasonFaceSupplier),
	"8":    person(ReasonFaceSupplier),
	"10":   person(ReasonFaceSupplier),
	"12":   person(ReasonFaceSupplier),
	"13":   person(ReasonFaceSupplier),
	"15":   person(ReasonFaceExpired),
	"16":   person(ReasonFaceTooOften), // the tries of this flow are used up
	"18":   person(ReasonFaceTooOften),
	"19":   person(ReasonFaceExpired),
	"201":  person(ReasonFaceAgain), // picture or video did not come
	"202":  person(ReasonFaceAgain),
	"203":  operator, // the interface is not authorised
	"204":  operator, // the account is not authorised
	"301":  person(ReasonFaceOther),
	"302":  person(ReasonFaceDocument), // the scanned card has expired
	"303":  person(ReasonFaceDocument), // it could not be scanned
	"1001": person(ReasonFaceSupplier),
	"1002": person(ReasonFaceNotLive),
	"1003": person(ReasonFaceAgain),
	"1004": person(ReasonFaceAgain),
	"1005": person(ReasonFaceAgain),
	"1006": person(ReasonFaceSupplier),
	"1007": person(ReasonFaceAgain),
	"1008": person(ReasonFaceNetwork),
	"1101": person(ReasonFaceAgain),
	"1102": person(ReasonFaceAgain),
	"1103": person(ReasonFaceAgain),
	"1104": person(ReasonFaceAgain),
	"1105": person(ReasonFaceAgain),
	"1106": person(ReasonFaceAgain),
	"1107": person(ReasonFaceAgain),
	"1108": person(ReasonFaceAgain),
	"1109": person(ReasonFaceAgain),
	"1201": person(ReasonFaceLight),
	"1202": person(ReasonFaceLight),
	"1203": person(ReasonFaceDistance),
	"1204": person(ReasonFaceDistance),
	"1205": person(ReasonFaceDistance),
	"1301": person(ReasonFaceNotLive),
	"1302": person(ReasonFaceAgain),
	"1303": person(ReasonFaceAgain), // the video has less than 2 s
	"2001": person(ReasonFaceSupplier),
	"2002": person(ReasonNameInvalid),
	"2003": person(ReasonIDInvalid),
	"2004": person(ReasonFaceAgain),
	"2010": person(ReasonFaceAgain),
	"2012": person(ReasonFaceAgain), // several faces
	"2013": person(ReasonFaceAgain),
	"2014": person(ReasonFaceAgain),
	"2017": person(ReasonFaceSupplier),              // the source is being upgraded
	"2018": personTomorrow(ReasonFaceTooOftenToday), // this ID number, browser or account
}
