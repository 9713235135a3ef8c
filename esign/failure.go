package esign

import "shiming/failure"

var _ failure.Error = (*Error)(nil)

// failures maps each kind to its meaning for a case. A kind without a row is a refusal.
var failures = map[Kind]failure.Details{
	KindAuth:           {Class: failure.Operator, Code: "credentials"},
	KindForbidden:      {Class: failure.Operator, Code: "allow_list"},
	KindClock:          {Class: failure.Operator, Code: "clock"},
	KindPermission:     {Class: failure.Operator, Code: "config"},
	KindUploadHost:     {Class: failure.Operator, Code: "upload_host"},
	KindSDKAddress:     {Class: failure.Operator, Code: "config"},
	KindQuota:          {Class: failure.Operator, Code: "quota"},
	KindRate:           {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindServer:         {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindNetwork:        {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindMalformed:      {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindUploadExpired:  {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindUploadPending:  {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindUploadFailed:   {Class: failure.Retry, Code: failure.CodeUnavailable},
	KindNotFound:       {Class: failure.FileLost, Code: failure.CodeRefused},
	KindParameter:      {Class: failure.Refused, Code: failure.CodeBug},
	KindUploadMismatch: {Class: failure.Refused, Code: "upload_changed"},
}

// Failure returns the meaning of the error for a case.
func (e *Error) Failure() failure.Details {
	d, ok := failures[e.Kind]
	if !ok {
		d = failure.Details{Class: failure.Refused, Code: failure.CodeRefused}
	}
	if e.Code == "1435002" && e.Op == "CreatePersonPoint" {
		// The set-up is wrong, most likely esign.evidence_revision, and other cases would be refused as well. The refusal is
		// certain, so the step is tried again now and then like any other that waits for an operator.
		d.Class, d.Code, d.Field = failure.Operator, "evidence_field", e.Field
	}
	d.Operation, d.Upstream, d.LogID = e.Op, e.Code, e.RequestID
	return d
}
