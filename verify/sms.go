package verify

import (
	"context"
	"regexp"
	"strconv"
	"time"
)

// sendSms, https://cloud.tencent.com/document/api/382/55981.
var sendSms = action{
	service: "sms",
	version: "2021-01-11",
	name:    "SendSms",
	codes:   smsCodes,
	writes:  true,
}

var (
	mobileForm = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	smsForm    = regexp.MustCompile(`^[0-9]{4,6}$`)
)

// SMSReceipt says that the supplier took a message for delivery.
type SMSReceipt struct {
	Supplier  string    // SupplierTencent
	Serial    string    // SerialNo, the number that the delivery report will carry; empty if the answer has none
	RequestID string    // RequestId
	At        time.Time // our clock at the answer
}

// SendCode sends code (4 to 6 digits) to mobile (11 digits, mainland China) and tells the person that it is valid for
// ttl, in whole minutes, rounded down, at least one. It sends once: after an error whose MaybeApplied is true the
// message may still arrive, so the code must stay valid and another one must not be sent without being asked for.
func (t *Tencent) SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (SMSReceipt, error) {
	if !mobileForm.MatchString(mobile) {
		return SMSReceipt{}, &Error{
			Op:           sendSms.name,
			Code:         CodeBadArgument,
			Class:        ClassPerson,
			PersonReason: ReasonMobileInvalid,
		}
	}
	if !smsForm.MatchString(code) || ttl <= 0 {
		return SMSReceipt{}, &Error{Op: sendSms.name, Code: CodeBadArgument, Class: ClassUnknown}
	}
	minutes := max(1, int(ttl/time.Minute))
	var answer struct {
		SendStatusSet []struct{ SerialNo, Code string }
		RequestId     string
	}
	err := t.call(ctx, t.sms, sendSms, map[string]any{
		"PhoneNumberSet":   []string{"+86" + mobile},
		"SmsSdkAppId":      t.sdkAppID,
		"SignName":         t.signName,
		"TemplateId":       t.tplID,
		"TemplateParamSet": []string{code, strconv.Itoa(minutes)},
	}, &answer)
	if err != nil {
		return SMSReceipt{}, err
	}
	at := t.now()
	if len(answer.SendStatusSet) != 1 || answer.SendStatusSet[0].Code == "" {
		return SMSReceipt{}, badAnswer(sendSms, 200, answer.RequestId)
	}
	status := answer.SendStatusSet[0]
	if status.Code != "Ok" {
		return SMSReceipt{}, t.refused(sendSms, status.Code, answer.RequestId, 200)
	}
	return SMSReceipt{
		Supplier:  SupplierTencent,
		Serial:    cleanID(status.SerialNo),
		RequestID: cleanID(answer.RequestId),
		At:        at,
	}, nil
}
