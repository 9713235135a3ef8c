package sim

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/simtest"
	"shiming/sim/tencent"
	"shiming/verify"
)

// answering starts a webhook that gives every request the same answer.
func answering(t *testing.T, body string) string {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(rw, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// sms sends a text message through the bot's client of Tencent Cloud.
func (w *World) sms(t *testing.T, mobile, code string) {
	t.Helper()
	d := tencent.DefaultConfig()
	c, err := verify.NewTencent(verify.Config{
		EndpointFaceID: w.TencentURL,
		EndpointSMS:    w.TencentURL,
		SecretID:       d.SecretID,
		SecretKey:      verify.Secret(d.SecretKey),
		SMSSdkAppID:    d.SMSSdkAppID,
		SMSSignName:    d.SMSSignName,
		SMSTemplateID:  d.TemplateID,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.SendCode(context.Background(), mobile, code, 5*time.Minute); err != nil {
		t.Fatal(err)
	}
}

func review(applicant string) string {
	person := map[string]any{"tag": "person", "user_id": applicant}
	blurred := map[string]any{
		"text":  map[string]any{"tag": "plain_text", "content": "照片不清楚"},
		"value": "blurred",
	}
	reason := map[string]any{"tag": "select_static", "name": "reason", "options": []any{blurred}}
	form := simtest.Form("decision", reason, simtest.Input("note", "", false), simtest.Submit("send_back"))
	return simtest.Card("实名审核", person, simtest.Button("approve"), form)
}

func TestHRWorks(t *testing.T) {
	h := newHarness(t, Config{People: 1})
	e := h.w.People()[0]
	hr := h.w.HR(0)
	ctx, stop := context.WithCancel(h.Ctx)
	var mu sync.Mutex
	var cards []HRCard
	policy := func(c HRCard) Decision {
		mu.Lock()
		defer mu.Unlock()
		cards = append(cards, c)
		if c.Kind == "review" && len(cards) == 1 {
			return SendBack("blurred", "", "再拍一张")
		}
		return hr.Diligent(c)
	}
	var working sync.WaitGroup
	working.Go(func() {
		if err := hr.Work(ctx, policy); err != nil {
			t.Error(err)
		}
	})
	own := h.Send("chat_id", h.w.ReviewChat(), review(hr.OpenID)) // an admin cannot decide on the own case
	first := h.Send("chat_id", h.w.ReviewChat(), review(e.OpenID))
	h.Clicked(first, 1)
	h.Patch(first, simtest.Card("已处理", simtest.Text("…")))
	private := h.Send("open_id", hr.OpenID, review(e.OpenID))
	h.Clicked(private, 1)
	person := map[string]any{"tag": "person", "user_id": e.OpenID}
	stuck := simtest.Card("卡住了", person, simtest.Button("retry"), simtest.Button("close"))
	attention := h.Send("chat_id", h.w.ReviewChat(), stuck)
	h.Clicked(attention, 1)
	stop()
	working.Wait()
	if n := h.w.Feishu.Count(func(e feishu.Entry) bool { return e.Kind == "click" && e.Subject == own }); n != 0 {
		t.Error("HR decided on itself")
	}
	if len(cards) != 3 || cards[2].Kind != "attention" {
		t.Fatalf("got cards %+v, want two reviews and an attention", cards)
	}
	c := cards[0]
	if c.Applicant != e.OpenID || c.Case != simtest.CaseOne || !c.Can("approve") || !c.Asks("note") ||
		!strings.Contains(c.Text, "照片不清楚") {
		t.Errorf("got card %+v, want the review of %s", c, e.OpenID)
	}
}

func TestDiligent(t *testing.T) {
	h := newHarness(t, Config{})
	hr := h.w.HR(1)
	if d := hr.Diligent(HRCard{Kind: "review"}); d.Act != "approve" {
		t.Errorf("review: got %+v, want approve", d)
	}
	stands := HRCard{
		Kind:      "attention",
		Case:      "c",
		Applicant: "ou_x",
		Acts:      []string{"retry", "close"},
	}
	pauses := []time.Duration{}
	for range maxRetries {
		d := hr.Diligent(stands)
		if d.Act != "retry" {
			t.Fatalf("got %+v, want retry", d)
		}
		pauses = append(pauses, d.After)
	}
	if !slices.IsSorted(pauses) || pauses[len(pauses)-1] > 5*time.Second || pauses[0] == 0 {
		t.Errorf("got delays %v, want growing ones between 0 and 5 s", pauses)
	}
	if d := hr.Diligent(stands); d.Act != "" {
		t.Errorf("after the last retry: got %+v, want no decision", d)
	}
	unknown := HRCard{
		Kind:      "attention",
		Case:      "d",
		Applicant: "ou_x",
		Acts:      []string{"resolve", "retry"},
	}
	if d := hr.Diligent(unknown); d.Act != "retry" {
		t.Errorf("without a write: got %+v, want retry", d)
	}
	u := h.w.Hire(1)[0]
	h.API("POST", "/open-apis/human_authentication/v1/identities?user_id="+u.OpenID+"&user_id_type=open_id",
		map[string]any{"identity_name": u.Person.Name, "identity_code": u.Person.Code})
	unknown.Applicant = u.OpenID
	if d := hr.Diligent(unknown); d.Act != "resolve" || d.Form != nil {
		t.Errorf("after a write: got %+v, want resolve without a form", d)
	}
	if j := h.w.Journey(u.OpenID); !j.Identity || j.Identities != 1 {
		t.Errorf("got journey %+v, want one identity", j)
	}
	if d := Reject("other", "x"); d.Act != "reject" || d.Form["reason"] != "other" {
		t.Errorf("got %+v, want reject for the reason other", d)
	}
}

func TestAnnouncedAndReport(t *testing.T) {
	h := newHarness(t, Config{People: 2})
	a, b := h.w.People()[0], h.w.People()[1]
	board := func(ids ...string) string {
		var list []any
		for _, id := range ids {
			list = append(list, map[string]any{"id": id})
		}
		return simtest.Card("进展", map[string]any{"tag": "person_list", "persons": list})
	}
	m := h.Send("chat_id", h.w.AnnounceChat(), board(a.OpenID))
	if !h.w.announced(a.OpenID) || h.w.announced(b.OpenID) {
		t.Error("the first version must list the first employee only")
	}
	h.Patch(m, board(b.OpenID)) // a is no longer among the latest
	if err := h.w.WaitAnnounced(h.Ctx, b.OpenID); err != nil || !h.w.announced(a.OpenID) {
		t.Errorf("after the second version both must be announced: %v", err)
	}
	h.Send("open_id", a.OpenID, simtest.Card("实名登记完成", simtest.Button("my_data")))
	r := h.w.Report()
	if len(r.People) != 2 || r.Done != 1 || r.Filed != 0 || !r.People[0].Announced ||
		r.Calls["feishu message.create"] != 2 || r.Calls["feishu message.patch"] != 1 {
		t.Errorf("got report %+v, want 2 people, 1 done, none filed", r)
	}
	var out strings.Builder
	if err := r.WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{short(a.OpenID), "2 people", "done 1", "feishu message.create"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for _, secret := range []string{a.Person.Name, a.Person.Code, a.Person.Mobile} {
		if strings.Contains(out.String(), secret) {
			t.Error("the table shows personal data")
		}
	}
}
