package verify

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"
)

// describeTemplates returns SMS templates and changes nothing, https://cloud.tencent.com/document/api/382/5819.
var describeTemplates = action{
	service: "sms",
	version: "2021-01-11",
	name:    "DescribeSmsTemplateList",
	codes:   smsCodes,
}

// TemplateState is the state of an SMS template in the supplier's review.
type TemplateState string

const (
	TemplateApproved TemplateState = "approved"
	TemplatePending  TemplateState = "pending"
	TemplateRefused  TemplateState = "refused"
	TemplateMissing  TemplateState = "missing" // the account has no such template
)

// ProbeTemplate returns the state of the configured template. A success also proves the key pair. The supplier refuses
// the call (UnauthorizedOperation) for a key that may only send, and for a personal account.
func (t *Tencent) ProbeTemplate(ctx context.Context) (TemplateState, error) {
	id, err := strconv.ParseUint(t.tplID, 10, 64)
	if err != nil {
		return TemplateMissing, nil // every id is a number
	}
	var answer struct {
		DescribeTemplateStatusSet []struct {
			TemplateId uint64
			StatusCode int // 0 approved, 1 under review, 2 approved and not in effect yet, -1 refused
		}
		RequestId string
	}
	params := map[string]any{"International": 0, "TemplateIdSet": []uint64{id}}
	if err := t.call(ctx, t.sms, describeTemplates, params, &answer); err != nil {
		return "", err
	}
	for _, s := range answer.DescribeTemplateStatusSet {
		if s.TemplateId != id {
			continue
		}
		switch s.StatusCode {
		case 0:
			return TemplateApproved, nil
		case 1, 2:
			return TemplatePending, nil
		}
		return TemplateRefused, nil
	}
	return TemplateMissing, nil
}

// ErrFaceUnclear means that the supplier did not refuse a flow that does not exist.
var ErrFaceUnclear = errors.New("verify: the supplier knows a flow that does not exist")

// ProbeFace asks for the result of a flow that does not exist. The supplier checks nobody and charges nothing. Its
// refusal of the flow proves the key pair, an active service and, if the supplier compares it first, the RuleId: then
// ProbeFace returns nil. It proves neither quota nor what the flow of the RuleId asks people.
func (t *Tencent) ProbeFace(ctx context.Context) error {
	if t.faceRuleID == "" {
		return notSetUp(detectInfo)
	}
	err := t.call(ctx, t.faceid, detectInfo, map[string]any{
		"BizToken": uuid.NewString(),
		"RuleId":   t.faceRuleID,
		"InfoType": "1",
	}, &struct{}{})
	refusal, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return ErrFaceUnclear
	case refusal != nil && (refusal.PersonReason == ReasonFaceLost || refusal.PersonReason == ReasonFaceExpired):
		return nil
	}
	return err
}
