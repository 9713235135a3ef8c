package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/playground/scrape"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/scenario"
)

// logged is what the bot's log and metrics call the operations of the catalogue.
var logged = map[string]string{
	"feishu.token": "auth.tenant_access_token", "feishu.send": "im.message.create", "feishu.reply": "im.message.reply",
	"feishu.patch":   "im.message.patch",
	"feishu.contact": "contact.user.get", "feishu.download": "im.message_resource.get",
	"feishu.ocr":      "document_ai.id_card.recognize",
	"feishu.identity": "human_authentication.identity.create", "tencent.sms": "SendSms",
	"tencent.check":    "PhoneVerification",
	"esign.upload_url": "UploadURL", "esign.put": "Put", "esign.file_status": "FileStatus",
	"esign.evidence": "CreatePersonPoint",
}

// rowsAWorld is how many rows share a world. They follow each other there; worlds run side by side.
const rowsAWorld = 4

// TestFaults walks the catalogue: in every row somebody registers, one call goes wrong, and the case ends as the row
// says, with everything written once, seen by the people as the row says, and told of in the log and the metrics.
func TestFaults(t *testing.T) {
	t.Parallel()
	order, byCall := grouped(scenario.All(), func(s scenario.Scenario) string { return s.Call.Name })
	for _, name := range order {
		for rows := range slices.Chunk(byCall[name], rowsAWorld) {
			t.Run(name, func(t *testing.T) { faultsOf(t, rows) })
		}
	}
}

// grouped sorts rows by a name; order is that of the names' first rows.
func grouped[T any](rows []T, name func(T) string) (order []string, groups map[string][]T) {
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

// faultsOf plays the rows of one call in one world. Everybody is brought to the brink at once; from there the rows
// follow each other, since a fault is for whoever makes the call next.
func faultsOf(t *testing.T, rows []scenario.Scenario) {
	h := harness.Start(t, harness.Setup{
		Clock:       harness.ClockBehind(time.Hour),
		Settings:    again(),
		CallTimeout: 10 * time.Second,
		Timeout:     3 * harness.TestTimeout(),
		Noisy:       rows[0].Call.Proof == scenario.Secret,
	}) // without a token cards cannot be shown, which is worth an error
	if slices.ContainsFunc(rows, func(s scenario.Scenario) bool { return s.Fault.Name == "unreachable" }) {
		upstream, _, _ := strings.Cut(rows[0].Call.Name, ".")
		h.World.Faults.DisableKeepAlives(upstream)
	}
	h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 2 })
	people := h.HireAll(len(rows))
	ready := make([]bool, len(rows))
	t.Run("until then", func(t *testing.T) {
		for i, s := range rows {
			t.Run(s.Fault.Name, func(t *testing.T) {
				t.Parallel()
				comeTo(personWithT(people[i], t), s.Call.At)
				ready[i] = true
			})
		}
	})
	if t.Failed() {
		return
	}
	for i, s := range rows {
		t.Run(s.Fault.Name, func(t *testing.T) {
			p := personWithT(people[i], t)
			ctx, cancel := context.WithTimeout(p.H.Ctx, harness.TestTimeout()/2)
			defer cancel()
			p.H.Ctx = ctx
			defer explainFailure(p)
			if !ready[i] { // this row alone is run
				comeTo(p, s.Call.At)
			}
			meetFault(p, s)
		})
	}
}

// explainFailure prints what the log has of a case that went wrong.
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

// personWithT is the person in a test below the one of the rig.
func personWithT(p harness.Person, t *testing.T) harness.Person {
	p.H = withT(p.H, t)
	return p
}

// comeTo goes the way up to a step, which comes next.
func comeTo(p harness.Person, at scenario.Step) {
	p.H.Helper()
	switch at {
	case scenario.Consent:
		p.Say("实名")
		p.See(sim.StageConsent)
	case scenario.Photos, scenario.Odd:
		p.ToPhotos()
	case scenario.Form:
		p.ToForm()
	case scenario.Code:
		p.ToCode()
	case scenario.Review:
		p.ToReview()
	}
}

