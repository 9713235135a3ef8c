package engine_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
	"shiming/workers/workerstest"
)

// sampleFront is what the OCR reads from the front of the sample person's card.
func sampleFront() []idcard.Entity {
	return []idcard.Entity{
		{Type: "identity_name", Value: flows.SampleName},
		{Type: "identity_code", Value: flows.SampleNumber},
	}
}

// permutations returns all orders of n things.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			order := append(append(append([]int{}, shorter[:at]...), n-1), shorter[at:]...)
			all = append(all, order)
		}
	}
	return all
}

// TestEveryOrder: in whatever order messages arrive, and however late, the newest of those that begin or end a case
// decides whether one is open, and the newest choice of a group stands.
func TestEveryOrder(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	people := 0
	for _, tt := range []struct {
		texts []string // in the order of their making; "" is a photo
		open  bool
	}{
		{[]string{"实名", "", "取消"}, false},
		{[]string{"取消", "实名", ""}, true},
		{[]string{"", "取消", "实名"}, true},
		{[]string{"实名", "取消", "", "取消"}, false},
		{[]string{"实名", "取消", "实名", ""}, true},
	} {
		for _, order := range permutations(len(tt.texts)) {
			late := lateness[people%len(lateness)]
			people++
			who := fmt.Sprint("ou_", people)
			began := w.Now()
			w.Advance(late)
			for _, i := range order {
				m := said(w, who, tt.texts[i], began.Add(time.Duration(i)*time.Second))
				if m.Text == "" {
					m.Photos = []flows.PhotoRef{{FileKey: "k", Kind: "image"}}
				}
				w.Must(w.Message(t.Context(), m))
			}
			w.Must(w.Store.View(t.Context(), func(v flows.View) error {
				_, err := v.OpenCase(t.Context(), workerstest.Tenant, who)
				if open := err == nil; open != tt.open {
					t.Errorf("%q in the order %v, %v late: open %v, want %v", tt.texts, order, late, open, tt.open)
				}
				return flows.IgnoreNotFound(err)
			}))
		}
	}
	for _, order := range permutations(3) {
		began := w.Now()
		w.Advance(time.Hour)
		for _, i := range order {
			made := began.Add(time.Duration(i) * time.Millisecond)
			w.Must(w.Message(t.Context(), inGroup(w, fmt.Sprint("oc_", i), "设为审核群", made)))
		}
		if got := setting(w, flows.SettingReviewChat); got != "oc_2" {
			t.Errorf("chosen in the order %v: got %s, want oc_2", order, got)
		}
	}
}

// TestLateBesideASkew: Feishu's clock may differ from ours by any constant. Nothing that is in time looks late, and what
// was sent before the form appeared, which only our clock has timed, does.
func TestLateBesideASkew(t *testing.T) {
	t.Parallel()
	const who = "ou_1"
	for _, skew := range []time.Duration{-10 * time.Minute, -time.Second, 0, time.Second, 10 * time.Minute} {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			feishu := func() time.Time { return w.Now().Add(skew) }
			tell := func(m flows.Message) { t.Helper(); w.Must(w.Message(t.Context(), m)); w.RunJobs() }
			front, back := w.KnowCard(who, flows.SampleNumber)
			w.IDCardReader.SetText("better", 1, sampleFront()...)
			tell(said(w, who, "实名", feishu()))
			w.Advance(time.Second)
			c := w.LatestCase(who)
			_, err := w.Engine.Click(t.Context(), flows.CardAction{EventID: w.NextID(), TenantKey: workerstest.Tenant,
				OpenID: who, At: feishu(), Action: cards.Action{V: 1, Act: cards.ActConsent, Case: c.ID, Rev: c.Rev}})
			w.Must(err)
			w.Advance(time.Second)
			w.Must(w.Message(t.Context(), said(w, who, "", feishu(), front)))
			w.Must(w.Message(t.Context(), said(w, who, "", feishu(), back)))
			w.Advance(time.Second)
			slow := said(w, who, "", feishu(), "slow")
			w.Advance(time.Second)
			w.RunJobs()
			form := w.InState(c.ID, flows.AwaitingConfirmation)
			w.Advance(6 * time.Hour)
			tell(slow)
			if now := w.CaseNow(c.ID); now.Rev != form.Rev || len(now.Photos) != len(form.Photos) {
				t.Errorf("the photo from before the form: revision %d, %d photos, want %d, %d",
					now.Rev, len(now.Photos), form.Rev, len(form.Photos))
			}
			tell(said(w, who, "", feishu(), "better"))
			if now := w.CaseNow(c.ID); now.Rev == form.Rev {
				t.Errorf("a photo in time did not replace its side: %+v", now.Photos)
			}
			tell(said(w, who, "取消", feishu()))
			w.InState(c.ID, flows.Withdrawn)
		})
	}
}
