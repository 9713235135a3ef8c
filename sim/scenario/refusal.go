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

// Outcome is what follows from a documented error code.
type Outcome string

const (
	Again   Outcome = "again"   // the bot tries again by itself
	Asks    Outcome = "asks"    // the person is told what to put right
	Stops   Outcome = "stops"   // the step waits until somebody has put it right; HR is told once
	Unseen  Outcome = "unseen"  // somebody does not see a card; the case goes on
	Unclear Outcome = "unclear" // it may have been done all the same: a person decides
)

// outcomes say it in words.
var outcomes = map[Outcome]Text{
	Again:   {"自动再试", "tried again by itself"},
	Asks:    {"告诉员工要改什么", "the person is told what to put right"},
	Stops:   {"这一步停下，通知 HR；改好后点重试，或自动再试", "the step stops and HR is told; it goes on by retrying, or by itself when it is put right"},
	Unseen:  {"卡片没有显示出来，记入日志；实名继续", "a card is not seen, which is logged; the case goes on"},
	Unclear: {"可能已经做了：不自动再做，由人决定", "may have been done: not repeated by itself, somebody decides"},
}

// Refusal is a documented error code of a platform, as the answer to one call.
type Refusal struct {
	Name    string // stable, e.g. feishu.ocr/2110001
	Call    Call
	Code    string // as the platform writes it
	Status  int    // of HTTP
	Header  http.Header
	Body    string
	Outcome Outcome
	Text    Text // one line
}

// End is what follows, in words.
func (c Refusal) End() Text { return outcomes[c.Outcome] }

// feishuCode and esignCode are rows as they are written down. What stands in the body of e签宝 beside the number is part of it.
type feishuCode struct {
	call    string
	code    int
	outcome Outcome
	text    Text
}

type esignCode struct {
	call, name string
	status     int
	code       string
	message    string
	outcome    Outcome
	text       Text
}

// Refusals lists the documented error codes, platform by platform.
func Refusals() []Refusal {
	var out []Refusal
	for _, r := range feishuCodes {
		body := fmt.Sprintf(`{"code":%d,"msg":"simulated"}`, r.code)
		out = append(out, Refusal{Name: fmt.Sprintf("%s/%d", r.call, r.code), Call: callNamed(r.call), Code: fmt.Sprint(r.code),
			Status: cmp.Or(feishuStatus[r.code], http.StatusBadRequest), Body: body, Outcome: r.outcome, Text: r.text})
	}
	for _, r := range esignCodes {
		out = append(out, r.row())
	}
	for _, part := range []struct {
		call  string
		codes map[Outcome]string
	}{{"tencent.sms", smsCodes}, {"tencent.check", faceidCodes}, {"tencent.check", cloudCodes}} {
		for _, outcome := range []Outcome{Again, Asks, Stops, Unclear} {
			for _, code := range strings.Fields(part.codes[outcome]) {
				if part.call == "tencent.check" && outcome == Unclear {
					outcome = Again // a check that is made twice does no harm
				}
				out = append(out, Refusal{Name: part.call + "/" + strings.TrimSuffix(code, "."), Call: callNamed(part.call), Code: code, Status: http.StatusOK,
					Body: tencent.ErrorBody(code), Outcome: outcome, Text: Text{"腾讯云回 " + code, "Tencent Cloud answers " + code}})
			}
		}
	}
	return out
}

func (r esignCode) row() Refusal {
	c := Refusal{Name: r.call + "/" + r.name, Call: callNamed(r.call), Code: r.code, Status: r.status, Outcome: r.outcome, Text: r.text}
	if c.Call.Proof == NoProof { // the storage speaks XML
		c.Header = http.Header{"Content-Type": {"application/xml"}}
		c.Body = fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, r.code, r.message)
		return c
	}
	c.Body = fmt.Sprintf(`{"success":false,"code":%s,"message":%q,"data":null}`, r.code, r.message)
	return c
}

func callNamed(name string) Call {
	i := slices.IndexFunc(calls, func(c Call) bool { return c.Name == name })
	return calls[i] // a row that names no call fails every test
}

// RefusalNamed finds a row.
func RefusalNamed(name string) (Refusal, bool) {
	all := Refusals()
	i := slices.IndexFunc(all, func(c Refusal) bool { return c.Name == name })
	if i < 0 {
		return Refusal{}, false
	}
	return all[i], true
}

// Wire is the fault to arm: the next call is answered with the code.
func (c Refusal) Wire() wire.Fault {
	return wire.Fault{Upstream: c.Call.Upstream, Operation: c.Call.Operation, Kind: wire.Error, Times: 1, Status: c.Status, Header: c.Header, Body: c.Body}
}

// Arm lets the platform answer the next such call with the code, and returns what takes that back. Tokens are forgotten where
// the call is about getting one.
func (c Refusal) Arm(faults *wire.Faults, f *feishu.Server) (disarm func()) {
	id := faults.Arm(c.Wire())
	if c.Call.Proof == Secret {
		f.KillTokens()
	}
	return func() { faults.Disarm(id) }
}
