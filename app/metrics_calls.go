package app

import (
	"context"
	"time"

	"shiming/esign"
	"shiming/failure"
	"shiming/verify"
	"shiming/workers"
)

// observeCall records a call of Tencent Cloud or e签宝 under the name of the operation in the log. The clients have no
// metrics, so a wrapper of each port calls observeCall. The outcome is "ok" or the class in
// shiming_call_failures_total.
func (m *metrics) observeCall(platform, op string, write bool, begin time.Time, err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(failure.Of(err, write).Class)
	}
	m.call(platform, op, outcome, time.Since(begin))
}

// countedVerifier is a workers.Verifier that records its calls in m.
type countedVerifier struct {
	workers.Verifier
	m *metrics
}

func (v countedVerifier) SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (
	out verify.SMSReceipt, err error,
) {
	defer func(begin time.Time) { v.m.observeCall(platformTencent, "SendSms", true, begin, err) }(time.Now())
	return v.Verifier.SendCode(ctx, mobile, code, ttl)
}

func (v countedVerifier) CheckThreeElements(ctx context.Context, name, number, mobile string) (
	out verify.CheckResult, err error,
) {
	defer func(begin time.Time) { v.m.observeCall(platformTencent, "PhoneVerification", false, begin, err) }(time.Now())
	return v.Verifier.CheckThreeElements(ctx, name, number, mobile)
}

func (v countedVerifier) CheckFourElements(ctx context.Context, name, number, mobile, card string) (
	out verify.CheckResult, err error,
) {
	defer func(begin time.Time) {
		v.m.observeCall(platformTencent, "BankCard4EVerification", false, begin, err)
	}(time.Now())
	return v.Verifier.CheckFourElements(ctx, name, number, mobile, card)
}

func (v countedVerifier) LookUpBank(ctx context.Context, card string) (out verify.Bank, err error) {
	defer func(begin time.Time) {
		v.m.observeCall(platformTencent, "CheckBankCardInformation", false, begin, err)
	}(time.Now())
	return v.Verifier.LookUpBank(ctx, card)
}

func (v countedVerifier) OpenFace(ctx context.Context, p verify.FacePerson, redirectURL string) (
	out verify.FaceSession, err error,
) {
	defer func(begin time.Time) { v.m.observeCall(platformTencent, "DetectAuth", false, begin, err) }(time.Now())
	return v.Verifier.OpenFace(ctx, p, redirectURL)
}

func (v countedVerifier) FaceResult(ctx context.Context, token string, p verify.FacePerson) (
	out verify.FaceResult, err error,
) {
	defer func(begin time.Time) {
		v.m.observeCall(platformTencent, "GetDetectInfoEnhanced", true, begin, err)
	}(time.Now())
	return v.Verifier.FaceResult(ctx, token, p)
}

// countedEvidence is a workers.EvidenceClient that records its calls in m. The time of UploadFile includes the wait
// until the file is usable.
type countedEvidence struct {
	workers.EvidenceClient
	m *metrics
}

func (e countedEvidence) UploadFile(ctx context.Context, name string, body []byte) (id string, err error) {
	defer func(begin time.Time) { e.m.observeCall(platformEsign, "UploadFile", false, begin, err) }(time.Now())
	return e.EvidenceClient.UploadFile(ctx, name, body)
}

func (e countedEvidence) CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (id string, err error) {
	defer func(begin time.Time) { e.m.observeCall(platformEsign, "CreatePersonPoint", true, begin, err) }(time.Now())
	return e.EvidenceClient.CreatePersonPoint(ctx, p)
}

func (e countedEvidence) FileStatus(ctx context.Context, fileID string) (out esign.FileStatus, err error) {
	defer func(begin time.Time) { e.m.observeCall(platformEsign, "FileStatus", false, begin, err) }(time.Now())
	return e.EvidenceClient.FileStatus(ctx, fileID)
}
