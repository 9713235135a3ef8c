package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/playground/scrape"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/tencent"
)

// operationNames maps the catalogue's calls to their names in the bot's log and metrics.
var operationNames = map[string]string{
	"feishu.token":    "auth.tenant_access_token",
	"feishu.send":     "im.message.create",
	"feishu.reply":    "im.message.reply",
	"feishu.patch":    "im.message.patch",
	"feishu.contact":  "contact.user.get",
	"feishu.download": "im.message_resource.get",
	"feishu.ocr":      "document_ai.id_card.recognize",
	"feishu.identity": "human_authentication.identity.create",
	"tencent.sms":     "SendSms",
	"tencent.check":   "PhoneVerification",

	"tencent.face_link":   "DetectAuth",
	"tencent.face_result": "GetDetectInfoEnhanced",
	"esign.upload_url":    "UploadURL",
	"esign.put":           "Put",
	"esign.file_status":   "FileStatus",
	"esign.evidence":      "CreatePersonPoint",
	"handover.notify":     "handover",
	"sdk.query":           "FindPerson",
	"sdk.add":             "AddPerson",
}

// TestFaults runs the catalogue of faults. In each row a person registers and one call fails. The case must end as
// the row says, with every outside write made once, and the cards, the log and the metrics must show the failure as
// the row says. Each row has a world of its own, because a fault applies to the next call whoever makes it.
func TestFaults(t *testing.T) {
	t.Parallel()
	order, byCall := groupBy(scenario.All(), func(s scenario.Scenario) string { return s.Call.Name })
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range byCall[name] {
				t.Run(s.Fault.Name, func(t *testing.T) { testFault(t, s) })
			}
		})
	}
}

// groupBy groups rows by a name. order lists the names by their first rows.
func groupBy[T any](rows []T, name func(T) string) (order []string, groups map[string][]T) {
	groups = map[string][]T{}
	for _, r := range rows {
		n := name(r)
		if groups[n] == nil {
			order = append(order, n)
		}
		groups[n] = append(groups[n], r)
	}
	return order, groups
}

func testFault(t *testing.T, s scenario.Scenario) {
	h := harness.Start(t, harness.Setup{
		Clock:       harness.ClockBehind(time.Hour),
		Settings:    settingsOf(s.Call),
		CallTimeout: 10 * time.Second,
		Noisy:       s.Call.Proof == scenario.Secret, // cards that cannot be shown are logged as errors
	})
	if s.Fault.Name == "unreachable" {
		upstream, _, _ := strings.Cut(s.Call.Name, ".")
		h.World.Faults.DisableKeepAlives(upstream)
	}
	p := advanceAlone(h, s.Call.At)
	defer explainFailure(p)
	runFaultRow(p, s)
}

// advanceAlone hires a person and advances to the point before a step, in a world where the bot makes no other call
// then.
func advanceAlone(h *harness.Harness, at scenario.Step) harness.Person {
	h.Helper()
	h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 2 })
	p := h.Hire()
	advanceTo(p, at)
	return p
}

// explainFailure prints the log lines of a failed row's case.
func explainFailure(p harness.Person) {
	if !p.H.Failed() {
		return
	}
	id := p.H.World.Journey(p.OpenID).Case
	for line := range strings.Lines(p.H.Logs.String()) {
		if id != "" && strings.Contains(line, id) || strings.Contains(line, `"level":"ERROR"`) {
			p.H.Log(strings.TrimSpace(line))
		}
	}
}

// runFaultRow runs one row.
func runFaultRow(p harness.Person, s scenario.Scenario) {
	h := p.H
	if s.Fault.Name == "slow" {
		s.Wire.Delay = 700 * time.Millisecond // of the 10 s of CallTimeout
	}
	waitIdle(h) // a fault applies to the next call whoever makes it
	failures := countFailures(h, s)
	disarm := s.Arm(h.World.Faults, h.World.Feishu)
	odd := doStep(p, s.Call.At)
	if s.Fault.Name == "unreachable" { // until the bot has met the fault
		h.Until("nobody can connect", func() bool {
			c := h.CaseOf(p.OpenID)
			return c != nil && failureLogged(h, c.ID, operationNames[s.Call.Name])
		})
		disarm()
	}
	if s.Call.Repeat == scenario.Redeliver {
		h.Until("the push is refused", func() bool {
			return strings.Contains(h.Logs.String(), "timestamp outside the window")
		})
		disarm()
	}
	if !stopsAnyCall(s) {
		checkSights(p, s)
	}
	resolveStop(p, s)
	finishRegistration(p, s, odd)
	p.CheckFiled()
	if s.Call.Follows {
		h.Until("everybody has heard of it", func() bool {
			c := h.CaseOf(p.OpenID)
			return c.AccountDone() && c.Handover.State == flows.HandoverDone
		})
		if taken, accounts := len(h.World.Handover.Taken()), len(h.World.SDK.Accounts()); taken != 1 || accounts != 1 {
			h.Errorf("got %d notifications and %d accounts, want one of each", taken, accounts)
		}
	}
	left := h.World.Faults.List()
	disarm()
	if len(left) > 0 && s.Call.Repeat != scenario.Unneeded { // a done case does not repeat the call
		h.Errorf("got the faults %+v left, want none", left)
	}
	messages := 1
	if byFace(s.Call) {
		messages = 0
	}
	if j := h.World.Journey(p.OpenID); j.SMS != messages || len(j.Cases) != 1 {
		h.Errorf("got the journey %+v, want %d text messages and one case", j, messages)
	}
	if s.Quiet {
		return
	}
	// A call that the case does not wait for may end later.
	h.Until("the metric counts the failure", func() bool { return countFailures(h, s) > failures })
	if s.Call.Repeat != scenario.Redeliver {
		h.Until("a line in the log has the case and "+operationNames[s.Call.Name], func() bool {
			return failureLogged(h, h.CaseOf(p.OpenID).ID, operationNames[s.Call.Name])
		})
	}
}

