package verify

import (
	"context"
	"strconv"
)

// describeTemplates asks about SMS templates and changes nothing, https://cloud.tencent.com/document/api/382/5819.
var describeTemplates = action{
	service: "sms",
	version: "2021-01-11",
	name:    "DescribeSmsTemplateList",
	codes:   smsCodes,
}

// TemplateState is what the supplier's review of an SMS template has come to.
type TemplateState string

const (
	TemplateApproved TemplateState = "approved"
	TemplatePending  TemplateState = "pending"
	TemplateRefused  TemplateState = "refused"
	TemplateMissing  TemplateState = "missing" // no such template in this account
)

// ProbeTemplate asks for the state of the configured template. It proves the key pair on the way; keys that may only
// send are refused (UnauthorizedOperation), and personal accounts cannot ask.
func (t *Tencent) ProbeTemplate(ctx context.Context) (TemplateState, error) {
	id, err := strconv.ParseUint(t.tplID, 10, 64)
	if err != nil {
		return TemplateMissing, nil // ids are numbers
	}
	var answer struct {
		DescribeTemplateStatusSet []struct {
			TemplateId uint64
			StatusCode int // 0 approved, 1 under review, 2 approved and not in effect yet, -1 refused
		}
		RequestId string
	}
	if err := t.call(ctx, t.sms, describeTemplates, map[string]any{"International": 0, "TemplateIdSet": []uint64{id}},
		&answer); err != nil {
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
