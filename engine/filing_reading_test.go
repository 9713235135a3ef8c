package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// approveRead has HR approve cases of n people who have read the agreements of the page.
func approveRead(w *workerstest.Harness, from, n int) (ids []string) {
	w.T.Helper()
	for i := range n {
		c := w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%d", from+i), func(c *flows.Case) {
			read := flows.SampleReadCase(flows.AwaitingReview)
			c.Revision, c.Reading, c.Consent, c.Personal.ReadIP = read.Revision, read.Reading, read.Consent, read.Personal.ReadIP
		})
		w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
		ids = append(ids, c.ID)
	}
	return ids
}

// pageHarness is a harness whose operator has the agreement page.
func pageHarness(t *testing.T) *workerstest.Harness {
	return workerstest.New(t, func(e *engine.Deps, _ *workers.Deps) { e.Policy = *flows.SamplePagePolicy() })
}

// TestRefusedField: e签宝 refuses each field of the evidence in turn. HR gets one card that names it, of the reading in
// words, the cases behind wait before their identities are written, and all go on once e签宝 takes it.
func TestRefusedField(t *testing.T) {
	t.Parallel()
	words := map[string]string{
		"certAgreementReadTitle":   "协议标题",
		"certAgreementReadVersion": "协议版本",
		"certAgreementReadHash":    "协议全文的哈希",
		"certAgreementReadTime":    "看协议的时间",
		"certAgreementReadType":    "看协议的方式",
		"certAgreementReadIP":      "看协议时的网络地址",
	}
	others := strings.Fields(`eviName customBizId realNameMethod timeStamp name cardNo cardType cardPortrait
		cardNationalEmblem mark threeElements infoVerifySupplier verifyTime verifySerialNumber mobile smsCode smsSupplier`)
	for _, field := range append(slices.Sorted(maps.Keys(words)), others...) {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			stop, shows := flows.StopEvidenceField, field
			if s := words[field]; s != "" {
				stop, shows = flows.StopEvidenceReading, s+" "+field
			}
			w := pageHarness(t)
			answer := refusal(esign.KindParameter, 200, "1435002")
			answer.Field = field
			w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
				if answer != nil {
					return "", answer
				}
				return "", nil
			}
			first := approveRead(w, 0, 1)[0]
			w.RunJobs()
			if a := w.InState(first, flows.NeedsAttention).Attention; a.Code != stop || a.Field != field {
				t.Fatalf("got the stop %+v, want %s and the name of %s", a, stop, field)
			}
			behind := approveRead(w, 1, 2)
			w.RunJobs()
			requireHeld(w, behind, flows.LeadRefused)
			shown := ""
			for _, m := range w.Messenger.SentTo("oc_hr") {
				if workerstest.Shows(m.Current(), "attention.title") {
					shown = m.Current()
				}
			}
			if n := attentionCards(w); n != 1 || !strings.Contains(shown, shows) ||
				!workerstest.Shows(shown, "attention.holds") {
				t.Errorf("got %d cards, the last one %s, want one with %q that says who waits", n, shown, shows)
			}
			answer = nil
			w.Advance(flows.ProbeEvery)
			w.RunJobs()
			for _, id := range append(behind, first) {
				w.InState(id, flows.Done)
			}
		})
	}
}

// TestBackToTheOlderRevision: the operator goes back because e签宝 refuses a field of revision 2025-10. The refused case
// is filed in the older revision by itself or by HR; a case that e签宝 has not refused keeps its own.
func TestBackToTheOlderRevision(t *testing.T) {
	t.Parallel()
	for name, goOn := range map[string]func(*workerstest.Harness, string){
		"by itself": func(w *workerstest.Harness, _ string) { w.Advance(flows.ProbeEvery) },
		"by HR": func(w *workerstest.Harness, id string) {
			w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(id), cards.ActRetry), "retried")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pageHarness(t)
			w.EvidenceClient.PointFunc = func(_ context.Context, p esign.PersonPoint) (string, error) {
				if p.Revision == esign.Revision202510 {
					answer := refusal(esign.KindParameter, 200, "1435002")
					answer.Field = "timeStamp"
					return "", answer
				}
				return "", p.Validate(esign.Revision2024)
			}
			refused := approveRead(w, 0, 1)[0]
			w.RunJobs()
			w.InState(refused, flows.NeedsAttention)
			w.Engine.Policy.Revision = flows.Revision2024
			goOn(w, refused)
			w.RunJobs()
			if c := w.InState(refused, flows.Done); c.EvidenceRevision() != flows.Revision2024 || c.Reading == nil {
				t.Errorf("got revision %s, want 2024, with the reading still on record", c.Revision)
			}
		})
	}
	w := pageHarness(t)
	w.ProveFiling()
	w.Engine.Policy.Revision = flows.Revision2024
	other := approveRead(w, 0, 1)[0]
	w.RunJobs()
	if c := w.InState(other, flows.Done); c.EvidenceRevision() != flows.Revision202510 {
		t.Errorf("got revision %s, want that with which the case began", c.Revision)
	}
}
