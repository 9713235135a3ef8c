package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/scenario"
)

// logged is what the bot's log and metrics call the operations of the catalogue.
var logged = map[string]string{
	"feishu.token": "auth.tenant_access_token", "feishu.send": "im.message.create", "feishu.reply": "im.message.reply", "feishu.patch": "im.message.patch",
	"feishu.contact": "contact.user.get", "feishu.download": "im.message_resource.get", "feishu.ocr": "document_ai.id_card.recognize",
	"feishu.identity": "human_authentication.identity.create", "tencent.sms": "SendSms", "tencent.check": "PhoneVerification",
	"esign.upload_url": "UploadURL", "esign.put": "Put", "esign.file_status": "FileStatus", "esign.evidence": "CreatePersonPoint",
}

// TestFaults walks the catalogue: in every row somebody registers, one call goes wrong, and the case ends as the row says, with
// everything written once, seen by the people as the row says, and told of in the log and the metrics.
func TestFaults(t *testing.T) {
	byCall := map[string][]scenario.Scenario{}
	var order []string
	for _, s := range scenario.All() {
		if byCall[s.Call.Name] == nil {
			order = append(order, s.Call.Name)
		}
		byCall[s.Call.Name] = append(byCall[s.Call.Name], s)
	}
	for _, name := range order {
		t.Run(name, func(t *testing.T) { faultsOf(t, byCall[name]) })
	}
}

// faultsOf plays the rows of one call in one world. Everybody is brought to the brink at once; from there the rows follow each
// other, since a fault is for whoever makes the call next.
func faultsOf(t *testing.T, rows []scenario.Scenario) {
	r := start(t, setup{clock: behind(time.Hour), settings: again(), calls: 3 * time.Second, within: 3 * testTime(),
		noisy: rows[0].Call.Proof == scenario.Secret}) // without a token cards cannot be shown, which is worth an error
	r.until("the admins' names are known", func() bool { return r.calls("feishu", "contact.user.get") >= 2 })
	people := r.hireAll(len(rows))
	t.Run("until then", func(t *testing.T) {
		for i, s := range rows {
			t.Run(s.Fault.Name, func(t *testing.T) {
				t.Parallel()
				people[i].in(t).comeTo(s.Call.At)
			})
		}
	})
	if t.Failed() {
		return
	}
	for i, s := range rows {
		t.Run(s.Fault.Name, func(t *testing.T) {
			p := people[i].in(t)
			ctx, cancel := context.WithTimeout(p.r.ctx, testTime()/2)
			defer cancel()
			p.r.ctx = ctx
			defer p.explain()
			p.meets(s)
		})
	}
}

// explain prints what the log has of a case that went wrong.
func (p person) explain() {
	if !p.r.Failed() {
		return
	}
	id := p.r.world.Journey(p.OpenID).Case
	for line := range strings.Lines(p.r.logs.String()) {
		if id != "" && strings.Contains(line, id) || strings.Contains(line, `"level":"ERROR"`) {
			p.r.Log(strings.TrimSpace(line))
		}
	}
}

// in is the person in a test below the one of the rig.
func (p person) in(t *testing.T) person {
	p.r = p.r.of(t)
	return p
}

// comeTo goes the way up to a step, which comes next.
func (p person) comeTo(at scenario.Step) {
	p.r.Helper()
	switch at {
	case scenario.Consent:
		p.say("实名")
		p.see(sim.StageConsent)
	case scenario.Photos, scenario.Odd:
		p.toPhotos()
	case scenario.Form:
		p.toForm()
	case scenario.Code:
		p.toCode()
	case scenario.Review:
		p.toReview()
	}
}

// does takes the step at which the fault is met. It returns the message of a photo that is none.
func (p person) does(at scenario.Step) (odd string) {
	p.r.Helper()
	switch at {
	case scenario.Start:
		if _, err := p.r.world.Feishu.SendText(p.r.ctx, p.OpenID, "实名"); err != nil {
			p.r.Fatal(err)
		}
	case scenario.Consent:
		p.press("consent")
	case scenario.Photos:
		p.sendBoth()
	case scenario.Odd:
		odd = p.sendImage([]byte("certainly not a picture"))
	case scenario.Form:
		p.press("confirm")
	case scenario.Code:
		p.typeCode()
	case scenario.Review:
		p.r.admin(0).decides(p, "approve", nil)
	}
	return odd
}

