package app

import (
	"context"
	"time"

	"shiming/esign"
	"shiming/failure"
	"shiming/verify"
	"shiming/workers"
)

// The clients of Tencent Cloud and e签宝 know nothing of metrics: their ports are counted instead, under
// the operations' names in the log. The outcome is "ok" or the class in shiming_call_failures_total.

func (m *metrics) ported(platform, op string, write bool, begin time.Time, err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(failure.Of(err, write).Class)
	}
	m.call(platform, op, outcome, time.Since(begin))
}

// countedVerifier counts the calls of a workers.Verifier.
type countedVerifier struct {
	workers.Verifier
	m *metrics
}

func (v countedVerifier) SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (out verify.SMSReceipt,
	err error) {
	defer func(begin time.Time) { v.m.ported(platformTencent, "SendSms", true, begin, err) }(time.Now())
	return v.Verifier.SendCode(ctx, mobile, code, ttl)
}

func (v countedVerifier) CheckThreeElements(ctx context.Context, name, number, mobile string) (out verify.CheckResult,
	err error) {
	defer func(begin time.Time) { v.m.ported(platformTencent, "PhoneVerification", false, begin, err) }(time.Now())
	return v.Verifier.CheckThreeElements(ctx, name, number, mobile)
}

// countedNotary counts the calls of a workers.EvidenceClient. UploadFile lasts until the file is usable.
type countedNotary struct {
	workers.EvidenceClient
	m *metrics
}

func (n countedNotary) UploadFile(ctx context.Context, name string, body []byte) (id string, err error) {
	defer func(begin time.Time) { n.m.ported(platformEsign, "UploadFile", false, begin, err) }(time.Now())
	return n.EvidenceClient.UploadFile(ctx, name, body)
}

func (n countedNotary) CreatePersonPoint(ctx context.Context, p esign.PersonPoint) (id string, err error) {
	defer func(begin time.Time) { n.m.ported(platformEsign, "CreatePersonPoint", true, begin, err) }(time.Now())
	return n.EvidenceClient.CreatePersonPoint(ctx, p)
}

func (n countedNotary) FileStatus(ctx context.Context, fileID string) (out esign.FileStatus, err error) {
	defer func(begin time.Time) { n.m.ported(platformEsign, "FileStatus", false, begin, err) }(time.Now())
	return n.EvidenceClient.FileStatus(ctx, fileID)
}
