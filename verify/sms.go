package verify

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"shiming/shape"
)

// sendSms, https://cloud.tencent.com/document/api/382/55981.
var sendSms = action{
	service: "sms",
	version: "2021-01-11",
	name:    "SendSms",
	codes:   smsCodes,
	writes:  true,
	answer: shape.Needed(shape.Object(shape.Fields{
		"SendStatusSet": shape.Needed(shape.List(shape.Object(shape.Fields{
			"SerialNo":       shape.Needed(shape.Text),
			"PhoneNumber":    shape.Text,
			"Fee":            shape.Number,
			"SessionContext": shape.Text,
			"Code":           shape.Needed(shape.Text),
			"Message":        shape.Text,
			"IsoCode":        shape.Text,
		}))),
		"RequestId": shape.Needed(shape.Text),
	})),
}

var (
	mobileForm = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	smsForm    = regexp.MustCompile(`^[0-9]{4,6}$`)
)

// SMSReceipt confirms that the supplier accepted a message for delivery.
type SMSReceipt struct {
	Supplier  string    // Config.Supplier
	Serial    string    // SerialNo, which the delivery report repeats; may be empty
	RequestID string    // RequestId
	At        time.Time // local clock at the response
}

// SendCode sends code (4 to 6 digits) to mobile (11 digits, mainland China). The message names ttl as the validity, in
// whole minutes, rounded down, at least one. SendCode does not retry. After an error with MaybeApplied the message may
// still arrive: the caller keeps the code valid, and sends another code only on request of the applicant.
func (t *Tencent) SendCode(ctx context.Context, mobile, code string, ttl time.Duration) (SMSReceipt, error) {
	if !t.sendsCodes {
		return SMSReceipt{}, notSetUp(sendSms)
	}
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
		Supplier:  t.supplier,
		Serial:    cleanID(status.SerialNo),
		RequestID: cleanID(answer.RequestId),
		At:        at,
	}, nil
}
