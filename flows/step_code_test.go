package flows

import (
	"fmt"
	"testing"
	"time"
)

// codeCase returns a case in AwaitingCode with a code in the given state, which was asked for 5 s ago.
func codeCase(state CodeState) *Case {
	c := SampleCase(AwaitingCode)
	c.Code = &Code{
		Seq:      1,
		State:    state,
		AskedAt:  SampleTime.Add(-5 * time.Second),
		MAC:      []byte("right"),
		Supplier: "腾讯云",
	}
	c.CodesAsked = []time.Time{SampleTime.Add(-5 * time.Second)}
	if state == "sent" {
		c.Code.SentAt = SampleTime.Add(-4 * time.Second)
	}
	return c
}

func TestCodePreparedStoresIntent(t *testing.T) {
	c := codeCase("sending")
	c.Code.MAC = nil
	d := decide(t, c, Event{
		Kind:     CodePrepared,
		Seq:      1,
		MAC:      []byte("right"),
		Supplier: "腾讯云",
	}).wantStay()
	if string(d.Case.Code.MAC) != "right" || d.Case.Code.Supplier != "腾讯云" || !d.Silent {
		t.Errorf("got code %+v, want MAC and supplier", d.Case.Code)
	}
	// A second run of the job must not replace the digits.
	decide(t, d.Case, Event{Kind: CodePrepared, Seq: 1, MAC: []byte("other")}).wantRefused("another code is valid", "")
}

// TestResultsOfOlderCode checks that results of a replaced code are refused.
func TestResultsOfOlderCode(t *testing.T) {
	for _, k := range []Kind{CodePrepared, CodeSent, CodeFailed, CodeUnknown, CodeDropped} {
		c := codeCase("sending")
		c.Code.MAC = nil
		decide(t, c, Event{Kind: k, Seq: 2}).wantRefused("another code is valid", "")
		c.Code = nil
		decide(t, c, Event{Kind: k, Seq: 0}).wantRefused("another code is valid", "")
	}
}

func TestCodeResults(t *testing.T) {
	for _, tt := range []struct {
		kind     Kind
		state    CodeState
		problem  string
		sent     string
		keepsMAC bool
		silent   bool
	}{
		{CodeSent, "sent", "", "tencent_sms", true, false},
		{CodeFailed, "failed", "mobile_blocked", "tencent_sms", false, false},
		{CodeUnknown, "unknown", "unknown", "tencent_sms", true, false}, // it may have arrived, so it stays valid
		{CodeDropped, "sending", "", "", false, true},
	} {
		t.Run(fmt.Sprint(tt.kind), func(t *testing.T) {
			c := codeCase("sending")
			c.Delayed = "code"
			d := decide(t, c, Event{
				Kind:    tt.kind,
				Seq:     1,
				Serial:  "serial",
				Problem: "mobile_blocked",
				At:      SampleTime,
			}).wantStay()
			code := d.Case.Code
			if code.State != tt.state || code.Problem != tt.problem || (code.MAC != nil) != tt.keepsMAC ||
				d.Silent != tt.silent {
				t.Errorf("%s: got code %+v, silent %v, want state %s, problem %q, a MAC: %v, silent %v",
					tt.kind, code, d.Silent, tt.state, tt.problem, tt.keepsMAC, tt.silent)
			}
			if d.lastDisclosure() != tt.sent {
				t.Errorf("%s: sent to %q, want %v", tt.kind, d.lastDisclosure(), tt.sent)
			}
			if tt.kind == CodeSent && (code.Serial != "serial" || !code.SentAt.Equal(SampleTime) || d.Case.Delayed != "") {
				t.Errorf("got code %+v, delayed %q, want sent at once and no delay", code, d.Case.Delayed)
			}
			if !tt.silent {
				d.wantCards([]string{AudienceApplicant}, nil)
			}
		})
	}
	decide(t, codeCase("sent"), Event{Kind: CodeDropped, Seq: 1}).wantRefused("another code is valid", "")
}

