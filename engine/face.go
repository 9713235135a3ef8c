package engine

import (
	"context"
	"crypto/subtle"

	"shiming/flows"
)

// FaceReturn says what a return address stands for.
type FaceReturn string

// States of a return address.
const (
	FaceUnderWay  FaceReturn = "under_way"  // the case waits for the flow
	FaceOfAnother FaceReturn = "of_another" // the browser comes from another flow
	FaceGone      FaceReturn = "gone"       // the flow is over, or the case has gone on or ended
)

// FaceCase is what the return page has to know of a case.
type FaceCase struct {
	TenantKey, OpenID string // of the applicant
	State             FaceReturn
}

// FaceCase returns what a return address stands for. token is the supplier's name of the flow as the browser brings it,
// or "". It changes nothing. It returns flows.ErrNotFound if there is no such case.
func (e *Engine) FaceCase(ctx context.Context, l flows.FaceLink, token string) (FaceCase, error) {
	c, err := e.CaseOf(ctx, l.CaseID)
	if err != nil {
		return FaceCase{}, err
	}
	out := FaceCase{TenantKey: c.TenantKey, OpenID: c.OpenID, State: FaceGone}
	f, ours := c.FaceCheck, c.Personal.FaceToken
	if c.State != flows.AwaitingFace || f == nil || f.Seq != l.Seq || ours == "" {
		return out, nil
	}
	out.State = FaceUnderWay
	if token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(ours)) != 1 {
		out.State = FaceOfAnother
	}
	return out, nil
}

// FaceReturned makes the bot look for the result of a flow. A flow that is not open any more changes nothing.
func (e *Engine) FaceReturned(ctx context.Context, l flows.FaceLink) error {
	_, _, err := e.Report(ctx, l.CaseID, flows.Event{Kind: flows.FaceReturned, Seq: int64(l.Seq)})
	return err
}