// meets plays one row.
func (p person) meets(s scenario.Scenario) {
	r := p.r
	if s.Fault.Name == "slow" {
		s.Wire.Delay = 700 * time.Millisecond // the program's patience is 3 s here
	}
	r.idle() // a fault is for whoever calls next
	failures := r.failures(s)
	disarm := s.Arm(r.world.Faults, r.world.Feishu)
	odd := p.does(s.Call.At)
	if s.Fault.Name == "unreachable" { // until the bot has noticed
		r.until("nobody can connect", func() bool { c := r.caseOf(p.OpenID); return c != nil && r.told(c.ID, logged[s.Call.Name]) })
		disarm()
	}
	if s.Call.Repeat == scenario.Redeliver {
		r.until("the push is refused", func() bool { return strings.Contains(r.logs.String(), "timestamp outside the window") })
		disarm()
	}
	if !whoeverAsks(s) {
		p.sees(s)
	}
	p.settles(s)
	p.goesOn(s, odd)
	p.filed()
	left := r.world.Faults.List()
	disarm()
	if len(left) > 0 && s.Call.Repeat != scenario.Unneeded { // which is not asked for again when the case is done
		r.Errorf("not met: %+v", left)
	}
	if j := r.world.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
		r.Errorf("%+v", j)
	}
	if s.Quiet {
		return
	}
	// What nobody waited for may end later than the case.
	r.until("the metric counts the failure", func() bool { return r.failures(s) > failures })
	if s.Call.Repeat != scenario.Redeliver {
		r.until("a line in the log has the case and "+logged[s.Call.Name], func() bool { return r.told(r.caseOf(p.OpenID).ID, logged[s.Call.Name]) })
	}
}

// whoeverAsks: the call that asked for the token is refused, and stops the case if it is one of a step; it may as well be one
// that shows a card, which is shown later.
func whoeverAsks(s scenario.Scenario) bool {
	return s.Call.Proof == scenario.Secret && s.End.By == scenario.HR
}

// sees waits for all that the row says people see.
func (p person) sees(s scenario.Scenario) {
	p.r.Helper()
	for _, sight := range s.Sees {
		p.saw(sight)
	}
}

// settles does what the row says that somebody has to do.
func (p person) settles(s scenario.Scenario) {
	r := p.r
	r.Helper()
	switch {
	case whoeverAsks(s):
		r.idle() // the other photo may let the case go on by itself
		var c *flows.Case
		r.until("a step that stopped, or none", func() bool {
			c = r.caseOf(p.OpenID)
			return c.State == flows.NeedsAttention || c.State == flows.AwaitingConfirmation
		})
		if c.State == flows.NeedsAttention {
			p.sees(s)
			p.hrSays("retry", nil)
		}
	case s.End.By == scenario.HR:
		c := r.in(p.OpenID, flows.NeedsAttention)
		if unknown := c.Attention.Code == "unknown_outcome"; unknown != s.Unclear {
			r.Errorf("%+v", c.Attention)
		}
		var form map[string]any
		if points := r.world.ESign.PointsFor(c.ID); s.End.Does == "resolve" && len(points) > 0 {
			form = map[string]any{"evi_point_id": points[0].ID}
		}
		p.hrSays(s.End.Does, form)
	case s.End.Does == "photo":
		var c *flows.Case
		r.until("one photo is read, the other refused", func() bool {
			c = r.caseOf(p.OpenID)
			return len(c.Photos) == 2 && c.BadPhotos == 1 && (c.Personal.Front != nil || c.Personal.Back != nil)
		})
		if c.Personal.Front == nil {
			p.send("front")
		} else {
			p.send("back")
		}
	case s.End.Does == "send_code":
		p.press("send_code")
		p.see(sim.StageCode, "验证码已在")
		p.typeCode()
	case s.End.Does == "submit_code":
		p.typeCode()
	}
}

// hrSays presses a button of HR's card about the person, when the time has come that a write may be repeated.
func (p person) hrSays(act string, form map[string]any) {
	p.r.Helper()
	p.r.clock.move(flows.DefaultWriteQuiet)
	hr := p.r.admin(0)
	toast := p.r.follow(hr.openID, act, form, func() screen { return hr.sees(p.r.world.ReviewChat(), p, act) })
	if want := map[string]string{"retry": "正在重试", "resolve": "好的，继续往下走"}[act]; toast != want {
		p.r.Errorf("HR is told %q, want %q", toast, want)
	}
}