func TestCodeAsked(t *testing.T) {
	for _, tt := range []struct {
		name    string
		state   CodeState
		asked   time.Duration // ago
		mobile  string        // where the last one went
		waits   string        // seconds, when it is too soon
		starts  time.Duration // from now, at the latest
		another bool
	}{
		{"too soon", "sent", 20 * time.Second, SampleMobile, "40", 0, false},
		{"too soon by less than a second", "sent", 59*time.Second + 1, SampleMobile, "1", 0, false},
		{"in time", "sent", time.Minute, SampleMobile, "", 0, true},
		{"in time while unknown", "unknown", 2 * time.Minute, SampleMobile, "", 0, true},
		{"too soon while unknown", "unknown", time.Second, SampleMobile, "59", 0, false},
		{"too soon while it is being sent", "sending", time.Second, SampleMobile, "59", 0, false},
		{"after one that was not sent, no later than after the pause", "failed",
			20 * time.Second, SampleMobile, "", 40 * time.Second, true},
		{"after one that was not sent, to another mobile, no later either", "failed",
			20 * time.Second, "13900009999", "", 40 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := codeCase(tt.state)
			c.Code.AskedAt, c.CodesAsked, c.Personal.CodeMobile = SampleTime.Add(-tt.asked),
				[]time.Time{SampleTime.Add(-tt.asked)}, tt.mobile
			d := decide(t, c, Event{Kind: CodeAsked})
			if !tt.another {
				d.wantRefused("too soon for another code", "code_wait", "seconds", tt.waits)
				return
			}
			d.wantStay().wantToast("resent").wantCards([]string{AudienceApplicant}, nil)
			j := d.wantJobs(JobSendCode)[0]
			if j.rev != 2 || j.At.Before(SampleTime) || j.At.After(SampleTime.Add(tt.starts)) {
				t.Errorf("got job %+v, want code 2 within the pause", j)
			}
			if code := d.Case.Code; code.Seq != 2 || code.State != "sending" || code.MAC != nil || code.Tries != 0 {
				t.Errorf("got code %+v, want a new one with number 2", code)
			}
		})
	}
}

func TestCodesPerDay(t *testing.T) {
	c := codeCase("sent")
	c.Code.AskedAt, c.CodesAsked = SampleTime.Add(-2*time.Minute), nil
	for i := range MaxCodesPerDay {
		c.CodesAsked = append(c.CodesAsked, SampleTime.Add(-24*time.Hour+time.Minute).Add(time.Duration(i)*time.Minute))
	}
	decide(t, c, Event{Kind: CodeAsked}).wantRefused("too many codes within a day", "codes_used_up")
	d := decide(t, c, Event{Kind: CodeAsked, At: SampleTime.Add(time.Minute)}).wantStay()
	if n := len(d.Case.CodesAsked); n != MaxCodesPerDay {
		t.Errorf("%d codes on record, the oldest is more than a day old, want %v", n, MaxCodesPerDay)
	}
}

// codeOutcome is what shall become of a typed code.
type codeOutcome struct {
	state   State  // "" for a refusal
	refusal string // its reason
	toast   string
	args    []string // of the toast
	problem string   // that the code's card shows
}

