package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Titles of the vendor's pages about a check by face.
const (
	faceLinkPage   = "DetectAuth 错误码 (https://cloud.tencent.com/document/api/1007/31816)"
	faceResultPage = "GetDetectInfoEnhanced 错误码 (https://cloud.tencent.com/document/api/1007/41957)"
	faceErrorPage  = "实名核身 ErrCode (https://cloud.tencent.com/document/product/1007/31082)"
)

// faceCodes lists the codes of the two calls themselves. None hands a result out.
var faceCodes = []tencentPage{
	{faceLinkPage, "tencent.face_link", []tencentList{
		{Again, "", `FailedOperation.UnKnown`},
		{Stops, badKey, `AuthFailure.InvalidAuthorization`},
		{Stops, inArrears, `UnauthorizedOperation.Arrears`},
		{Stops, badRule, `InvalidParameterValue.RuleIdDisabled InvalidParameterValue.RuleIdNotExist`},
		{Stops, supplierSide, `
FailedOperation.DecryptSystemError InvalidParameter InvalidParameter.UnsupportEncryptField
UnauthorizedOperation.ActivateError UnauthorizedOperation.Activating UnauthorizedOperation.NonAuthorize
UnauthorizedOperation.Nonactivated`},
	}},
	{faceResultPage, "tencent.face_result", []tencentList{
		{Again, "", `FailedOperation.EncryptSystemError FailedOperation.UnKnown`},
		{Asks, faceGone, `InvalidParameter InvalidParameterValue.BizTokenIllegal`},
		{Asks, faceLate, `InvalidParameterValue.BizTokenExpired`},
		{Stops, inArrears, `UnauthorizedOperation.Arrears`},
		{Stops, badRule, `InvalidParameterValue.RuleIdNotExist`},
		{Stops, supplierSide, `
FailedOperation.DecryptSystemError FailedOperation.StsUnAuthErrError UnauthorizedOperation.ActivateError
UnauthorizedOperation.Activating UnauthorizedOperation.NonAuthorize UnauthorizedOperation.Nonactivated`},
	}},
}

// faceResults lists the values of ErrCode besides a match.
var faceResults = []tencentList{
	{Again, "", `14 17`},
	{Asks, faceDiffers, `2006 2011 2015 2016`},
	{Asks, faceUnknown, `2005 2007 2008 2009`},
	{Asks, nameDiffers, `2002`},
	{Asks, numberDiffers, `2003`},
	{Asks, faceLate, `15 19`},
	{Asks, faceTooOften, `16 18`},
	{Asks, faceOtherOne, `301`},
	{Asks, faceCard, `302 303`},
	{Asks, faceNotLive, `1002 1301`},
	{Asks, faceLight, `1201 1202`},
	{Asks, faceDistance, `1203 1204 1205`},
	{Asks, faceNetwork, `1008`},
	{Asks, faceUnclear, `
201 202 1003 1004 1005 1007 1101 1102 1103 1104 1105 1106 1107 1108 1109 1302 1303 2004 2010 2012 2013 2014`},
	{Asks, faceTrouble, `4 7 8 10 12 13 1001 1006 2001 2017`},
	{Asks, faceToday, `2018`},
	{Decides, supplierSide, `1 2 3 203 204`},
}

// refusalsOfFaces returns the ways in which a flow ends without a match. The supplier answers as always, with this
// ErrCode; a flow that is not finished has nothing but that.
func refusalsOfFaces() (out []Refusal) {
	for _, l := range faceResults {
		for code := range strings.FieldsSeq(l.codes) {
			r := Refusal{
				Name:    "tencent.face_result/err_" + code,
				Page:    faceErrorPage,
				Call:    callNamed("tencent.face_result"),
				Code:    code,
				Status:  http.StatusOK,
				Body:    fmt.Sprintf(`{"Response":{"Text":{"ErrCode":%s},"RequestId":"simulated-request"}}`, code),
				Outcome: l.outcome,
				Says:    l.says,
				Text:    Text{"刷脸的结果是 " + code, "the check by face ends with " + code},
			}
			if l.outcome != Again {
				r.set = map[string]any{"Response.Text.ErrCode": json.Number(code)}
			}
			out = append(out, r)
		}
	}
	return out
}
