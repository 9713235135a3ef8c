package scenario

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"shiming/sim/feishu"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// Refusal is a documented error code of a platform, as the answer to one call. The rows follow the platforms' pages and
// not the bot's tables of codes; a test compares the two.
type Refusal struct {
	Name    string // stable, e.g. feishu.ocr/2110001
	Page    string // page of the platform: title, or title and address
	Call    Call
	Code    string // as the platform writes it; for an error of a card 230099/ and the card's own code
	Message string // message of e签宝 that belongs to the code, "" = any
	Status  int    // HTTP status
	Header  http.Header
	Body    string
	Outcome Outcome
	// text that the person (Asks, Unclear) or HR (Stops, Decides) reads, in Chinese; "" = none
	Says string
	Text Text // one line

	set map[string]any // what stands in an answer that is otherwise good; nil = the answer is Body
}

// End returns the text of the outcome.
func (c Refusal) End() Text { return outcomes[c.Outcome] }

// Source rows of the tables; Refusals expands them.
type (
	feishuPage struct {
		title, call string
		codes       []feishuCode
	}
	feishuCode struct {
		code    int
		outcome Outcome
		says    string
		text    Text
	}
	cardError struct {
		call, name string
		code       int
		words      string
		outcome    Outcome
		text       Text
	}
	esignCode struct {
		page, call, name string
		status           int
		code, message    string
		outcome          Outcome
		says             string
		text             Text
	}
	tencentPage struct {
		title, call string
		lists       []tencentList
	}
	tencentList struct {
		outcome Outcome
		says    string
		codes   string
	}
)

// Refusals returns the documented error codes, platform by platform.
func Refusals() []Refusal {
	return slices.Concat(refusalsOfFeishu(), refusalsOfESign(), refusalsOfTencent(), refusalsOfFaces())
}

func refusalsOfFeishu() (out []Refusal) {
	row := func(page, call, name string, code int, msg string) Refusal {
		return Refusal{
			Name:   call + "/" + name,
			Page:   page,
			Call:   callNamed(call),
			Code:   fmt.Sprint(code),
			Status: cmp.Or(feishuStatus[code], http.StatusBadRequest),
			Body:   fmt.Sprintf(`{"code":%d,"msg":%q}`, code, msg),
		}
	}
	for _, p := range feishuCodes {
		for _, c := range p.codes {
			r := row(p.title, p.call, fmt.Sprint(c.code), c.code, "simulated")
			r.Outcome, r.Says, r.Text = c.outcome, c.says, c.text
			out = append(out, r)
		}
	}
	const card = 230099
	for _, c := range cardErrors {
		words := cmp.Or(c.words, "simulated")
		msg := fmt.Sprintf("Failed to create card content, ext=ErrCode: %d; ErrMsg: %s; ", c.code, words)
		r := row("发送消息, 230099 子错误码", c.call, c.name, card, msg)
		r.Code += "/" + fmt.Sprint(c.code)
		r.Outcome, r.Text = c.outcome, c.text
		out = append(out, r)
	}
	return out
}

func refusalsOfESign() (out []Refusal) {
	for _, r := range esignCodes {
		c := Refusal{
			Name:    r.call + "/" + r.name,
			Page:    r.page,
			Call:    callNamed(r.call),
			Code:    r.code,
			Message: r.message,
			Status:  r.status,
			Outcome: r.outcome,
			Says:    r.says,
			Text:    r.text,
		}
		words := cmp.Or(r.message, "simulated")
		if c.Call.Proof == NoProof { // the storage answers with XML
			c.Header = http.Header{"Content-Type": {"application/xml"}}
			xml := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`
			c.Body = fmt.Sprintf(xml, r.code, words)
		} else {
			c.Body = fmt.Sprintf(`{"success":false,"code":%s,"message":%q,"data":null}`, r.code, words)
		}
		out = append(out, c)
	}
	for _, f := range fileStatuses {
		out = append(out, Refusal{
			Name:    fmt.Sprintf("esign.file_status/status_%d", f.status),
			Page:    statusPage,
			Call:    callNamed("esign.file_status"),
			Code:    fmt.Sprintf("fileStatus %d", f.status),
			Status:  http.StatusOK,
			Outcome: Again,
			Text:    f.text,
			Body:    fmt.Sprintf(`{"code":0,"message":null,"data":{"fileStatus":%d}}`, f.status),
		})
	}
	return out
}

func refusalsOfTencent() (out []Refusal) {
	for _, p := range slices.Concat(tencentCodes, faceCodes) {
		for _, l := range p.lists {
			for code := range strings.FieldsSeq(l.codes) {
				out = append(out, Refusal{
					Name:    p.call + "/" + strings.TrimSuffix(code, "."),
					Page:    p.title,
					Call:    callNamed(p.call),
					Code:    code,
					Status:  http.StatusOK,
					Body:    tencent.ErrorBody(code),
					Outcome: l.outcome,
					Says:    l.says,
					Text:    Text{"腾讯云回 " + code, "Tencent Cloud answers " + code},
				})
			}
		}
	}
	for _, r := range checkResults {
		body := `{"Response":{"Result":%q,"Description":"simulated","Isp":"",` +
			`"RequestId":"00000000-0000-4000-8000-000000000000"}}`
		out = append(out, Refusal{
			Name:    "tencent.check/result_" + r.result,
			Page:    "手机号三要素核验 (https://cloud.tencent.com/document/api/1007/39765)",
			Call:    callNamed("tencent.check"),
			Code:    r.result,
			Status:  http.StatusOK,
			Outcome: r.outcome,
			Says:    r.says,
			Text:    r.text,
			Body:    fmt.Sprintf(body, r.result),
		})
	}
	return out
}

func callNamed(name string) Call {
	i := slices.IndexFunc(calls, func(c Call) bool { return c.Name == name })
	return calls[i] // a row with an unknown call fails every test
}

// RefusalNamed returns the row with this name.
func RefusalNamed(name string) (Refusal, bool) {
	all := Refusals()
	i := slices.IndexFunc(all, func(c Refusal) bool { return c.Name == name })
	if i < 0 {
		return Refusal{}, false
	}
	return all[i], true
}

// Wire returns the fault that answers the next call with the code.
func (c Refusal) Wire() wire.Fault {
	if c.set != nil {
		return wire.Fault{
			Upstream:  c.Call.Upstream,
			Operation: c.Call.Operation,
			Kind:      wire.Altered,
			Times:     1,
			Set:       c.set,
		}
	}
	return wire.Fault{
		Upstream:  c.Call.Upstream,
		Operation: c.Call.Operation,
		Kind:      wire.Error,
		Times:     1,
		Status:    c.Status,
		Header:    c.Header,
		Body:      c.Body,
	}
}

// Arm arms the refusal for the next call and returns a function that disarms it. For a call that fetches a token it
// also invalidates the current tokens, so that the bot makes the call.
func (c Refusal) Arm(faults *wire.Faults, f *feishu.Server) (disarm func()) {
	id := faults.Arm(c.Wire())
	if c.Call.Proof == Secret {
		f.KillTokens()
	}
	return func() { faults.Disarm(id) }
}