// stopsAnyCall reports whether the fault hits the token. The call that asked for the token fails. It suspends the
// case only if it belongs to a step and not to a card.
func stopsAnyCall(s scenario.Scenario) bool {
	return s.Call.Proof == scenario.Secret && s.End.By == scenario.HR
}

// checkSights waits for everything that the people must see.
func checkSights(p harness.Person, s scenario.Scenario) {
	p.H.Helper()
	for _, sight := range s.Sees {
		waitForSight(p, sight)
	}
}

// resolveStop does what HR or the person must do after the failure.
func resolveStop(p harness.Person, s scenario.Scenario) {
	h := p.H
	h.Helper()
	switch {
	case stopsAnyCall(s):
		waitIdle(h)                                                     // the other photo may resume the case by itself
		if strings.Contains(h.Logs.String(), "cards cannot be shown") { // a card has met the dead token as well
			h.Advance(flows.ProbeEvery) // everything is tried again by itself
			return
		}
		var c *flows.Case
		h.Until("a step that stopped, or none", func() bool {
			c = h.CaseOf(p.OpenID)
			return c.State == flows.NeedsAttention || c.State == flows.AwaitingConfirmation
		})
		if c.State == flows.NeedsAttention {
			checkSights(p, s)
			pressByHR(p, "retry", nil)
		}
	case s.End.By == scenario.HR:
		c := h.InState(p.OpenID, flows.NeedsAttention)
		if unknown := c.Attention.Code == "unknown_outcome"; unknown != s.Unclear {
			h.Errorf("got %+v, want an unknown outcome: %t", c.Attention, s.Unclear)
		}
		var form map[string]any
		if points := h.World.ESign.PointsFor(c.ID); s.End.Does == "resolve" && len(points) > 0 {
			form = map[string]any{"evi_point_id": points[0].ID}
		}
		pressByHR(p, s.End.Does, form)
	case s.End.Does == "photo":
		var c *flows.Case
		h.Until("one photo is read, the other refused", func() bool {
			c = h.CaseOf(p.OpenID)
			return len(c.Photos) == 2 && c.BadPhotos == 1 && (c.Personal.Front != nil || c.Personal.Back != nil)
		})
		if c.Personal.Front == nil {
			p.Send("front")
		} else {
			p.Send("back")
		}
	case s.End.Does == "send_code":
		p.Press("send_code")
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
	case s.End.Does == "submit_code":
		p.TypeCode()
	case s.End.Does == "check_face":
		h.Clock.Move(flows.FaceReturnPause)
		p.Press("check_face")
	case s.End.Does == "start_face":
		showFace(p, faceLink(p), tencent.FaceOwn)
	}
}

// failureLogged reports whether the log contains a line with the case and the operation.
func failureLogged(h *harness.Harness, caseID, operation string) bool {
	for line := range strings.Lines(h.Logs.String()) {
		if !strings.Contains(line, caseID) { // spares the parser most lines
			continue
		}
		var l struct{ Level, Msg, Case, Operation string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Level == "WARN" && l.Msg == "call failed" && l.Case == caseID &&
			l.Operation == operation {
			return true
		}
	}
	return false
}

// countFailures reads the metric that counts the failures of a row.
func countFailures(h *harness.Harness, s scenario.Scenario) float64 {
	h.Helper()
	samples, err := scrape.Read(h.Ctx, h.App.URL())
	if err != nil {
		h.Fatal(err)
	}
	if s.Call.Repeat == scenario.Redeliver {
		return samples.With(map[string]string{"type": "refused", "status": "401"}).Sum("shiming_push_seconds_count")
	}
	return samples.With(map[string]string{"operation": operationNames[s.Call.Name]}).Sum("shiming_call_failures_total")
}