// doStep takes the step at which the fault is met. It returns the message of a photo that is none.
func doStep(p harness.Person, at scenario.Step) (odd string) {
	p.H.Helper()
	switch at {
	case scenario.Start:
		if _, err := p.H.World.Feishu.SendText(p.H.Ctx, p.OpenID, "实名"); err != nil {
			p.H.Fatal(err)
		}
	case scenario.Consent:
		p.Press("consent")
	case scenario.Photos:
		p.SendBoth()
	case scenario.Odd:
		odd = p.SendImage([]byte("certainly not a picture"))
	case scenario.Form:
		p.Press("confirm")
	case scenario.Code:
		p.TypeCode()
	case scenario.Review:
		p.H.Admin(0).Decides(p, "approve", nil)
	}
	return odd
}

// meetFault plays one row.
func meetFault(p harness.Person, s scenario.Scenario) {
	h := p.H
	if s.Fault.Name == "slow" {
		s.Wire.Delay = 700 * time.Millisecond // the program's patience is 10 s here
	}
	waitIdle(h) // a fault is for whoever calls next
	failures := countFailures(h, s)
	disarm := s.Arm(h.World.Faults, h.World.Feishu)
	odd := doStep(p, s.Call.At)
	if s.Fault.Name == "unreachable" { // until the bot has noticed
		h.Until("nobody can connect", func() bool {
			c := h.CaseOf(p.OpenID)
			return c != nil && failureLogged(h, c.ID, logged[s.Call.Name])
		})
		disarm()
	}
	if s.Call.Repeat == scenario.Redeliver {
		h.Until("the push is refused", func() bool {
			return strings.Contains(h.Logs.String(), "timestamp outside the window")
		})
		disarm()
	}
	if !whoeverAsks(s) {
		checkSees(p, s)
	}
	settleStop(p, s)
	goesOn(p, s, odd)
	p.CheckFiled()
	left := h.World.Faults.List()
	disarm()
	if len(left) > 0 && s.Call.Repeat != scenario.Unneeded { // which is not asked for again when the case is done
		h.Errorf("not met: %+v", left)
	}
	if j := h.World.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
		h.Errorf("%+v", j)
	}
	if s.Quiet {
		return
	}
	// What nobody waited for may end later than the case.
	h.Until("the metric counts the failure", func() bool { return countFailures(h, s) > failures })
	if s.Call.Repeat != scenario.Redeliver {
		h.Until("a line in the log has the case and "+logged[s.Call.Name], func() bool {
			return failureLogged(h, h.CaseOf(p.OpenID).ID, logged[s.Call.Name])
		})
	}
}

// whoeverAsks: the call that asked for the token is refused, and stops the case if it is one of a step; it may as
// well be one that shows a card, which is shown later.
func whoeverAsks(s scenario.Scenario) bool {
	return s.Call.Proof == scenario.Secret && s.End.By == scenario.HR
}

// checkSees waits for all that the row says people see.
func checkSees(p harness.Person, s scenario.Scenario) {
	p.H.Helper()
	for _, sight := range s.Sees {
		hasSeen(p, sight)
	}
}

// settleStop does what the row says that somebody has to do.
func settleStop(p harness.Person, s scenario.Scenario) {
	h := p.H
	h.Helper()
	switch {
	case whoeverAsks(s):
		waitIdle(h) // the other photo may let the case go on by itself
		var c *flows.Case
		h.Until("a step that stopped, or none", func() bool {
			c = h.CaseOf(p.OpenID)
			return c.State == flows.NeedsAttention || c.State == flows.AwaitingConfirmation
		})
		if c.State == flows.NeedsAttention {
			checkSees(p, s)
			hrSays(p, "retry", nil)
		}
	case s.End.By == scenario.HR:
		c := h.InState(p.OpenID, flows.NeedsAttention)
		if unknown := c.Attention.Code == "unknown_outcome"; unknown != s.Unclear {
			h.Errorf("%+v", c.Attention)
		}
		var form map[string]any
		if points := h.World.ESign.PointsFor(c.ID); s.End.Does == "resolve" && len(points) > 0 {
			form = map[string]any{"evi_point_id": points[0].ID}
		}
		hrSays(p, s.End.Does, form)
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
	}
}