// goesOn goes the rest of the way after the step of the row.
func (p person) goesOn(s scenario.Scenario, odd string) {
	r := p.r
	r.Helper()
	switch s.Call.At {
	case scenario.Start:
		p.see(sim.StageConsent)
		p.press("consent")
		fallthrough
	case scenario.Consent:
		p.see(sim.StagePhotos)
		p.sendBoth()
	case scenario.Odd:
		r.find(p.ChatID, "the answer to what is no photo", func(s screen) bool { return s.msg.ParentID == odd && s.says("这个文件不是图片") })
		p.sendBoth()
	}
	switch s.Call.At {
	case scenario.Start, scenario.Consent, scenario.Photos, scenario.Odd:
		p.see(sim.StageConfirmation)
		p.press("confirm", map[string]any{"mobile": p.Person.Mobile}) // which the directory may not have told
		fallthrough
	case scenario.Form:
		if s.End.By == scenario.Person && s.Call.At == scenario.Form {
			break // the code has been typed
		}
		p.code(0)
		p.see(sim.StageCode, "验证码已在")
		p.typeCode()
	}
	if s.Call.At != scenario.Review {
		p.see(sim.StageReview)
		r.admin(0).decides(p, "approve", nil)
	}
	p.see(sim.StageDone)
	one := func(what string, n int) {
		if n != 1 {
			r.Errorf("%d messages are %s", n, what)
		}
	}
	switch s.Call.At {
	case scenario.Start:
		one("the consent card", r.everShown(p.ChatID, func(s screen) bool { return s.has("decline") }))
	case scenario.Odd:
		one("the answer to the photo", r.everShown(p.ChatID, func(s screen) bool { return s.msg.ParentID == odd }))
	}
}

// saw waits until any version of a card has said all the words to somebody.
func (p person) saw(sight scenario.Sight) {
	r := p.r
	r.Helper()
	chat := p.ChatID
	if sight.Who == scenario.HR {
		chat = r.world.ReviewChat()
	}
	_, err := r.world.Feishu.Watch(r.ctx, chat, func(m feishu.Message) bool {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if (sight.Who == scenario.Person || strings.Contains(string(v.Card), p.OpenID)) && readScreen(version).says(sight.Words...) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range r.world.Feishu.Messages(chat) {
			r.Logf("- %q", strings.ReplaceAll(readScreen(m).text, "\n", " | "))
		}
		r.Fatalf("%s never saw %q", sight.Who, sight.Words)
	}
}

// everShown counts the messages of which any version is such a card.
func (r *rig) everShown(chat string, such func(screen) bool) (n int) {
	for _, m := range r.world.Feishu.Messages(chat) {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if such(readScreen(version)) {
				n++
				break
			}
		}
	}
	return n
}

// told reports whether a line of the log names the case and the platform's operation.
func (r *rig) told(caseID, operation string) bool {
	for line := range strings.Lines(r.logs.String()) {
		var l struct{ Level, Msg, Case, Operation string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Level == "WARN" && l.Msg == "call failed" && l.Case == caseID && l.Operation == operation {
			return true
		}
	}
	return false
}

// failures reads the metric that counts the failures of a row.
func (r *rig) failures(s scenario.Scenario) float64 {
	r.Helper()
	if s.Call.Repeat == scenario.Redeliver {
		return r.metric("shiming_push_seconds", map[string]string{"type": "refused", "status": "401"})
	}
	return r.metric("shiming_call_failures_total", map[string]string{"operation": logged[s.Call.Name]})
}

// metric adds up the series of a counter, or the counts of a histogram, that carry the labels.
func (r *rig) metric(name string, labels map[string]string) (sum float64) {
	r.Helper()
	req, err := http.NewRequestWithContext(r.ctx, http.MethodGet, r.app.URL()+"/metrics", nil)
	if err != nil {
		r.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
series:
	for line := range strings.Lines(string(text)) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		is, with, _ := strings.Cut(series, "{")
		if is != name && is != name+"_count" {
			continue
		}
		for k, v := range labels {
			if !strings.Contains(","+with, ","+k+`="`+v+`"`) {
				continue series
			}
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			r.Fatal(err)
		}
		sum += n
	}
	return sum
}
