package workers

import (
	"context"
	"time"

	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
	"shiming/verify"
)

// A case keeps the method to which its applicant consented, so that it may need a supplier which the present settings
// do not name. Its step then stops like one with wrong credentials: HR learns why, and it goes on by itself after a
// restart with the supplier in the settings.

// absentError is the failure of every call to a supplier that is not set up. Nothing was sent.
type absentError struct{}

func (absentError) Error() string             { return "the supplier is not set up" }
func (absentError) Temporary() bool           { return false }
func (absentError) RetryAfter() time.Duration { return 0 }
func (absentError) MaybeApplied() bool        { return false }

func (absentError) Failure() failure.Details {
	return failure.Details{Class: failure.Operator, Code: string(flows.StopNotSetUp)}
}

// absentVerifier is the Verifier of an installation without one.
type absentVerifier struct{}

func (absentVerifier) SendCode(context.Context, string, string, time.Duration) (verify.SMSReceipt, error) {
	return verify.SMSReceipt{}, absentError{}
}

func (absentVerifier) CheckThreeElements(context.Context, string, string, string) (verify.CheckResult, error) {
	return verify.CheckResult{}, absentError{}
}

func (absentVerifier) CheckFourElements(context.Context, string, string, string, string) (verify.CheckResult, error) {
	return verify.CheckResult{}, absentError{}
}

func (absentVerifier) LookUpBank(context.Context, string) (verify.Bank, error) {
	return verify.Bank{}, absentError{}
}

func (absentVerifier) OpenFace(context.Context, verify.FacePerson, string) (verify.FaceSession, error) {
	return verify.FaceSession{}, absentError{}
}

func (absentVerifier) FaceResult(context.Context, string, verify.FacePerson) (verify.FaceResult, error) {
	return verify.FaceResult{}, absentError{}
}

// absentEvidence is the EvidenceClient of an installation without one.
type absentEvidence struct{}

func (absentEvidence) UploadFile(context.Context, string, []byte) (string, error) {
	return "", absentError{}
}

func (absentEvidence) CreatePersonPoint(context.Context, esign.PersonPoint) (string, error) {
	return "", absentError{}
}

func (absentEvidence) FileStatus(context.Context, string) (esign.FileStatus, error) {
	return esign.FileStatus{}, absentError{}
}