// hrSays presses a button of HR's card about the person, when the time has come that a write may be repeated.
func hrSays(p harness.Person, act string, form map[string]any) {
	p.H.Helper()
	p.H.Clock.Move(flows.DefaultWriteQuiet)
	hr := p.H.Admin(0)
	toast := p.H.Follow(hr.OpenID, act, form, func() harness.CardView { return hr.Sees(p.H.World.ReviewChat(), p, act) })
	if want := map[string]string{"retry": "正在重试", "resolve": "好的，继续往下走"}[act]; toast != want {
		p.H.Errorf("HR is told %q, want %q", toast, want)
	}
}

// goesOn goes the rest of the way after the step of the row.
func goesOn(p harness.Person, s scenario.Scenario, odd string) {
	h := p.H
	h.Helper()
	switch s.Call.At {
	case scenario.Start:
		p.See(sim.StageConsent)
		p.Press("consent")
		fallthrough
	case scenario.Consent:
		p.See(sim.StagePhotos)
		p.SendBoth()
	case scenario.Odd:
		h.Find(p.ChatID, "the answer to what is no photo", func(s harness.CardView) bool {
			return s.Msg.ParentID == odd && s.Says("这个文件不是图片")
		})
		p.SendBoth()
	}
	switch s.Call.At {
	case scenario.Start, scenario.Consent, scenario.Photos, scenario.Odd:
		p.See(sim.StageConfirmation)
		p.Press("confirm", map[string]any{"mobile": p.Person.Mobile}) // which the directory may not have told
		fallthrough
	case scenario.Form:
		if s.End.By == scenario.Person && s.Call.At == scenario.Form {
			break // the code has been typed
		}
		p.SentCode(0)
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
	}
	if s.Call.At != scenario.Review {
		p.See(sim.StageReview)
		h.Admin(0).Decides(p, "approve", nil)
	}
	p.See(sim.StageDone)
	one := func(what string, n int) {
		if n != 1 {
			h.Errorf("%d messages are %s, want 1", n, what)
		}
	}
	switch s.Call.At {
	case scenario.Start:
		one("the consent card", everShown(h, p.ChatID, func(s harness.CardView) bool { return s.Has("decline") }))
	case scenario.Odd:
		one("the answer to the photo", everShown(h, p.ChatID, func(s harness.CardView) bool { return s.Msg.ParentID == odd }))
	}
}

// hasSeen waits until any version of a card has said all the words to somebody.
func hasSeen(p harness.Person, sight scenario.Sight) {
	h := p.H
	h.Helper()
	chat := p.ChatID
	if sight.Who == scenario.HR {
		chat = h.World.ReviewChat()
	}
	_, err := h.World.Feishu.Watch(h.Ctx, chat, func(m feishu.Message) bool {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if (sight.Who == scenario.Person || strings.Contains(string(v.Card), p.OpenID)) &&
				harness.ViewCard(version).Says(sight.Words...) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range h.World.Feishu.Messages(chat) {
			h.Logf("- %q", strings.ReplaceAll(harness.ViewCard(m).Text, "\n", " | "))
		}
		h.Fatalf("%s never saw %q", sight.Who, sight.Words)
	}
}

// everShown counts the messages of which any version is such a card.
func everShown(h *harness.Harness, chat string, such func(harness.CardView) bool) (n int) {
	for _, m := range h.World.Feishu.Messages(chat) {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if such(harness.ViewCard(version)) {
				n++
				break
			}
		}
	}
	return n
}

// failureLogged reports whether a line of the log names the case and the platform's operation.
func failureLogged(h *harness.Harness, caseID, operation string) bool {
	for line := range strings.Lines(h.Logs.String()) {
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
	return samples.With(map[string]string{"operation": logged[s.Call.Name]}).Sum("shiming_call_failures_total")
}