func TestCodeTyped(t *testing.T) {
	ttl := SamplePolicy().CodeTTL
	for _, tt := range []struct {
		name  string
		state CodeState
		after time.Duration // of SampleTime, when the code is typed
		mac   string        // of the typed digits; "right" is the MAC of the code that was sent
		tries int           // wrong tries before
		typed string
		want  codeOutcome
	}{
		{name: "right", state: "sent", mac: "right", typed: "123456", want: codeOutcome{state: Checking, toast: "saved"}},
		{name: "right, before the receipt", state: "sending", mac: "right", typed: "123456",
			want: codeOutcome{state: Checking, toast: "saved"}},
		{name: "right, without any receipt", state: "unknown", mac: "right", typed: "123456",
			want: codeOutcome{state: Checking, toast: "saved"}},
		{name: "right at the last try", state: "sent", mac: "right", tries: MaxCodeTries - 1, typed: "123456",
			want: codeOutcome{state: Checking, toast: "saved"}},
		{name: "wrong", state: "sent", mac: "wrong", typed: "123456",
			want: codeOutcome{state: AwaitingCode, toast: "code_wrong", args: []string{"left", "4"}, problem: "wrong"}},
		{name: "wrong for the fourth time", state: "sent", mac: "wrong", tries: 3, typed: "123456",
			want: codeOutcome{state: AwaitingCode, toast: "code_wrong", args: []string{"left", "1"}, problem: "wrong"}},
		{name: "wrong for the fifth time", state: "sent", mac: "wrong", tries: 4, typed: "123456",
			want: codeOutcome{state: AwaitingCode, toast: "code_too_many", problem: "too_many_tries"}},
		{name: "right, but used up", state: "sent", mac: "right", tries: MaxCodeTries, typed: "123456",
			want: codeOutcome{refusal: "the code is used up", toast: "code_too_many"}},
		{name: "right at the last moment", state: "sent", after: ttl - 4*time.Second - 1, mac: "right", typed: "123456",
			want: codeOutcome{state: Checking, toast: "saved"}},
		{name: "right, expired", state: "sent", after: ttl - 4*time.Second, mac: "right", typed: "123456",
			want: codeOutcome{state: AwaitingCode, toast: "code_expired", problem: "expired"}},
		{name: "right, expired since it was asked for", state: "unknown", after: ttl - 5*time.Second,
			mac: "right", typed: "123456",
			want: codeOutcome{state: AwaitingCode, toast: "code_expired", problem: "expired"}},
		{name: "nothing", state: "sent", mac: "right", typed: "",
			want: codeOutcome{refusal: "no code typed", toast: "missing_field", args: []string{"field", "sms_code"}}},
		{name: "no code in it", state: "sent", mac: "right", typed: NotCode,
			want: codeOutcome{refusal: "the entry cannot be the code", toast: "code_format"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := codeCase(tt.state)
			c.Code.Tries = tt.tries
			at := SampleTime.Add(tt.after)
			d := decide(t, c, Event{
				Kind: CodeTyped,
				At:   at,
				Code: tt.typed,
				MAC:  []byte(tt.mac),
			})
			if tt.want.state == "" {
				d.wantRefused(tt.want.refusal, tt.want.toast, tt.want.args...)
				return
			}
			d.wantState(tt.want.state).wantToast(tt.want.toast, tt.want.args...)
			if d.Case.Code.Problem != tt.want.problem {
				t.Errorf("problem %q, want %v", d.Case.Code.Problem, tt.want.problem)
			}
			if tt.want.state == Checking {
				j := d.wantJobs(JobCheck)[0]
				if j.rev != d.Case.Rev || d.Case.Personal.SMSCode != tt.typed || !d.Case.Code.PassedAt.Equal(at) {
					t.Errorf("got job %+v at revision %d, passed at %v, want the case's revision and the typed code",
						j, d.Case.Rev, d.Case.Code.PassedAt)
				}
				return
			}
			d.wantStay().wantJobs()
			if d.Case.Personal.SMSCode != "" || !d.Case.Code.PassedAt.IsZero() {
				t.Error("wrong code: got it kept, want it dropped")
			}
		})
	}
	for name, change := range map[string]func(*Case){
		"no code":      func(c *Case) { c.Code = nil },
		"not made yet": func(c *Case) { c.Code.MAC = nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := codeCase("sending")
			change(c)
			d := decide(t, c, Event{Kind: CodeTyped, Code: "123456"})
			d.wantRefused("no code was sent yet", "working")
		})
	}
}

// TestExpiredCodesCostNoTry also checks that a code that was not sent cannot be typed.
func TestExpiredCodesCostNoTry(t *testing.T) {
	d := decide(t, codeCase("sent"), Event{
		Kind: CodeTyped,
		At:   SampleTime.Add(time.Hour),
		Code: "1",
		MAC:  []byte("wrong"),
	}).wantStay()
	if d.Case.Code.Tries != 0 {
		t.Errorf("%d tries, want 0", d.Case.Code.Tries)
	}
	c := decide(t, codeCase("sending"), Event{Kind: CodeFailed, Seq: 1, Problem: "mobile_invalid"}).Case
	decide(t, c, Event{Kind: CodeTyped, Code: "123456"}).wantRefused("no code was sent yet", "working")
}
